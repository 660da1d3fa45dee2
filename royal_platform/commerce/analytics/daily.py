"""A metric by store-local day, as numbers to learn from: its sums, or a quotient's two sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from royal_platform.commerce.analytics import calendar
from royal_platform.commerce.analytics.compiling import series_query
from royal_platform.commerce.analytics.model import Ask, Metric
from royal_platform.commerce.analytics.ports import Query, Warehouse
from royal_platform.commerce.forecasting.model import Floats

_MOST_CELLS = 200_000


@dataclass(frozen=True, slots=True)
class Daily:
    """Consecutive ``days``; ``top`` and ``bottom`` (value, day), one row for the whole without
    a dimension. A day without rows is 0; ``bottom`` None where the metric is no quotient.
    """

    days: tuple[date, ...]
    keys: tuple[str | None, ...]
    labels: tuple[str | None, ...]
    top: Floats
    bottom: Floats | None

    def quotient(self, factor: float = 1.0) -> Floats:
        """The metric's value; nan on a day whose denominator is zero."""
        if self.bottom is None:
            return self.top
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(self.bottom != 0, factor * self.top / self.bottom, np.nan))


def factor_of(metric: Metric) -> float:
    """What a quotient is multiplied with to be in the metric's unit."""
    return 100.0 if metric.unit == "percent" else 1.0


def first_day(warehouse: Warehouse) -> date | None:
    """The day of the first order that is known; None without one."""
    found = warehouse.rows(Query("SELECT MIN(day) AS first FROM fact_order")).rows
    day = found[0][0] if found else None
    return day if isinstance(day, date) else None


def daily(
    warehouse: Warehouse,
    metric: Metric,
    first: date,
    last: date,
    currency: str,
    *,
    dimension: str | None = None,
) -> Daily:
    """The metric over ``first`` to ``last`` by day, in ``currency`` where it is money.

    Amounts in a currency without a stated rate are not in it. Raises what ``Warehouse.rows`` does.
    """
    ask = Ask(metric.name, first, last, currency, "day", dimension, "none")
    cells = warehouse.rows(series_query(metric, ask), limit=_MOST_CELLS).rows
    days = tuple(first + timedelta(days=i) for i in range((last - first).days + 1))
    place: dict[str | None, int] = {} if dimension else {None: 0}
    labels: dict[str | None, str | None] = {}
    told = []
    for period, key, label, unit, top, bottom, _left_out in cells:
        if metric.by_currency and unit != currency:
            continue
        name = None if key is None else str(key)
        row = place.setdefault(name, len(place))
        labels[name] = None if label is None else str(label)
        day = calendar.first_day_of("day", int(str(period).split(".")[0]))
        told.append((row, (day - first).days, top, bottom))
    grids = _grids(told, len(place), len(days))
    if metric.of_both:
        grids[1] += grids[0]
    keys = tuple(place)
    return Daily(
        days, keys, tuple(labels.get(key) for key in keys), grids[0],
        grids[1] if metric.bottom else None,
    )  # fmt: skip


def _grids(told: Sequence[tuple[int, int, object, object]], rows: int, days: int) -> Floats:
    grids = np.zeros((2, rows, days))
    for row, day, top, bottom in told:
        for side, value in enumerate((top, bottom)):
            if value is not None:
                grids[side, row, day] += float(str(value))
    return grids
