"""Stored forecasts beside what was really sold, week by week.

A run's forecast replaces the coming weeks. A week that is over keeps the last forecast made from
the weeks before it, so that it can be held against what was sold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select

from royal_platform.persistence.statements import put
from royal_platform.persistence.tables.catalog import forecasts, inventory_snapshots
from royal_platform.persistence.tables.orders import daily_sales, daily_variant_sales

WHOLE_STORE = ""
# As far back as the agent learns; older forecasts judge a method that is no longer used.
KEPT_WEEKS = 104


@dataclass(frozen=True, slots=True)
class ForecastWeek:
    """Expected units of one week (its Monday) with the 80 % interval; None variant = the store."""

    variant_id: str | None
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
    """Weekly demand of a variant (None = the store) with the forecast's method, run and time."""

    variant_id: str | None
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
                "variant_id": week.variant_id or WHOLE_STORE,
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
        self, connection: Connection, variant_id: str | None, *, today: date, past_weeks: int = 26
    ) -> Demand:
        """The last complete weeks as sold and the coming ones as forecast."""
        monday = today - timedelta(days=today.weekday())
        first = monday - timedelta(weeks=past_weeks)
        sold = self._sold(connection, variant_id, first, monday)
        out = self._stockouts(connection, variant_id, first, monday)
        rows = self._rows(connection, variant_id, first)
        told = {row.week: row for row in rows if row.week < monday}
        past = [
            _week(week, sold.get(week, 0), told.get(week), out.get(week, 0))
            for week in (first + timedelta(weeks=index) for index in range(past_weeks))
        ]
        coming = [row for row in rows if row.week >= monday]
        newest: Any = coming[0] if coming else None
        return Demand(
            variant_id=variant_id,
            weeks=(*past, *(_week(row.week, None, row, 0) for row in coming)),
            method=None if newest is None else newest.method,
            run_id=None if newest is None else newest.run_id,
            as_of=None if newest is None else newest.as_of,
        )

    def _rows(
        self, connection: Connection, variant_id: str | None, first: date
    ) -> Sequence[Row[Any]]:
        query = (
            select(forecasts)
            .where(forecasts.c.store_id == self.store_id)
            .where(forecasts.c.variant_id == (variant_id or WHOLE_STORE))
            .where(forecasts.c.week >= first)
            .order_by(forecasts.c.week)
        )
        return connection.execute(query).all()

    def _sold(
        self, connection: Connection, variant_id: str | None, first: date, end: date
    ) -> dict[date, int]:
        table = daily_sales if variant_id is None else daily_variant_sales
        query = (
            select(table.c.day, func.sum(table.c.units))
            .where(table.c.store_id == self.store_id)
            .where(table.c.day >= first, table.c.day < end)
            .group_by(table.c.day)
        )
        if variant_id is not None:
            query = query.where(table.c.variant_id == variant_id)
        return _by_week((day, int(units)) for day, units in connection.execute(query))

    def _stockouts(
        self, connection: Connection, variant_id: str | None, first: date, end: date
    ) -> dict[date, int]:
        if variant_id is None:
            return {}
        table = inventory_snapshots.c
        query = select(table.day).where(
            table.store_id == self.store_id, table.variant_id == variant_id,
            table.day >= first, table.day < end, table.available <= 0,
        )  # fmt: skip
        return _by_week((day, 1) for day in connection.execute(query).scalars())


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
