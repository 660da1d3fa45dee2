"""Weeks in which the store's own discounts were to be had."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from royal_platform.commerce.catalog.model import DiscountRun
from royal_platform.commerce.forecasting.model import DAYS_OF_A_WEEK, Flags

# What lasts longer, or has no end, is a condition of the shop (a welcome code), no promotion.
_LONGEST = timedelta(weeks=8)


def running_weeks(weeks: Sequence[date], runs: Sequence[DiscountRun]) -> Flags:
    """For each week, by its Monday, whether a passing discount was to be had on a day of it."""
    found = np.zeros(len(weeks), dtype=bool)
    mondays = np.array([week.toordinal() for week in weeks])
    for run in runs:
        if run.last is not None and run.last - run.first < _LONGEST:
            found |= (mondays + DAYS_OF_A_WEEK > run.first.toordinal()) & (
                mondays <= run.last.toordinal()
            )
    return found
