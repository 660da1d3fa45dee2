"""``ReturnReader`` and ``ReturnWriter`` on Shopify: what was sent, and what comes back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from royal_platform.commerce.orders.model import Offered, OpenedReturn, OrderParcels
from royal_platform.commerce.shared.model import Money
from royal_platform.shopify import documents
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.errors import ShopifyRejected, ShopifyUnavailable, rejected
from royal_platform.shopify.mapping import gid, local_id

_LASTING = frozenset({"OPEN", "REQUESTED", "CLOSED"})
_COMING = frozenset({"OPEN", "REQUESTED"})
_SENT = "SUCCESS"
_NOTE = 255


class ShopifyReturns:
    """What of orders was sent, as the live store states it."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    async def order_parcels(self, order_id: str) -> OrderParcels | None:
        """What was sent and is not on its way back; None when the store has no such order."""
        order = await self.raw_parcels(order_id)
        if order is None:
            return None
        free: Counter[str] = Counter()
        for _parcel_line, line, units in returnable(order):
            free[line] += units
        return OrderParcels(
            order_id=local_id(order["id"]), cancelled=order["cancelledAt"] is not None,
            refunded=Decimal(order["totalRefundedSet"]["shopMoney"]["amount"]),
            returnable=dict(free), returns=tuple(map(_opened, order["returns"]["nodes"])),
        )  # fmt: skip

    async def offered(self, variant_id: str) -> Offered | None:
        """The variant as it is sold now; None when it is not sold any more."""
        answer = await self._client.run(
            documents.VARIANT_OFFER, {"id": gid("ProductVariant", variant_id)}
        )
        found = answer.product_variant
        if found is None:
            return None
        counted = found.inventory_quantity if found.inventory_item.tracked else None
        price = Money(found.price, answer.shop.currency_code)
        return Offered(local_id(found.id), price, counted)

    async def raw_parcels(self, order_id: str) -> dict[str, Any] | None:
        """The order as the store tells it, with the ids that a return is addressed to."""
        answer = await self._client.run(documents.ORDER_PARCELS, {"id": gid("Order", order_id)})
        return None if answer.order is None else answer.order.model_dump(by_alias=True)


class ShopifyReturnWriter:
    """Opens and cancels returns. Given to execution only."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client
        self._returns = ShopifyReturns(client)

    async def open_return(
        self,
        order_id: str,
        lines: Mapping[str, int],
        reason: str,
        note: str,
        exchanged: Mapping[str, int] | None = None,
    ) -> None:
        """Expect these units, by order line, and note what goes out for them."""
        order = await self._returns.raw_parcels(order_id)
        given = [
            {
                "fulfillmentLineItemId": parcel_line, "quantity": units, "returnReason": reason,
                "returnReasonNote": note[:_NOTE],
            }
            for parcel_line, units in _taken(order or _NO_ORDER, lines)
        ]  # fmt: skip
        wish: dict[str, Any] = {"orderId": gid("Order", order_id), "returnLineItems": given}
        if exchanged:
            wish["exchangeLineItems"] = [
                {"variantId": gid("ProductVariant", variant), "quantity": units}
                for variant, units in exchanged.items()
            ]
        answer = await self._client.run(documents.CREATE_RETURN, {"given": wish})
        _check(answer.return_create, doing="the return")

    async def cancel_return(self, return_id: str) -> None:
        """Expect nothing any more."""
        answer = await self._client.run(documents.CANCEL_RETURN, {"id": return_id})
        _check(answer.return_cancel, doing="the cancellation of the return")


_NO_ORDER: dict[str, Any] = {"fulfillments": [], "returns": {"nodes": []}}


def returnable(order: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    """(parcel's line, order line, units of it that are with the customer)."""
    coming: Counter[str] = Counter()
    for one in order["returns"]["nodes"]:
        if one["status"] in _COMING:
            for each in one["returnLineItems"]["nodes"]:
                parcel_line = each.get("fulfillmentLineItem")
                if parcel_line is not None:
                    coming[local_id(parcel_line["lineItem"]["id"])] += each["quantity"]
    for parcel in order["fulfillments"]:
        if parcel["status"] != _SENT:
            continue
        for each in parcel["fulfillmentLineItems"]["nodes"]:
            line = local_id(each["lineItem"]["id"])
            units = min(each["quantity"] or 0, each["lineItem"]["currentQuantity"])
            held_back = min(units, coming[line])
            coming[line] -= held_back
            if units > held_back:
                yield each["id"], line, units - held_back


def _taken(order: Mapping[str, Any], lines: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    left = Counter(lines)
    for parcel_line, line, free in returnable(order):
        units = min(left[line], free)
        if units:
            left[line] -= units
            yield parcel_line, units
    if +left:
        raise ShopifyRejected(
            "More is to come back than was sent.",
            remedy="Look at the order's parcels and returns in the admin.",
        )


def _opened(one: Mapping[str, Any]) -> OpenedReturn:
    notes = [each["returnReasonNote"] for each in one["returnLineItems"]["nodes"]]
    going: Counter[str] = Counter()
    for each in one["exchangeLineItems"]["nodes"]:
        if each["variantId"] is not None:
            going[local_id(each["variantId"])] += each["quantity"]
    return OpenedReturn(
        one["id"], notes[0] if notes else "", one["status"] in _LASTING, one["status"] == "CLOSED",
        dict(going),
    )  # fmt: skip


def _check(outcome: Any, *, doing: str) -> None:
    if outcome is None:
        raise ShopifyUnavailable(f"The store gave no result for {doing}.", maybe_applied=True)
    told = [each.model_dump() for each in outcome.user_errors]
    if told:
        raise rejected(told, doing=doing)
