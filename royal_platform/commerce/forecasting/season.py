"""The year: smooth waves, and the weeks that stand out of them (Easter, Christmas, ...)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from royal_platform.commerce.forecasting.model import Floats, Integers

WEEKS_OF_A_YEAR = 52
_YEAR = 365.25
_HARMONICS = 2
_WAVE_PENALTY = 1.0
_EVENT_PENALTY = 2.0  # an event is seen once or twice in two years: half of it is believed
_CATEGORY_PENALTY = 6.0


def seasonal_index(
    demand: Floats, category: Integers, n_categories: int, weeks: Sequence[date], until: int
) -> Floats:
    """Multiplicative index, weeks by categories, from the columns before ``until``; mean about 1.

    Two harmonics of the year, the weeks of ``event_weeks`` and a trend, ridge-fitted to the log of
    the store's weekly demand; each category then adds its own, more strongly shrunk, deviation.
    All ones below 52 weeks.
    """
    index = np.ones((len(weeks), n_categories))
    if until < WEEKS_OF_A_YEAR:
        return index
    observed = np.nan_to_num(demand[:, :until])
    calendar = np.concatenate([_waves(weeks), event_weeks(weeks)], axis=1)
    penalty = np.repeat([_WAVE_PENALTY, _EVENT_PENALTY], [2 * _HARMONICS, len(_EVENTS)])
    trend = np.arange(until)[:, None] / WEEKS_OF_A_YEAR - 0.5
    fitted = _ridge(calendar[:until], trend, observed.sum(axis=0), penalty)
    log_index = np.repeat((calendar @ fitted)[:, None], n_categories, axis=1)
    for c in range(n_categories):
        own = observed[category == c].sum(axis=0)
        if own.sum() >= WEEKS_OF_A_YEAR:  # about a unit a week: less says nothing about a season
            base = np.exp(log_index[:until, c])
            log_index[:, c] += calendar @ _ridge(
                calendar[:until], trend, own, penalty * _CATEGORY_PENALTY, base
            )
    return np.exp(np.clip(log_index, -2.5, 2.5))


def event_weeks(weeks: Sequence[date]) -> Floats:
    """Which weeks (given by their Mondays) hold which event, weeks by events, 0 or 1."""
    return np.array([[float(event(monday)) for event in _EVENTS] for monday in weeks]).reshape(
        len(weeks), len(_EVENTS)
    )


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def _before_easter(monday: date) -> bool:
    return monday <= easter(monday.year) <= monday + timedelta(days=6)


def _black_friday(monday: date) -> bool:
    friday = monday + timedelta(days=4)
    return friday.month == 11 and 23 <= friday.day <= 29


def _before_christmas(monday: date) -> bool:
    return monday.month == 12 and 15 <= monday.day <= 21


def _christmas(monday: date) -> bool:
    return monday.month == 12 and 22 <= monday.day <= 28


_EVENTS = (_before_easter, _black_friday, _before_christmas, _christmas)


def _waves(weeks: Sequence[date]) -> Floats:
    days = np.array([week.toordinal() + 3 for week in weeks]) / _YEAR * 2 * np.pi
    return np.stack(
        [f(k * days) for k in range(1, _HARMONICS + 1) for f in (np.sin, np.cos)], axis=1
    )


def _ridge(
    calendar: Floats, trend: Floats, totals: Floats, penalty: Floats, base: Floats | None = None
) -> Floats:
    """Ridge coefficients of the calendar for log totals, weighted by their Poisson precision."""
    base = np.ones_like(totals) if base is None else base
    y = np.log((totals + 0.5) / base)
    weight = (totals + 0.5) / (totals.mean() + 0.5)
    design = np.concatenate([np.ones_like(trend), trend, calendar], axis=1)
    ridge = np.diag([1e-6, 1.0, *penalty])
    normal = design.T @ (design * weight[:, None]) + ridge
    solution: Floats = np.linalg.solve(normal, design.T @ (weight * y))
    return solution[2:]
