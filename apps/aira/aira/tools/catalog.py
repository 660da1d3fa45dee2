"""Products with their prices, stock and demand, what runs out, and what is on order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field
from sqlalchemy import Connection

from aira.tools import cards
from aira.tools.finding import product_of
from aira.tools.model import (
    Answer,
    Arguments,
    Asked,
    Column,
    Json,
    Paged,
    Tool,
    as_of,
    listed,
    markdown,
    page_of,
    plain,
    safe,
    table,
    tenths,
)
from aira.tools.words import assign
from core.events import read_before
from royal_platform.persistence import stores
from royal_platform.persistence.decisions import Decisions
from royal_platform.persistence.forecasts import Demand, Forecasts
from royal_platform.persistence.inventory import Inventory
from royal_platform.persistence.products import ProductFilter, ProductItem, Products, VariantItem
from royal_platform.persistence.purchases import Purchases
from royal_platform.persistence.stores import Store

_VARIANTS = (
    Column("title", "Variant"), Column("sku", "SKU"), Column("price", "Price", "money"),
    Column("unit_cost", "Unit cost", "money"), Column("margin_percent", "Margin %", "percent"),
    Column("available", "Available", "number"), Column("sold_28d", "Sold in 28 days", "number"),
    Column("days_of_cover", "Days of cover", "number"),
)  # fmt: skip
# Past weeks that count as the recent pace, and how many past price changes are told.
_PACE_WEEKS = 4
_CHANGES = 5
# A product may have two thousand variants.
_VARIANTS_IN_LIST = 4
_VARIANTS_OF_ONE = 12


class ProductsIn(Paged):
    """Which products."""

    text: str | None = Field(None, description="Words in title, SKU, vendor or type")
    stock: Literal["all", "low", "out"] = Field(
        "all", description="low = a variant runs out within 14 days; out = one has none left"
    )
    status: Literal["active", "draft", "archived"] | None = Field(
        None, description="As the store has it; none = any"
    )
    sort: Literal["title", "sold", "cover", "price"] = Field(
        "title", description="sold = most first; cover and price = least first"
    )


class ProductIn(Arguments):
    """Which product."""

    product: str = Field(description="Title, SKU or id", min_length=1)


class InventoryIn(Paged):
    """Whose stock."""

    text: str | None = Field(None, description="Words in title or SKU")


class AtRiskIn(Paged):
    """What runs out: the last unit sold within 14 days at the pace of the last 28."""


class PurchaseOrdersIn(Paged):
    """A page of purchase orders."""


def products(asked: Asked, given: ProductsIn) -> Answer:
    """A page of the catalogue, one row for each variant."""
    wanted = ProductFilter(text=given.text, status=given.status, stock=given.stock, sort=given.sort)
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        page = Products(store.id).page(
            connection, wanted, today=store.store_clock().today(), cursor=given.cursor,
            limit=given.limit,
        )  # fmt: skip
    rows = [variant_row(product, each) for product in page.items for each in _few(product)]
    left_out = sum(len(product.variants) for product in page.items) - len(rows)
    said = {"q": given.text, "stock": given.stock, "status": given.status, "sort": given.sort}
    query = urlencode({name: value for name, value in said.items() if value})
    shown = f"{len(page.items)} of {page.total} products."
    if left_out:
        shown += f" {left_out} more variants: `/product NAME` shows those of one."
    return Answer(
        result={"total": page.total, "products": len(page.items), "variants_left_out": left_out,
                "data": rows},
        text=f"{markdown(_VARIANTS, rows)}\n\n{shown}" if rows else "No product is like that.",
        source=store.source, as_of=as_of(store), view=table(_VARIANTS),
        next_cursor=page.next_cursor, label="Products", query=f"GET /v1/products?{query}",
        link="/products",
    )  # fmt: skip


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
        f"{markdown(_VARIANTS, rows)}\n\n{len(page.items)} of {page.total} products."
        if rows else f"Nothing runs out within {low.low_days} days."
    )  # fmt: skip
    return Answer(
        result={"total": page.total, "out_of_stock": gone, "data": rows},
        text=f"{told}\n\n{gone} products have a variant without stock: `/products stock=out`.",
        source=store.source, as_of=as_of(store), view=table(_VARIANTS),
        next_cursor=page.next_cursor, label="What runs out",
        query="GET /v1/products?stock=low&sort=cover", link="/products",
    )  # fmt: skip


def product(asked: Asked, given: ProductIn) -> Answer:
    """One product: prices with why they are so, stock, demand, and what waits."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        today = store.store_clock().today()
        found = product_of(connection, store, given.product)
        shown = _most_sold(found, _VARIANTS_OF_ONE)
        demands = [_demand(connection, store, each, today) for each in shown]
        history = [row for each in shown for row in _price_history(connection, store, each)]
        subjects = [found.id, *(each.id for each in found.variants)]
        waiting = Decisions(store.id).waiting_on_subjects(connection, subjects)
    rows = [variant_row(found, each) for each in shown]
    lines = [
        f"**{safe(found.title)}** ({found.status}"
        + (f", {safe(found.product_type)}" if found.product_type else "")
        + (f", by {safe(found.vendor)})" if found.vendor else ")"),
        markdown(_VARIANTS, rows),
        *(_demand_line(each) for each in demands),
        *(_history_lines(history) or ["No decision changed its price: the price is the store's."]),
    ]  # fmt: skip
    if len(shown) < len(found.variants):
        lines.append(f"The {len(shown)} most sold of its {len(found.variants)} variants.")
    if waiting:
        lines.append(f"{waiting} decisions wait: `/decisions {assign('text', found.title)}`.")
    return Answer(
        result={
            "id": found.id, "title": found.title, "status": found.status, "vendor": found.vendor,
            "product_type": found.product_type, "tags": found.tags, "data": rows,
            "demand": demands, "price_changes": history, "decisions_waiting": waiting,
        },
        text="\n\n".join(lines), source=store.source, as_of=as_of(store), view=table(_VARIANTS),
        label=found.title, query=f"GET /v1/products/{found.id}", link=page_of("products", found.id),
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
        Column("expected_at", "Expected", "time"), Column("decision_id", "Decision"),
    )  # fmt: skip
    return Answer(
        result={"total": page.total, "data": rows},
        text=listed(columns, rows, page.total, "No purchase order was placed yet."),
        source="royal", as_of=store.store_clock().now(), view=table(columns),
        next_cursor=page.next_cursor, label="Purchase orders", query="GET /v1/purchase-orders",
    )  # fmt: skip


