"""Stock and purchase orders on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.schemas.operations import PurchaseOrderOut, PurchaseOrderPage
from app.schemas.store import InventoryOut, InventoryPage, SearchQuery
from app.views import shared
from royal_platform.persistence.inventory import Inventory
from royal_platform.persistence.purchases import BookedPurchase, Purchases

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform


def levels(platform: Platform, query: SearchQuery) -> InventoryPage:
    """A page of stock levels by variant and location."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        page = Inventory(store.id).page(
            connection, text=query.q, cursor=query.cursor, limit=query.limit
        )
    return InventoryPage(
        data=[InventoryOut.model_validate(item) for item in page.items],
        next_cursor=page.next_cursor,
        total=page.total,
        provenance=shared.provenance(store),
    )


def purchase_orders(platform: Platform, query: SearchQuery) -> PurchaseOrderPage:
    """A page of purchase orders, newest first."""
    with platform.database.read() as connection:
        page = Purchases(platform.store_id).page(connection, query.cursor, query.limit)
    return PurchaseOrderPage(
        data=[_purchase(booked) for booked in page.items],
        next_cursor=page.next_cursor,
        total=page.total,
    )


def _purchase(booked: BookedPurchase) -> PurchaseOrderOut:
    order = booked.order
    return PurchaseOrderOut(
        id=order.id,
        decision_id=order.decision_id,
        variant_id=order.variant_id,
        sku=order.sku,
        title=booked.title,
        quantity=order.quantity,
        unit_cost=shared.money(order.unit_cost),
        status=order.status,
        expected_at=order.expected_at,
        created_at=booked.created_at,
    )
