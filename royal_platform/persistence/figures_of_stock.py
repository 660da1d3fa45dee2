"""What is sold and what is left, per variant: the shared ground of lists, filters and metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import BigInteger, Connection, Subquery, case, cast, func, select

from royal_platform.persistence.tables.catalog import inventory_levels, products, variants
from royal_platform.persistence.tables.orders import daily_variant_sales

WINDOW_DAYS = 28
# Cover in ten-thousandths of a day; nothing sold covers "for ever".
COVER_UNIT = 10_000
FOREVER = 2**53


@dataclass(frozen=True, slots=True)
class StockFigures:
    """One variant's pace and rest: units sold in the last 28 complete days, units available."""

    sold_28d: int
    available: int | None

    @property
    def days_of_cover(self) -> Decimal | None:
        """Days until the stock is gone at that pace; None when either is unknown or zero pace."""
        if self.available is None or self.sold_28d <= 0:
            return None
        days = Decimal(max(self.available, 0) * WINDOW_DAYS) / Decimal(self.sold_28d)
        return days.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def variant_figures(store_id: str, today: date) -> Subquery:
    """Every live variant with ``sold``, ``available`` (NULL = not counted) and ``cover``."""
    sales, levels = daily_variant_sales.c, inventory_levels.c
    sold = (
        select(sales.variant_id, cast(func.sum(sales.units), BigInteger).label("sold"))
        .where(sales.store_id == store_id)
        .where(sales.day.between(today - timedelta(days=WINDOW_DAYS), today - timedelta(days=1)))
        .group_by(sales.variant_id)
        .subquery("sold")
    )
    stock = (
        select(
            levels.inventory_item_id,
            cast(func.sum(levels.available), BigInteger).label("available"),
        )
        .where(levels.store_id == store_id)
        .group_by(levels.inventory_item_id)
        .subquery("stock")
    )
    units = func.coalesce(sold.c.sold, 0)
    left = case((variants.c.tracked.is_(True), stock.c.available), else_=None)
    scarce = case((left > 0, left), else_=0)
    cover = case(
        ((units > 0) & left.is_not(None), scarce * (WINDOW_DAYS * COVER_UNIT) / units),
        else_=FOREVER,
    )
    return (
        select(
            variants.c.id,
            variants.c.product_id,
            variants.c.price,
            units.label("sold"),
            left.label("available"),
            cast(func.floor(cover), BigInteger).label("cover"),
        )
        .join(
            products,
            (products.c.store_id == variants.c.store_id) & (products.c.id == variants.c.product_id),
        )
        .outerjoin(sold, sold.c.variant_id == variants.c.id)
        .outerjoin(stock, stock.c.inventory_item_id == variants.c.inventory_item_id)
        .where(variants.c.store_id == store_id, variants.c.deleted_at.is_(None))
        .where(products.c.deleted_at.is_(None))
        .subquery("figures")
    )


def figures_of(
    connection: Connection, store_id: str, today: date, items: Mapping[str, str | None]
) -> dict[str, StockFigures]:
    """Figures of a few variants: ``items`` maps a variant to its counted item, None = uncounted."""
    sales, levels = daily_variant_sales.c, inventory_levels.c
    sold: dict[str, Any] = {}
    left: dict[str, Any] = {}
    for part in _chunks(sorted(items)):
        query = (
            select(sales.variant_id, func.sum(sales.units))
            .where(sales.store_id == store_id, sales.variant_id.in_(part))
            .where(
                sales.day.between(today - timedelta(days=WINDOW_DAYS), today - timedelta(days=1))
            )
            .group_by(sales.variant_id)
        )
        sold |= {variant: int(units) for variant, units in connection.execute(query)}
        counted = [item for item in (items[variant] for variant in part) if item is not None]
        stock = (
            select(levels.inventory_item_id, func.sum(levels.available))
            .where(levels.store_id == store_id, levels.inventory_item_id.in_(counted))
            .group_by(levels.inventory_item_id)
        )
        left |= dict(tuple(row) for row in connection.execute(stock))
    return {
        variant: StockFigures(
            sold.get(variant, 0),
            None if item is None or left.get(item) is None else int(left[item]),
        )
        for variant, item in items.items()
    }


def at_risk(connection: Connection, store_id: str, today: date, lead_time_days: int) -> int:
    """How many variants run out before a reorder of today would arrive."""
    figures = variant_figures(store_id, today)
    query = select(func.count()).where(figures.c.cover < lead_time_days * COVER_UNIT)
    return int(connection.execute(query).scalar_one())


def _chunks(ids: Sequence[str], size: int = 500) -> list[list[str]]:
    return [list(ids[start : start + size]) for start in range(0, len(ids), size)]
