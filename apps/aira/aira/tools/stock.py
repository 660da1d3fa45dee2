"""What there is of each variant and where, what runs out, and what is on order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from pydantic import Field

from aira.tools.catalog import VARIANTS, variant_row
from aira.tools.model import (
    Answer,
    Asked,
    Column,
    Paged,
    Tool,
    as_of,
    listed,
    markdown,
    plain,
    table,
)
from royal_platform.persistence import stores
from royal_platform.persistence.inventory import Inventory
from royal_platform.persistence.products import ProductFilter, Products, VariantItem
from royal_platform.persistence.purchases import Purchases


class InventoryIn(Paged):
    """Whose stock."""

    text: str | None = Field(None, description="Words in title or SKU")


class AtRiskIn(Paged):
    """What runs out: the last unit sold within 14 days at the pace of the last 28."""


class PurchaseOrdersIn(Paged):
    """A page of purchase orders."""


def at_risk(asked: Asked, given: AtRiskIn) -> Answer:
    """The variants that run out, product by product, the soonest first."""
    low, out = ProductFilter(stock="low", sort="cover"), ProductFilter(stock="out")
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        repository, today = Products(store.id), store.store_clock().today()
        page = repository.page(connection, low, today=today, cursor=given.cursor, limit=given.limit)
        gone = repository.page(connection, out, today=today, limit=1).total
    rows = [
        variant_row(product, each)
        for product in page.items
        for each in sorted(product.variants, key=_cover)
        if _cover(each) < low.low_days
    ]
    told = (
        f"{markdown(VARIANTS, rows)}\n\n{len(page.items)} of {page.total} products."
        if rows else f"Nothing runs out within {low.low_days} days."
    )  # fmt: skip
    return Answer(
        result={"total": page.total, "out_of_stock": gone, "data": rows},
        text=f"{told}\n\n{gone} products have a variant without stock: `/products stock=out`.",
        source=store.source, as_of=as_of(store), view=table(VARIANTS),
        next_cursor=page.next_cursor, label="What runs out",
        query="GET /v1/products?stock=low&sort=cover", link="/products",
    )  # fmt: skip


def inventory(asked: Asked, given: InventoryIn) -> Answer:
    """A page of stock by variant and location."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        page = Inventory(store.id).page(
            connection, text=given.text, cursor=given.cursor, limit=given.limit
        )
    rows = [
        {"title": each.title, "sku": each.sku, "location": each.location,
         "available": each.available, "on_hand": each.on_hand, "committed": each.committed,
         "incoming": each.incoming, "variant_id": each.variant_id,
         "updated_at": plain(each.updated_at)}
        for each in page.items
    ]  # fmt: skip
    columns = (
        Column("title", "Variant"), Column("sku", "SKU"), Column("location", "Location"),
        Column("available", "Available", "number"), Column("on_hand", "On hand", "number"),
        Column("committed", "Committed", "number"), Column("incoming", "Incoming", "number"),
    )  # fmt: skip
    return Answer(
        result={"total": page.total, "unit": "units", "data": rows},
        text=listed(columns, rows, page.total, "No stock is like that."),
        source=store.source, as_of=as_of(store), view=table(columns),
        next_cursor=page.next_cursor, label="Stock", link="/products",
        query="GET /v1/inventory" + (f"?{urlencode({'q': given.text})}" if given.text else ""),
    )  # fmt: skip


def purchase_orders(asked: Asked, given: PurchaseOrdersIn) -> Answer:
    """A page of purchase orders, the newest first."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        page = Purchases(store.id).page(connection, given.cursor, given.limit)
    rows = [
        {"id": each.order.id, "title": each.title, "sku": each.order.sku,
         "quantity": each.order.quantity, "unit_cost": plain(each.order.unit_cost),
         "status": each.order.status, "expected_at": plain(each.order.expected_at),
         "created_at": plain(each.created_at), "decision_id": each.order.decision_id}
        for each in page.items
    ]  # fmt: skip
    columns = (
        Column("title", "Variant"), Column("quantity", "Units", "number"),
        Column("unit_cost", "Unit cost", "money"), Column("status", "Status", "status"),
        Column("expected_at", "Expected", "time"),
        Column("decision_id", "Decision", "text", "approvals", "decision_id"),
    )  # fmt: skip
    return Answer(
        result={"total": page.total, "data": rows},
        text=listed(columns, rows, page.total, "No purchase order was placed yet."),
        source="royal", as_of=store.store_clock().now(), view=table(columns),
        next_cursor=page.next_cursor, label="Purchase orders", query="GET /v1/purchase-orders",
    )  # fmt: skip


def _cover(each: VariantItem) -> Decimal:
    return Decimal("Infinity") if each.days_of_cover is None else each.days_of_cover


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "at_risk", "What runs out",
        "Products with a variant that runs out within 14 days at the pace of the last 28, the "
        "soonest first.",
        "store:read", AtRiskIn, at_risk, aliases=("low_stock",),
    ),
    Tool(
        "inventory", "Stock",
        "Units available, on hand, committed and incoming by variant and location.",
        "store:read", InventoryIn, inventory, aliases=("stock",), rest="text",
        completes={"text": "products"},
    ),
    Tool(
        "purchase_orders", "Purchase orders",
        "What was ordered from suppliers by decisions, the newest first.",
        "store:read", PurchaseOrdersIn, purchase_orders, aliases=("purchases",),
    ),
)  # fmt: skip