def variant_row(owner: ProductItem, each: VariantItem) -> Json:
    """One variant in a row; the product's title where the variant has none of its own."""
    return {
        "title": each.title or owner.title, "sku": each.sku, "price": plain(each.price),
        "compare_at_price": plain(each.compare_at_price), "unit_cost": plain(each.unit_cost),
        "margin_percent": plain(each.margin_percent), "available": each.available,
        "sold_28d": each.sold_28d, "days_of_cover": plain(each.days_of_cover),
        "variant_id": each.id, "product_id": owner.id,
    }  # fmt: skip


def _few(product: ProductItem) -> list[VariantItem]:
    return _most_sold(product, _VARIANTS_IN_LIST)


def _most_sold(product: ProductItem, most: int) -> list[VariantItem]:
    """The store's order when all fit, else those that sell most."""
    if len(product.variants) <= most:
        return list(product.variants)
    return sorted(product.variants, key=lambda each: -each.sold_28d)[:most]


def _cover(each: VariantItem) -> Decimal:
    return Decimal("Infinity") if each.days_of_cover is None else each.days_of_cover


def _demand(connection: Connection, store: Store, each: VariantItem, today: date) -> Json:
    found: Demand = Forecasts(store.id).demand(
        connection, each.id, today=today, past_weeks=_PACE_WEEKS
    )
    past = [week.units or 0 for week in found.weeks if week.expected is None]
    coming = [week for week in found.weeks if week.expected is not None][:_PACE_WEEKS]
    return {
        "title": each.title, "variant_id": each.id, "unit": "units",
        "sold_last_weeks": past, "method": found.method, "as_of": plain(found.as_of),
        "expected_next_weeks": [
            {"week": plain(week.week), "expected": tenths(week.expected), "low": tenths(week.low),
             "high": tenths(week.high)}
            for week in coming
        ],
    }  # fmt: skip


def _demand_line(demand: Json) -> str:
    sold = sum(demand["sold_last_weeks"])
    told = f"{safe(demand['title'])}: {sold} sold in the last {_PACE_WEEKS} complete weeks"
    coming = demand["expected_next_weeks"]
    if not coming:
        return f"{told}; no forecast yet (`/run inventory_pricing`)."
    first = coming[0]
    return (
        f"{told}; expected in the week of {first['week']}: {first['expected']} "
        f"({first['low']} to {first['high']}, 80 %), {demand['method']}."
    )


def _price_history(connection: Connection, store: Store, each: VariantItem) -> list[Json]:
    """Why the price is what it is: the decisions that changed it, and what came of them."""
    changed = read_before(connection, store.id, None, _CHANGES, "price.changed", each.id)
    rows = []
    for event in changed:
        decision_id = event.payload["decision_id"]
        made = Decisions(store.id).get(connection, decision_id)
        rows.append(
            {
                "title": each.title, "at": plain(event.occurred_at),
                "old": event.payload["old"], "new": event.payload["new"],
                "currency": event.payload["currency"], "decision_id": decision_id,
                "decided_by": made.decided_by,
                "rationale": made.proposal.rationale,
                "link": cards.link_of(decision_id),
            }
        )  # fmt: skip
    return rows


def _history_lines(history: list[Json]) -> list[str]:
    return [
        f"{row['at'][:10]} {safe(row['title'])}: {row['old']} → {row['new']} {row['currency']}, "
        f"approved by {safe(row['decided_by'] or 'unknown')} (`/decision {row['decision_id']}`). "
        f"{safe(row['rationale'])}"
        for row in history
    ]


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "products", "Products",
        "Products by words, stock or status, with price, unit cost, margin, stock, units sold in "
        "28 days and days of cover of each variant.",
        "store:read", ProductsIn, products, rest="text", completes={"text": "products"},
        usage="/products [WORDS] [stock=low|out] [status=active|draft|archived] "
        "[sort=title|sold|cover|price]",
    ),
    Tool(
        "product", "One product",
        "One product: why its price is what it is, stock, demand, and the decisions that wait.",
        "store:read", ProductIn, product, rest="product", completes={"product": "products"},
    ),
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
