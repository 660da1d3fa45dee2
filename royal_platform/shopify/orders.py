"""``OrderReader`` on Shopify: orders asked for their risk, and for how far they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from royal_platform.commerce.fulfilment.model import (
    Judgeable,
    OrderState,
    Outcome,
    ShippingAddress,
)
from royal_platform.commerce.security.order_facts import OrderFacts, StoreOpinion, is_throwaway
from royal_platform.commerce.suppliers.model import Recipient
from royal_platform.shopify import documents
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.mapping import gid, local_id

# Opaque keys for what is compared and not kept: (what it is, its value) -> key.
Opaque = Callable[[str, str], str]
Node = dict[str, Any]

HOLD_HANDLE = "royal-risk"
_PAGE = 50
_OPEN = frozenset({"OPEN", "IN_PROGRESS", "ON_HOLD", "SCHEDULED", "INCOMPLETE"})
_PAID = frozenset({"PAID", "PARTIALLY_REFUNDED"})
_LEVELS = {"LOW": 1, "MEDIUM": 2, "HIGH": 3}
_NO_LOSS = frozenset({"WON", "PREVENTED"})


class ShopifyOrders:
    """Orders as the live store has them; of a person only opaque keys leave this class, and the
    address to which a parcel goes.
    """

    def __init__(self, client: ShopifyClient, opaque: Opaque) -> None:
        self._client = client
        self._opaque = opaque

    async def judgeable(self, order_ids: Sequence[str]) -> Sequence[Judgeable]:
        """Facts and outcomes of these orders; those it no longer has are left out."""
        found: list[Judgeable] = []
        for start in range(0, len(order_ids), _PAGE):
            ids = [gid("Order", each) for each in order_ids[start : start + _PAGE]]
            answer = await self._client.run(documents.ORDERS_TO_JUDGE, {"ids": ids})
            found += [self._judgeable(dict(node)) for node in answer["nodes"] if node]
        return found

    async def order_state(self, order_id: str) -> OrderState | None:
        """How one order stands; None when the store does not have it."""
        node = await self.raw_state(order_id)
        return None if node is None else _state(node)

    async def raw_state(self, order_id: str) -> Node | None:
        """The order as the store tells it, with the ids that a change is addressed to."""
        answer = await self._client.run(documents.ORDER_STATE, {"id": gid("Order", order_id)})
        return None if answer.order is None else answer.order.model_dump(by_alias=True)

    def _judgeable(self, node: Node) -> Judgeable:
        outcome, why = _outcome(node)
        return Judgeable(self._facts(node), outcome, why, _delivered_at(node))

    def _facts(self, node: Node) -> OrderFacts:
        customer = node["customer"] or {}
        value = float(node["totalPriceSet"]["shopMoney"]["amount"])
        orders = int(customer["numberOfOrders"]) if customer else None
        spent = float(customer["amountSpent"]["amount"]) if customer else None
        mail = (node["email"] or "").strip().lower()
        shipping, billing = node["shippingAddress"], node["billingAddress"]
        differs = None
        if shipping and billing:
            differs = not node["billingAddressMatchesShippingAddress"]
        return OrderFacts(
            order_id=local_id(node["id"]),
            placed_at=datetime.fromisoformat(node["processedAt"]),
            value=value,
            customer=local_id(customer["id"]) if customer else None,
            # The store counts this order too; later ones are taken off where ours are known.
            earlier_orders=None if orders is None else max(0, orders - 1),
            earlier_spent=None if spent is None else max(0.0, spent - value),
            mail=self._key("mail", mail),
            phone=self._key("phone", _digits((shipping or {}).get("phone"))),
            address=self._key("address", _address(shipping)),
            network=self._key("network", node["clientIp"]),
            address_differs=differs,
            name_differs=_names_differ(shipping, billing),
            disposable_mail=is_throwaway(mail.rpartition("@")[2]) if mail else None,
            failed_payments=_failed(node["transactions"]),
            checks_failed=None,
            opinion=_opinion(node),
        )

    def _key(self, what: str, value: str | None) -> str | None:
        return self._opaque(what, value) if value else None


def _delivered_at(node: Node) -> datetime | None:
    """When the last parcel of an order that left as a whole arrived, where carriers tell it."""
    parcels = [each for each in node["fulfillments"] if each["status"] != "CANCELLED"]
    arrivals = [each["deliveredAt"] for each in parcels]
    if node["displayFulfillmentStatus"] != "FULFILLED" or not arrivals or None in arrivals:
        return None
    return max(datetime.fromisoformat(each) for each in arrivals)


def _outcome(node: Node) -> tuple[Outcome | None, str | None]:
    """Bad by a chargeback that was not won, or a cancellation for fraud."""
    if any(each["status"] not in _NO_LOSS for each in node["disputes"]):
        return Outcome.BAD, "chargeback"
    if node["cancelReason"] == "FRAUD":
        return Outcome.BAD, "fraud_cancel"
    return None, None


def _state(node: Node) -> OrderState:
    waiting = [each for each in node["fulfillmentOrders"]["nodes"] if each["status"] in _OPEN]
    holds = [hold for each in waiting for hold in each["fulfillmentHolds"]]
    ours = [hold for hold in holds if is_ours(hold)]
    remaining: dict[str, int] = {}
    for each in waiting:
        for line in each["lineItems"]["nodes"]:
            line_id = local_id(line["lineItem"]["id"])
            remaining[line_id] = remaining.get(line_id, 0) + line["remainingQuantity"]
    return OrderState(
        order_id=local_id(node["id"]),
        name=node["name"],
        paid=node["displayFinancialStatus"] in _PAID,
        cancelled=node["cancelledAt"] is not None,
        held=bool(ours),
        held_by_others=len(holds) > len(ours),
        remaining={line: units for line, units in remaining.items() if units},
        tracking=frozenset(
            told["number"]
            for each in node["fulfillments"]
            if each["status"] != "CANCELLED"
            for told in each["trackingInfo"]
            if told["number"]
        ),
        customer_id=local_id(node["customer"]["id"]) if node["customer"] else None,
        recipient=_recipient(node),
        address=_shipping_address(node["shippingAddress"]),
    )


def is_ours(hold: Node) -> bool:
    """True for the hold that this installation placed."""
    return bool(hold["heldByRequestingApp"] and hold["handle"] == HOLD_HANDLE)


def _recipient(node: Node) -> Recipient | None:
    told = node["shippingAddress"]
    if not told or not told["address1"] or not told["city"] or not told["countryCodeV2"]:
        return None
    return Recipient(
        name=" ".join(filter(None, (told["firstName"], told["lastName"]))) or node["name"],
        address1=told["address1"],
        address2=told["address2"],
        city=told["city"],
        postal_code=told["zip"] or "",
        country=told["countryCodeV2"],
        province=told["provinceCode"],
        phone=told["phone"],
        email=node["email"],
    )


def _shipping_address(told: Node | None) -> ShippingAddress | None:
    if not told:
        return None
    return ShippingAddress(
        first_name=told["firstName"], last_name=told["lastName"], company=told["company"],
        address1=told["address1"], address2=told["address2"], postal_code=told["zip"],
        city=told["city"], province=told["provinceCode"], country=told["countryCodeV2"],
        phone=told["phone"],
    )  # fmt: skip


def _address(told: Node | None) -> str | None:
    if not told or not told["address1"]:
        return None
    parts = (told["address1"], told["zip"], told["city"])
    return " ".join("".join(c for c in (part or "").lower() if c.isalnum()) for part in parts)


def _digits(text: str | None) -> str | None:
    digits = "".join(c for c in text or "" if c.isdigit())
    return digits[-9:] or None


def _names_differ(shipping: Node | None, billing: Node | None) -> bool | None:
    if not shipping or not billing:
        return None
    names = [
        " ".join(filter(None, (each["firstName"], each["lastName"]))).strip().lower()
        for each in (shipping, billing)
    ]
    return names[0] != names[1] if all(names) else None


def _failed(transactions: Sequence[Node]) -> int:
    return sum(
        each["status"] in {"FAILURE", "ERROR"} and each["kind"] in {"SALE", "AUTHORIZATION"}
        for each in transactions
    )


def _opinion(node: Node) -> StoreOpinion:
    """The gravest level among the assessments."""
    levels = [each["riskLevel"] for each in node["risk"]["assessments"]]
    gravest = max((each for each in levels if each in _LEVELS), key=_LEVELS.__getitem__, default="")
    if gravest:
        return StoreOpinion(gravest.lower())
    return StoreOpinion.PENDING if "PENDING" in levels else StoreOpinion.NONE
