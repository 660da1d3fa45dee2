"""``ReplacementReader`` and ``ReplacementWriter`` on Shopify: orders that replace lost goods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from royal_platform.commerce.orders.model import REPLACES, Replaceable, Replacement
from royal_platform.shopify import documents
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.errors import ShopifyRejected, ShopifyUnavailable, rejected
from royal_platform.shopify.mapping import gid, local_id

_SENT = "SUCCESS"
_LEFT = frozenset({"FULFILLED", "PARTIALLY_FULFILLED"})
# A tag of the store holds 40 characters.
_FOR, _OF = "reship:", REPLACES


class ShopifyReplacements:
    """What of orders was sent, and what replaces it, as the live store states it."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    async def replaceable(self, order_id: str) -> Replaceable | None:
        """What was sent and not paid back; None when the store has no such order."""
        order = await self.raw(order_id)
        return None if order is None else _replaceable(order)

    async def raw(self, order_id: str) -> dict[str, Any] | None:
        """The order as the store tells it, with what a replacement is made of.

        The replacements are looked for among the customer's newest orders: a search
        may be answered from an index that is behind what was just created.
        """
        answer = await self._client.run(
            documents.ORDER_REPLACEMENTS, {"id": gid("Order", order_id)}
        )
        return None if answer.order is None else answer.order.model_dump(by_alias=True)


class ShopifyReplacementWriter:
    """Makes orders that cost nothing. Given to execution only."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client
        self._orders = ShopifyReplacements(client)

    async def send_again(
        self, order_id: str, lines: Mapping[str, int], note: str, mark: str
    ) -> None:
        """Order these units again for nothing, unless an order with this mark is there."""
        order = await self._orders.raw(order_id)
        if order is None or order["customer"] is None or not order["shippingAddress"]:
            raise ShopifyRejected(
                "The order has no customer or no address that goods can be sent to.",
                remedy="Make the replacement in the store's admin.",
            )
        if any(each.mark == mark for each in _replaceable(order).replacements):
            return
        given = _wish(order, lines, note, mark)
        answer = await self._client.run(documents.CREATE_ORDER, {"order": given})
        outcome = answer.order_create
        if outcome is None:
            raise ShopifyUnavailable(
                "The store gave no result for the replacement.", maybe_applied=True
            )
        if outcome.user_errors:
            told = [each.model_dump() for each in outcome.user_errors]
            raise rejected(told, doing="the replacement")


def _wish(
    order: Mapping[str, Any], lines: Mapping[str, int], note: str, mark: str
) -> dict[str, Any]:
    variants = _variants(order)
    gone = [line for line in lines if variants.get(line) is None]
    if gone:
        raise ShopifyRejected(
            "Something of it is not sold any more.",
            remedy="Give the money back instead, or send something else from the store's admin.",
        )
    nothing = {"shopMoney": {"amount": "0.00", "currencyCode": order["currencyCode"]}}
    return {
        "currency": order["currencyCode"],
        "customer": {"toAssociate": {"id": order["customer"]["id"]}},
        "email": order["email"],
        "financialStatus": "PAID",
        "lineItems": [
            {
                "variantId": variants[line], "quantity": units, "priceSet": nothing,
                "requiresShipping": True, "taxable": False,
            }
            for line, units in lines.items()
        ],
        "note": f"{order['name']}: {note}",
        "shippingAddress": _address(order["shippingAddress"]),
        "tags": [f"{_FOR}{mark}", f"{_OF}{local_id(order['id'])}"],
    }  # fmt: skip


def _address(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "countryCodeV2"} | {
        "countryCode": told["countryCodeV2"]
    }


def _replaceable(order: Mapping[str, Any]) -> Replaceable:
    sent: Counter[str] = Counter()
    for _variant, line, units in _sent(order):
        sent[line] += units
    number = local_id(order["id"])
    customer = order["customer"]
    others = [] if customer is None else customer["orders"]["nodes"]
    mine = [each for each in others if f"{_OF}{number}" in each["tags"]]
    return Replaceable(
        order_id=number, cancelled=order["cancelledAt"] is not None,
        refunded=Decimal(order["totalRefundedSet"]["shopMoney"]["amount"]) > 0,
        sent=dict(sent),
        replacements=tuple(map(_replacement, mine)),
    )  # fmt: skip


def _replacement(order: Mapping[str, Any]) -> Replacement:
    marks = [tag.removeprefix(_FOR) for tag in order["tags"] if tag.startswith(_FOR)]
    return Replacement(
        local_id(order["id"]), marks[0] if marks else "", order["cancelledAt"] is None,
        order["displayFulfillmentStatus"] in _LEFT,
    )  # fmt: skip


def _sent(order: Mapping[str, Any]) -> Iterable[tuple[str | None, str, int]]:
    """(variant, order line, units of it that left and were not paid back)."""
    for parcel in order["fulfillments"]:
        if parcel["status"] == _SENT:
            for each in parcel["fulfillmentLineItems"]["nodes"]:
                line = each["lineItem"]
                variant = line["variant"]
                yield (
                    None if variant is None else variant["id"],
                    local_id(line["id"]),
                    min(each["quantity"] or 0, line["currentQuantity"]),
                )


def _variants(order: Mapping[str, Any]) -> dict[str, str | None]:
    return {line: variant for variant, line, _units in _sent(order)}
