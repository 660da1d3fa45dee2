"""What a metric will be: weeks by the store's demand forecast, days by its weekdays.

Weeks and their 80 % intervals are those of ``forecasting``; a week falls on its days as its weeks
did, and the days' intervals are split-conformal on what past forecasts of days were off by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from royal_platform.commerce.forecasting import rules
from royal_platform.commerce.forecasting.model import DAYS_OF_A_WEEK, Floats, Panel

MIN_WEEKS = 10
HORIZON_WEEKS = 4
_SHARES_WEEKS = 26
_ORIGINS = 8
_TAIL = 0.10


@dataclass(frozen=True, slots=True)
class Path:
    """Expected values with 80 % bounds; ``starts`` are the first days of the periods."""

    starts: tuple[date, ...]
    expected: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Outlook:
    """The coming weeks and their days; ``scored`` past forecasts are behind the weeks' bounds."""

    weeks: Path
    days: Path
    method: str
    scored: int


def outlook(days: Sequence[date], values: Floats, horizon: int = HORIZON_WEEKS) -> Outlook | None:
    """The ``horizon`` weeks after the last complete one among ``days`` (consecutive).

    Only for sums. A week below zero counts as none. None with fewer than ``MIN_WEEKS`` weeks.
    """
    skip = -days[0].weekday() % DAYS_OF_A_WEEK if days else 0
    count = (len(days) - skip) // DAYS_OF_A_WEEK
    if count < MIN_WEEKS:
        return None
    grid = np.nan_to_num(values[skip : skip + count * DAYS_OF_A_WEEK]).reshape(count, -1)
    mondays = tuple(days[skip] + timedelta(weeks=week) for week in range(count))
    found = rules.forecast(_panel(mondays, grid), horizon)
    by_day = (found.expected[0][:, None] * _shares(grid)).ravel()
    low, high = _day_bounds(mondays, grid, horizon)
    starts = tuple(found.weeks[0] + timedelta(days=i) for i in range(len(by_day)))
    return Outlook(
        Path(tuple(found.weeks), found.expected[0], found.low[0], found.high[0]),
        Path(starts, by_day, by_day * (1 + low), by_day * (1 + high)),
        found.method[0], int(found.scored[0]),
    )  # fmt: skip


def _panel(mondays: tuple[date, ...], grid: Floats) -> Panel:
    weekly = np.maximum(grid.sum(axis=1), 0.0)[None]
    ones = np.ones_like(weekly)
    return Panel(
        variant_ids=("metric",), weeks=mondays, units=weekly, revenue=weekly,
        returned=np.zeros_like(weekly), in_stock=ones, alive=ones > 0, price=ones,
        category=np.zeros(1, dtype=np.int64), categories=("metric",),
    )  # fmt: skip


def _shares(grid: Floats) -> Floats:
    """How a week falls on its days, Monday first."""
    recent = np.maximum(grid[-_SHARES_WEEKS:], 0.0).sum(axis=0) + 1e-9
    return np.asarray(recent / recent.sum())


def _day_bounds(mondays: tuple[date, ...], grid: Floats, horizon: int) -> tuple[float, float]:
    """By what share days fell short of and exceeded what had been forecast of them."""
    errors = []
    for back in range(1, _ORIGINS + 1):
        origin = len(grid) - back
        if origin < MIN_WEEKS - 1:
            break
        past = rules.forecast(_panel(mondays[:origin], grid[:origin]), min(back, horizon))
        told = past.expected[0][:, None] * _shares(grid[:origin])
        actual = grid[origin : origin + len(told)]
        errors.append(((actual - told) / np.maximum(told, 1e-9)).ravel())
    pool = np.concatenate(errors)
    tail = max(_TAIL - (1 - _TAIL) / pool.size, 0.0)
    low, high = np.quantile(pool, [tail, 1 - tail])
    return max(min(float(low), 0.0), -1.0), max(float(high), 0.0)
