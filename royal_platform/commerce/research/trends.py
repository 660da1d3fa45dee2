"""How a kind of goods is asked for: series that a person imports, and one trend of all known.

A file is taken whole or not at all. What a series counts is its own affair: searches in the shop,
visits, an index of interest. Only how it grows is compared.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import fmean, variance

from royal_platform.commerce.analytics.imports import (
    Reading,
    Refuses,
    decimal_number,
    past_day,
    read_rows,
)
from royal_platform.commerce.research.model import Trend
from royal_platform.commerce.research.rules import Z80, phased

COLUMNS = ("day", "series", "category", "value")
# Two stretches of four weeks, as the shop's own sales are compared.
WEEKS = 4
DAYS = 2 * WEEKS * 7
_NAME = 80
_LEAST_WEEKS = 3
# Student's t at 0.9 by degrees of freedom: a two-sided interval of 80 % of so few weeks.
_T80 = {4: 1.533, 5: 1.476, 6: 1.440}
# An index is rounded and rescaled: no series tells its growth better than to a twentieth.
_LEAST_ERROR = 0.05


@dataclass(frozen=True, slots=True)
class Point:
    """How much a ``series`` tells of a kind of goods on a store-local day; never below zero."""

    day: date
    series: str
    category: str
    value: Decimal


def read_trends(text: str, today: date, refuses: Refuses) -> Reading[Point]:
    """Rows of ``day,series,category,value``; days as 2026-01-31, none after ``today``.

    ``refuses`` says of a cell whether a spreadsheet would take it for a formula.
    """

    def point(cells: Mapping[str, str]) -> Point:
        for name in ("series", "category"):
            if not 0 < len(cells[name]) <= _NAME:
                raise ValueError(f"the {name} has not between 1 and {_NAME} characters")
        value = decimal_number(cells["value"], places=4)
        return Point(past_day(cells["day"], today), cells["series"], cells["category"], value)

    return read_rows(
        text, refuses, COLUMNS, point, lambda row: (row.day, row.series, row.category.lower())
    )


def series_trend(points: Iterable[Point], today: date) -> Trend:
    """How one series of one kind grew: its last four weeks over the four before.

    Days next to each other are alike, so weeks are averaged first. The logarithm of the ratio of
    two means has the variance s1^2/(n1 m1^2) + s2^2/(n2 m2^2) (delta method). Unknown where a
    stretch has fewer than three weeks with values, or nothing but zeros.
    """
    weeks: dict[int, list[float]] = defaultdict(list)
    for each in points:
        ago = (today - each.day).days - 1
        if 0 <= ago < DAYS:
            weeks[ago // 7].append(float(each.value))
    now = [fmean(values) for week, values in weeks.items() if week < WEEKS]
    before = [fmean(values) for week, values in weeks.items() if week >= WEEKS]
    if min(len(now), len(before)) < _LEAST_WEEKS or not (any(now) and any(before)):
        return Trend("unknown")
    error = math.sqrt(
        sum(variance(each) / (len(each) * fmean(each) ** 2) for each in (now, before))
    )
    quantile = _T80[len(now) + len(before) - 2]
    return phased(math.log(fmean(now) / fmean(before)), quantile * max(error, _LEAST_ERROR))


def pooled(trends: Sequence[Trend]) -> Trend:
    """One trend of several: each counts by how sure it is (inverse variance, a fixed effect)."""
    sure = [
        (math.log(each.growth), (math.log(each.high) - math.log(each.low)) / (2 * Z80))
        for each in trends
        if each.growth is not None and each.low is not None and each.high is not None
    ]  # fmt: skip
    if not sure:
        return Trend("unknown")
    weights = [error**-2 for _, error in sure]
    middle = sum(weight * growth for weight, (growth, _) in zip(weights, sure, strict=True))
    return phased(middle / sum(weights), Z80 / math.sqrt(sum(weights)))
