"""Forecasts of weeks that are over stay, to be held against what was sold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, insert, select

from core.storage.database import Database
from royal_platform.persistence.forecasts import (
    KEPT_WEEKS,
    Demand,
    DemandOf,
    Forecasts,
    ForecastWeek,
)
from royal_platform.persistence.tables.catalog import forecasts
from royal_platform.persistence.tables.orders import daily_variant_sales

STORE = "str_test"
MONDAY = date(2026, 11, 2)
VARIANT = "v1"


def run(database: Database, name: str, first: date, units: int, weeks: int = 4) -> None:
    """A run's forecast of the same units for every week, give or take three."""
    told = [
        ForecastWeek(
            DemandOf("variant", VARIANT), first + timedelta(weeks=week), Decimal(units),
            Decimal(units - 3), Decimal(units + 3), "SES",
        )
        for week in range(weeks)
    ]  # fmt: skip
    as_of = datetime(first.year, first.month, first.day, 6, tzinfo=UTC)
    with database.write() as transaction:
        Forecasts(STORE).replace(transaction.connection, name, told, as_of=as_of)


def sell(database: Database, days: Sequence[date], units: int) -> None:
    with database.write() as transaction:
        for day in days:
            transaction.connection.execute(
                insert(daily_variant_sales).values(
                    store_id=STORE, variant_id=VARIANT, day=day, units=units, returned_units=0,
                    gross=Decimal(0), revenue=Decimal(0), returned=Decimal(0), currency="EUR",
                    tax=Decimal(0),
                )
            )  # fmt: skip


def told(database: Database, today: date) -> Demand:
    with database.read() as connection:
        return Forecasts(STORE).demand(
            connection, DemandOf("variant", VARIANT), today=today, past_weeks=3
        )


def test_a_week_that_is_over_keeps_the_forecast_made_before_it(database: Database) -> None:
    run(database, "run_1", MONDAY, 10)
    run(database, "run_2", MONDAY + timedelta(weeks=1), 20)
    sell(database, [MONDAY, MONDAY + timedelta(days=6)], 6)
    found = told(database, MONDAY + timedelta(weeks=1, days=2))
    past, coming = found.weeks[2], found.weeks[3:]
    assert (past.week, past.units) == (MONDAY, 12)
    assert (past.expected, past.low, past.high) == (10, 7, 13)
    assert [week.expected for week in coming] == [20, 20, 20, 20]
    assert all(week.units is None for week in coming)
    assert found.run_id == "run_2"


def test_a_later_run_in_the_same_week_replaces_its_forecast(database: Database) -> None:
    run(database, "run_1", MONDAY, 10)
    run(database, "run_2", MONDAY, 15)
    week = told(database, MONDAY + timedelta(weeks=1)).weeks[2]
    assert (week.expected, week.units) == (15, 0)


def test_a_week_nobody_forecast_has_none_and_no_run_changes_that(database: Database) -> None:
    run(database, "run_1", MONDAY, 10)
    weeks = told(database, MONDAY + timedelta(days=3)).weeks[:3]
    assert [week.expected for week in weeks] == [None, None, None]


def test_forecasts_older_than_two_years_are_forgotten(database: Database) -> None:
    run(database, "run_1", MONDAY, 10, weeks=1)
    run(database, "run_2", MONDAY + timedelta(weeks=KEPT_WEEKS), 10)
    count = select(func.count()).select_from(forecasts).where(forecasts.c.run_id == "run_1")
    with database.read() as connection:
        assert connection.execute(count).scalar_one() == 1
    run(database, "run_3", MONDAY + timedelta(weeks=KEPT_WEEKS + 1), 10)
    with database.read() as connection:
        assert connection.execute(count).scalar_one() == 0
