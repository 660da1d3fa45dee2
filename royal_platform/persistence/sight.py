"""What measuring an effect looks at: sales with asked prices, counted stock, repricings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, func, select

from core.storage.database import Database
from royal_platform.commerce.decisions.prices import PRICE_KINDS
from royal_platform.commerce.effects.service import Sight
from royal_platform.commerce.orders.model import VariantDay
from royal_platform.persistence.clock import StoreClock
from royal_platform.persistence.readers import StoredCatalog, StoredStock
from royal_platform.persistence.tables.catalog import inventory_snapshots, price_observations
from royal_platform.persistence.tables.decisions import decisions
from royal_platform.persistence.tables.orders import daily_variant_sales


def sight(database: Database, store_id: str, clock: StoreClock, since: date) -> Sight:
    """Everything from ``since`` on that measuring price changes looks at."""
    sales = daily_variant_sales.c
    query = select(
        sales.variant_id, sales.day, sales.units, sales.revenue, sales.returned_units, sales.gross
    ).where(sales.store_id == store_id, sales.day >= since)
    repriced = select(decisions.c.subject_id, decisions.c.executed_at).where(
        decisions.c.store_id == store_id, decisions.c.kind.in_(PRICE_KINDS),
        decisions.c.executed_at.is_not(None),
    )  # fmt: skip
    touched: dict[str, list[date]] = defaultdict(list)
    with database.read() as connection:
        sold = [VariantDay(*row) for row in connection.execute(query)]
        for variant_id, at in connection.execute(repriced):
            touched[variant_id].append(clock.local_day(at))
    catalog = StoredCatalog(database, store_id)
    return Sight(
        catalog.variants(),
        sold,
        StoredStock(database, store_id).snapshots(since),
        touched,
        catalog.collections(),
        catalog.discount_runs(),
    )


def other_price_at(
    connection: Connection, store_id: str, variant_id: str, price: Decimal, since: datetime
) -> datetime | None:
    """When the variant was first seen at another price than ``price`` after ``since``."""
    table = price_observations.c
    query = select(func.min(table.at, type_=table.at.type)).where(
        table.store_id == store_id, table.variant_id == variant_id, table.at > since,
        table.price != price,
    )  # fmt: skip
    found: datetime | None = connection.execute(query).scalar_one()
    return found


def stock_counted(
    connection: Connection, store_id: str, variant_id: str, day: date
) -> tuple[date, int] | None:
    """The first count of a variant's stock at the end of ``day`` or later."""
    table = inventory_snapshots.c
    query = (
        select(table.day, table.available)
        .where(table.store_id == store_id, table.variant_id == variant_id, table.day >= day)
        .order_by(table.day)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else (row.day, int(row.available))


def sold_between(
    connection: Connection, store_id: str, variant_id: str, days: Iterable[date]
) -> tuple[int, int]:
    """Units sold and units returned on the days from the first to the last of ``days``."""
    first, *_, last = sorted(days)
    table = daily_variant_sales.c
    query = select(func.sum(table.units), func.sum(table.returned_units)).where(
        table.store_id == store_id, table.variant_id == variant_id, table.day.between(first, last)
    )
    sold, returned = connection.execute(query).one()
    return int(sold or 0), int(returned or 0)
