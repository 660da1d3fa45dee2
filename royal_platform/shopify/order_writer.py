"""``OrderWriter`` on Shopify. Given to execution only."""

from __future__ import annotations

import asyncio
from typing import Any

from pydantic import BaseModel

from royal_platform.commerce.fulfilment.model import Shipment, ShippingAddress
from royal_platform.shopify import documents
from royal_platform.shopify.client import ShopifyClient
from royal_platform.shopify.errors import ShopifyRejected, ShopifyUnavailable, rejected
from royal_platform.shopify.mapping import gid, local_id
from royal_platform.shopify.orders import HOLD_HANDLE, Node, ShopifyOrders, is_ours

# Cancelling is a job of the store's: how often, and after which pause, we look whether it is done.
_LOOKS, _PAUSE_SECONDS = 10, 0.5
_NOTE = 255
_OPEN = frozenset({"OPEN", "IN_PROGRESS", "SCHEDULED", "ON_HOLD"})
_ONCE_DONE = frozenset({"DUPLICATE_FULFILLMENT_HOLD_HANDLE"})


class ShopifyOrderWriter:
    """Holds, releases, cancels, readdresses and ships; a repeat changes nothing."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client
        self._orders = ShopifyOrders(client, lambda _what, value: value)

    async def hold(self, order_id: str, note: str, idempotency_key: str) -> None:  # noqa: ARG002 - the hold's handle says that it is there
        """Let nothing of it leave."""
        for waiting in await self._waiting(order_id):
            if any(is_ours(hold) for hold in waiting["fulfillmentHolds"]):
                continue
            wish = {
                "handle": HOLD_HANDLE, "reason": "HIGH_RISK_OF_FRAUD", "reasonNotes": note[:_NOTE],
                "notifyMerchant": False,
            }  # fmt: skip
            answer = await self._client.run(
                documents.HOLD_ORDER, {"id": waiting["id"], "hold": wish}
            )
            _check(answer.fulfillment_order_hold, doing="the hold", fine=_ONCE_DONE)

    async def release(self, order_id: str, idempotency_key: str) -> None:  # noqa: ARG002 - a hold that is gone stays gone
        """Take our hold away."""
        for waiting in await self._waiting(order_id):
            ours = [hold["id"] for hold in waiting["fulfillmentHolds"] if is_ours(hold)]
            if not ours:
                continue
            answer = await self._client.run(
                documents.RELEASE_ORDER, {"id": waiting["id"], "holdIds": ours}
            )
            _check(answer.fulfillment_order_release_hold, doing="the release")

    async def cancel(self, order_id: str, reason: str, note: str, idempotency_key: str) -> None:  # noqa: ARG002 - a cancelled order is not cancelled again
        """Cancel it with refund and restock, and wait until the store shows it."""
        if await self._is_cancelled(order_id):
            return
        variables = {"id": gid("Order", order_id), "reason": reason, "note": note[:_NOTE]}
        answer = await self._client.run(documents.CANCEL_ORDER, variables)
        _check(answer.order_cancel, doing="the cancellation", errors="order_cancel_user_errors")
        for _ in range(_LOOKS):
            if await self._is_cancelled(order_id):
                return
            await asyncio.sleep(_PAUSE_SECONDS)
        raise ShopifyUnavailable("The store has not cancelled the order yet.", maybe_applied=True)

    async def readdress(
        self,
        order_id: str,
        address: ShippingAddress,
        idempotency_key: str,  # noqa: ARG002 - the same address again is the same address
    ) -> None:
        """Let it go to ``address``."""
        wish = {
            "firstName": address.first_name, "lastName": address.last_name,
            "company": address.company, "address1": address.address1,
            "address2": address.address2, "zip": address.postal_code, "city": address.city,
            "provinceCode": address.province, "countryCode": address.country,
            "phone": address.phone,
        }  # fmt: skip
        given = {"id": gid("Order", order_id), "shippingAddress": wish}
        answer = await self._client.run(documents.READDRESS_ORDER, {"input": given})
        _check(answer.order_update, doing="the address")

    async def ship(self, order_id: str, shipment: Shipment, idempotency_key: str) -> None:  # noqa: ARG002 - the parcel's number says that it is there
        """Book the parcel, unless one with its number is there."""
        node = await self._orders.raw_state(order_id)
        if node is None:
            raise ShopifyRejected("The store has no such order.", remedy="Look at it in the admin.")
        if shipment.number in _numbers(node):
            return
        wish: dict[str, Any] = {
            "lineItemsByFulfillmentOrder": _groups(node, shipment),
            "notifyCustomer": shipment.notify_customer,
            "trackingInfo": {"number": shipment.number, "company": shipment.carrier},
        }
        if shipment.url is not None:
            wish["trackingInfo"]["url"] = shipment.url
        answer = await self._client.run(documents.CREATE_FULFILLMENT, {"fulfillment": wish})
        _check(answer.fulfillment_create, doing="the parcel")

    async def _waiting(self, order_id: str) -> list[Node]:
        node = await self._orders.raw_state(order_id)
        found = [] if node is None else node["fulfillmentOrders"]["nodes"]
        return [each for each in found if each["status"] in _OPEN]

    async def _is_cancelled(self, order_id: str) -> bool:
        node = await self._orders.raw_state(order_id)
        return node is not None and node["cancelledAt"] is not None


def _numbers(node: Node) -> set[str]:
    return {
        told["number"]
        for each in node["fulfillments"]
        if each["status"] != "CANCELLED"
        for told in each["trackingInfo"]
    }


def _groups(node: Node, shipment: Shipment) -> list[Node]:
    """The shipped units as lines of the fulfillment orders that hold them."""
    left = dict(shipment.lines)
    groups: list[Node] = []
    for waiting in node["fulfillmentOrders"]["nodes"]:
        if waiting["status"] not in _OPEN:
            continue
        taken: list[Node] = []
        for line in waiting["lineItems"]["nodes"]:
            line_id = local_id(line["lineItem"]["id"])
            units = min(left.get(line_id, 0), line["remainingQuantity"])
            if units:
                taken.append({"id": line["id"], "quantity": units})
                left[line_id] -= units
        if taken:
            groups.append({"fulfillmentOrderId": waiting["id"], "fulfillmentOrderLineItems": taken})
    if any(left.values()):
        raise ShopifyRejected(
            "More was shipped than waits to be shipped.",
            remedy="Look at the order's parcels in the admin: some may be booked already.",
        )
    return groups


def _check(
    outcome: BaseModel | None,
    *,
    doing: str,
    errors: str = "user_errors",
    fine: frozenset[str] = frozenset(),
) -> None:
    if outcome is None:
        raise ShopifyUnavailable(f"The store gave no result for {doing}.", maybe_applied=True)
    told = [{"code": None, **each.model_dump()} for each in getattr(outcome, errors)]
    grave = [each for each in told if each["code"] not in fine]
    if grave:
        raise rejected(grave, doing=doing)
