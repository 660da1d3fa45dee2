"""Stored forecasts beside what was really sold, week by week.

A run's forecast replaces the coming weeks. A week that is over keeps the last forecast made from
the weeks before it, so that it can be held against what was sold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    delete,
    func,
    select,
)

from royal_platform.commerce.forecasting.model import Level as Group
from royal_platform.commerce.forecasting.service import UNCATEGORISED
from royal_platform.persistence.statements import put
from royal_platform.persistence.tables.catalog import (
    collection_products,
    forecasts,
    inventory_snapshots,
    products,
    variants,
)
from royal_platform.persistence.tables.orders import daily_sales, daily_variant_sales

Level = Literal["store", "variant"] | Group
# As far back as the agent learns; older forecasts judge a method that is no longer used.
KEPT_WEEKS = 104


@dataclass(frozen=True, slots=True)
class DemandOf:
    """Whose demand: a variant's, or the sum over a product, product type, collection or all."""

    level: Level
    id: str = ""


WHOLE_STORE = DemandOf("store")


@dataclass(frozen=True, slots=True)
class ForecastWeek:
    """Expected units of one week (its Monday) with the 80 % interval."""

    of: DemandOf
    week: date
    expected: Decimal
    low: Decimal
    high: Decimal
    method: str


@dataclass(frozen=True, slots=True)
class DemandWeek:
    """One week: units sold, None before it is over; its forecast, None where none was made.

    The forecast of a week that is over was made from the weeks before it.
    """

    week: date
    units: int | None
    expected: Decimal | None
    low: Decimal | None
    high: Decimal | None
    stockout_days: int


@dataclass(frozen=True, slots=True)
class Demand:
    """Weekly demand with the forecast's method, run and time."""

    of: DemandOf
    weeks: tuple[DemandWeek, ...]
    method: str | None
    run_id: str | None
    as_of: datetime | None


class Forecasts:
    """The forecasts of one store; a new run's replace those of weeks that are not over."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def replace(
        self,
        connection: Connection,
        run_id: str,
        weeks: Sequence[ForecastWeek],
        *,
        as_of: datetime,
    ) -> None:
        """Store a run's forecasts; those of other runs stay for the weeks before its first."""
        rows = [
            {
                "store_id": self.store_id,
                "level": week.of.level,
                "subject_id": week.of.id,
                "week": week.week,
                "run_id": run_id,
                "expected": week.expected,
                "low": week.low,
                "high": week.high,
                "method": week.method,
                "as_of": as_of,
            }
            for week in weeks
        ]
        put(connection, forecasts, rows)
        first = min((week.week for week in weeks), default=None)
        if first is None:
            return
        table = forecasts.c
        connection.execute(
            delete(forecasts).where(
                table.store_id == self.store_id,
                (table.run_id != run_id) & (table.week >= first)
                | (table.week < first - timedelta(weeks=KEPT_WEEKS)),
            )
        )

    def demand(
        self, connection: Connection, of: DemandOf, *, today: date, past_weeks: int = 26
    ) -> Demand:
        """The last complete weeks as sold and the coming ones as forecast."""
        monday = today - timedelta(days=today.weekday())
        first = monday - timedelta(weeks=past_weeks)
        sold = self._sold(connection, of, first, monday)
        out = self._stockouts(connection, of, first, monday)
        rows = self._rows(connection, of, first)
        told = {row.week: row for row in rows if row.week < monday}
        past = [
            _week(week, sold.get(week, 0), told.get(week), out.get(week, 0))
            for week in (first + timedelta(weeks=index) for index in range(past_weeks))
        ]
        coming = [row for row in rows if row.week >= monday]
        newest: Any = coming[0] if coming else None
        return Demand(
            of=of,
            weeks=(*past, *(_week(row.week, None, row, 0) for row in coming)),
            method=None if newest is None else newest.method,
            run_id=None if newest is None else newest.run_id,
            as_of=None if newest is None else newest.as_of,
        )

    def _rows(self, connection: Connection, of: DemandOf, first: date) -> Sequence[Row[Any]]:
        query = (
            select(forecasts)
            .where(forecasts.c.store_id == self.store_id)
            .where(forecasts.c.level == of.level, forecasts.c.subject_id == of.id)
            .where(forecasts.c.week >= first)
            .order_by(forecasts.c.week)
        )
        return connection.execute(query).all()

    def _sold(
        self, connection: Connection, of: DemandOf, first: date, end: date
    ) -> dict[date, int]:
        table = daily_sales if of.level == "store" else daily_variant_sales
        query = (
            select(table.c.day, func.sum(table.c.units))
            .where(table.c.store_id == self.store_id)
            .where(table.c.day >= first, table.c.day < end)
            .group_by(table.c.day)
        )
        if of.level == "variant":
            query = query.where(table.c.variant_id == of.id)
        elif of.level != "store":
            mine = membership(self.store_id, of.level).subquery()
            query = query.where(
                table.c.variant_id.in_(select(mine.c.variant_id).where(mine.c.subject_id == of.id))
            )
        return _by_week((day, int(units)) for day, units in connection.execute(query))

    def _stockouts(
        self, connection: Connection, of: DemandOf, first: date, end: date
    ) -> dict[date, int]:
        if of.level != "variant":
            return {}
        table = inventory_snapshots.c
        query = select(table.day).where(
            table.store_id == self.store_id, table.variant_id == of.id,
            table.day >= first, table.day < end, table.available <= 0,
        )  # fmt: skip
        return _by_week((day, 1) for day in connection.execute(query).scalars())


def membership(store_id: str, level: Group) -> Select[tuple[str, str]]:
    """Which variants make up each subject of a level now: ``subject_id`` and ``variant_id``."""
    mine = (variants.c.store_id == store_id) & variants.c.deleted_at.is_(None)
    subject, among = _SUBJECTS[level]
    chosen = select(subject.label("subject_id"), variants.c.id.label("variant_id"))
    if among is None:
        return chosen.where(mine)
    table, product_id = among
    joined = variants.join(
        table, (table.c.store_id == variants.c.store_id) & (product_id == variants.c.product_id)
    )
    return chosen.select_from(joined).where(mine)


_TYPE = func.coalesce(func.nullif(products.c.product_type, ""), UNCATEGORISED)
# What names a level's subject, and the table beside the variants that says so, by product.
_SUBJECTS: dict[Group, tuple[ColumnElement[str], tuple[Table, Column[Any]] | None]] = {
    "product": (variants.c.product_id, None),
    "category": (_TYPE, (products, products.c.id)),
    "collection": (
        collection_products.c.collection_id,
        (collection_products, collection_products.c.product_id),
    ),
}


def _week(week: date, units: int | None, told: Any, stockout_days: int) -> DemandWeek:
    if told is None:
        return DemandWeek(week, units, None, None, None, stockout_days)
    return DemandWeek(week, units, told.expected, told.low, told.high, stockout_days)


def _by_week(days: Any) -> dict[date, int]:
    weeks: dict[date, int] = {}
    for day, units in days:
        week = day - timedelta(days=day.weekday())
        weeks[week] = weeks.get(week, 0) + units
    return weeks
