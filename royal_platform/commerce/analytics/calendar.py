"""Periods of store-local days, and the windows that a window is compared with."""

from __future__ import annotations

from datetime import date, timedelta

from royal_platform.commerce.analytics.model import Compare, Grain


def first_day_of(grain: Grain, number: int) -> date:
    """The first day of the period that an engine names with ``number`` (see ``compiling``)."""
    if grain == "day":
        return date(number // 10000, number // 100 % 100, number % 100)
    if grain == "week":
        return date.fromisocalendar(number // 100, number % 100, 1)
    if grain == "month":
        return date(number // 100, number % 100, 1)
    return date(number // 10, number % 10 * 3 - 2, 1)


def period_of(grain: Grain, day: date) -> date:
    """The first day of the period that holds ``day``; weeks begin on Monday."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def periods_of(grain: Grain, first: date, last: date) -> tuple[date, ...]:
    """The first days of all periods that ``first`` to ``last`` touches."""
    found = [period_of(grain, first)]
    while (following := after(grain, found[-1])) <= last:
        found.append(following)
    return tuple(found)


def after(grain: Grain, period: date) -> date:
    """The first day of the next period."""
    days = {"day": 1, "week": 7, "month": 31, "quarter": 92}[grain]
    return period_of(grain, period + timedelta(days=days))


def compared(first: date, last: date, compare: Compare) -> tuple[date, date] | None:
    """The window to compare with: as many days just before, or the same days a year earlier."""
    if compare == "none":
        return None
    if compare == "year":
        return year_before(first), year_before(last)
    length = last - first + timedelta(days=1)
    return first - length, last - length


def year_before(day: date) -> date:
    """The same day a year earlier; 28 February for a leap day."""
    leap = day.month == 2 and day.day == 29
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def months_between(earlier: date, later: date) -> int:
    """Calendar months from the month of ``earlier`` to that of ``later``."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month
