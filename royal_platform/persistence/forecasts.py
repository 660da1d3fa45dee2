"""The newest forecast of every series: what a run expected, week by week, with 80 % intervals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import delete, insert, select

from core.storage.database import Database
from royal_platform.commerce.forecasting.model import Forecast
from royal_platform.persistence.tables.catalog import forecasts

# The store's own series; a variant's id is never empty.
STORE_TOTAL = ""
TOTAL_METHOD = "sum of the variants"
_TENTH = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class ForecastPoint:
    """Units expected in the week that begins on ``week`` (a store-local Monday)."""

    week: date
    expected: Decimal
    low: Decimal
    high: Decimal
    method: str
    run_id: str
    as_of: datetime


class StoredForecasts:
    """Forecasts of one store: each run replaces what the run before it expected."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def save(self, run_id: str, as_of: datetime, forecast: Forecast) -> None:
        """Replace the stored forecast; saving the same run's twice leaves one."""

        def row(
            variant_id: str, week: date, values: tuple[float, float, float], method: str
        ) -> dict[str, object]:
            expected, low, high = (Decimal(str(v)).quantize(_TENTH) for v in values)
            return {
                "store_id": self._store_id, "variant_id": variant_id, "week": week,
                "run_id": run_id, "expected": expected, "low": low, "high": high,
                "method": method, "as_of": as_of,
            }  # fmt: skip

        rows = [
            row(
                variant_id,
                week,
                (forecast.expected[i, w], forecast.low[i, w], forecast.high[i, w]),
                forecast.method[i],
            )
            for i, variant_id in enumerate(forecast.variant_ids)
            for w, week in enumerate(forecast.weeks)
        ]
        totals = zip(
            forecast.total_expected, forecast.total_low, forecast.total_high, strict=True
        )
        rows += [
            row(STORE_TOTAL, week, (float(point), float(low), float(high)), TOTAL_METHOD)
            for week, (point, low, high) in zip(forecast.weeks, totals, strict=True)
        ]
        with self._database.write() as transaction:
            mine = forecasts.c.store_id == self._store_id
            transaction.connection.execute(delete(forecasts).where(mine))
            transaction.connection.execute(insert(forecasts), rows)

    def points(self, variant_id: str | None = None) -> list[ForecastPoint]:
        """The coming weeks of one variant, or of the whole store; empty before the first run."""
        table = forecasts.c
        query = (
            select(
                table.week, table.expected, table.low, table.high, table.method, table.run_id,
                table.as_of,
            )
            .where(table.store_id == self._store_id)
            .where(table.variant_id == (variant_id or STORE_TOTAL))
            .order_by(table.week)
        )  # fmt: skip
        with self._database.read() as connection:
            return [ForecastPoint(*row) for row in connection.execute(query)]
