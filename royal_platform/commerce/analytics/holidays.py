"""Days of the year on which shops sell otherwise, wherever they are: known ahead, by rule.

Holidays of single countries are not in it: a store's customers live in several.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

import numpy as np

from royal_platform.commerce.forecasting.model import Flags
from royal_platform.commerce.forecasting.season import easter


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _after_easter(days: int) -> Callable[[int], date]:
    return lambda year: easter(year) + timedelta(days=days)


def _after_thanksgiving(days: int) -> Callable[[int], date]:
    """The fourth Thursday of November, and the days of sale that hang on it."""

    def of(year: int) -> date:
        first = date(year, 11, 1)
        return first + timedelta(days=(3 - first.weekday()) % 7 + 21 + days)

    return of


HOLIDAYS: Mapping[str, Callable[[int], date]] = {
    "new_year": _fixed(1, 1),
    "valentine": _fixed(2, 14),
    "good_friday": _after_easter(-2),
    "easter": _after_easter(0),
    "easter_monday": _after_easter(1),
    "thanksgiving": _after_thanksgiving(0),
    "black_friday": _after_thanksgiving(1),
    "cyber_monday": _after_thanksgiving(4),
    "christmas_eve": _fixed(12, 24),
    "christmas": _fixed(12, 25),
    "boxing_day": _fixed(12, 26),
    "new_years_eve": _fixed(12, 31),
}


def holiday_of(day: date) -> str | None:
    """The name of the holiday that ``day`` is; None on any other day."""
    for name, when in HOLIDAYS.items():
        if when(day.year) == day:
            return name
    return None


def flags(days: Sequence[date]) -> Flags:
    """Which day is which holiday: (holiday in the order of ``HOLIDAYS``, day)."""
    found = np.zeros((len(HOLIDAYS), len(days)), dtype=np.bool_)
    known = {year: [when(year) for when in HOLIDAYS.values()] for year in {d.year for d in days}}
    for column, day in enumerate(days):
        for row, when in enumerate(known[day.year]):
            found[row, column] = when == day
    return found
