"""Products with their prices, stock and demand, and why a price is what it is."""

from __future__ import annotations

from datetime import date
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
from royal_platform.persistence.forecasts import Demand, DemandOf, Forecasts
from royal_platform.persistence.products import ProductFilter, ProductItem, Products, VariantItem
from royal_platform.persistence.stores import Store

VARIANTS = (
    Column("title", "Variant", "text", "products", "product_id"), Column("sku", "SKU"),
    Column("price", "Price", "money"),
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
        text=f"{markdown(VARIANTS, rows)}\n\n{shown}" if rows else "No product is like that.",
        source=store.source, as_of=as_of(store), view=table(VARIANTS),
        next_cursor=page.next_cursor, label="Products", query=f"GET /v1/products?{query}",
        link="/products",
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
        markdown(VARIANTS, rows),
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
        text="\n\n".join(lines), source=store.source, as_of=as_of(store), view=table(VARIANTS),
        label=found.title, query=f"GET /v1/products/{found.id}", link=page_of("products", found.id),
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


def _demand(connection: Connection, store: Store, each: VariantItem, today: date) -> Json:
    found: Demand = Forecasts(store.id).demand(
        connection, DemandOf("variant", each.id), today=today, past_weeks=_PACE_WEEKS
    )
    past = [week.units for week in found.weeks if week.units is not None]
    coming = [week for week in found.weeks if week.units is None][:_PACE_WEEKS]
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
)  # fmt: skip
