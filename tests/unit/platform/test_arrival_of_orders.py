"""When all of an order arrived, as the store's carriers tell it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from royal_platform.shopify.orders import ShopifyOrders

ORDER: dict[str, Any] = {
    "id": "gid://shopify/Order/1", "processedAt": "2026-11-02T09:00:00Z", "email": None,
    "clientIp": None, "cancelReason": None, "billingAddressMatchesShippingAddress": True,
    "totalPriceSet": {"shopMoney": {"amount": "20.00"}}, "shippingAddress": None,
    "billingAddress": None, "customer": None, "risk": {"assessments": []}, "transactions": [],
    "disputes": [],
}  # fmt: skip
EARLY, LATE = "2026-11-04T10:00:00Z", "2026-11-05T10:00:00Z"


class Store:
    """What the store answers about one order."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.order = order

    async def run(self, _document: object, _variables: object) -> dict[str, Any]:
        return {"nodes": [self.order, None]}


@pytest.mark.parametrize(
    ("status", "parcels", "arrived"),
    [
        ("FULFILLED", [("SUCCESS", EARLY)], datetime(2026, 11, 4, 10, tzinfo=UTC)),
        ("FULFILLED", [("SUCCESS", LATE), ("SUCCESS", EARLY)],
         datetime(2026, 11, 5, 10, tzinfo=UTC)),
        ("FULFILLED", [("CANCELLED", None), ("SUCCESS", EARLY)],
         datetime(2026, 11, 4, 10, tzinfo=UTC)),
        # A parcel under way, a rest that has not left, a carrier that tells nothing.
        ("FULFILLED", [("SUCCESS", EARLY), ("SUCCESS", None)], None),
        ("PARTIALLY_FULFILLED", [("SUCCESS", EARLY)], None),
        ("FULFILLED", [], None),
        ("FULFILLED", [("CANCELLED", EARLY)], None),
    ],
)  # fmt: skip
def test_an_order_arrived_when_the_last_of_its_parcels_did(
    status: str, parcels: list[tuple[str, str | None]], arrived: datetime | None
) -> None:
    told = [{"status": each, "deliveredAt": at} for each, at in parcels]
    order = ORDER | {"displayFulfillmentStatus": status, "fulfillments": told}
    reader = ShopifyOrders(Store(order), lambda _what, value: value)  # type: ignore[arg-type]
    [found] = asyncio.run(reader.judgeable(["1", "2"]))
    assert found.delivered_at == arrived
