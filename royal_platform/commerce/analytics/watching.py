"""Looks at a finished day: which metrics were not as expected, and what drives that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from royal_platform.commerce.analytics.anomalies import surprising
from royal_platform.commerce.analytics.daily import Daily, daily, factor_of, first_day
from royal_platform.commerce.analytics.drivers import Driver, Split, driver
from royal_platform.commerce.analytics.expectation import Expected, expected_last
from royal_platform.commerce.analytics.metrics import METRICS, dimensions_of
from royal_platform.commerce.analytics.model import Metric
from royal_platform.commerce.analytics.ports import Warehouse

HISTORY_DAYS = 760
# Metrics that tell of one thing: of those that stand out on one day one is told, with the others.
_TOGETHER = (
    ("revenue_net", "revenue_gross", "orders", "units", "contribution", "new_customers"),
    ("refunds", "refund_rate", "return_rate"),
)
# Values of these overlap, or a day has only one of them.
_NO_DRIVERS = frozenset({"collection", "weekday", "months_since"})
_SAME_WEEKDAYS = 8


@dataclass(frozen=True, slots=True)
class Judged:
    """One metric's day; ``expected`` None when it could not be judged."""

    metric: Metric
    value: float | None
    expected: Expected | None


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A day that chance does not explain; ``also`` names metrics that tell of the same thing.

    ``labels`` are names of the driver's values, where they have any.
    """

    metric: Metric
    day: date
    value: float
    expected: Expected
    also: tuple[str, ...]
    driver: Driver | None
    labels: dict[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Watch:
    """What was found on ``day``: every metric that was looked at, and those that stand out."""

    day: date
    judged: tuple[Judged, ...]
    anomalies: tuple[Anomaly, ...]


def watched() -> tuple[Metric, ...]:
    """Metrics whose day is known when it is over."""
    return tuple(
        metric for metric in METRICS.values() if not metric.matures_days and not metric.spread
    )


def watch(warehouse: Warehouse, day: date, currency: str) -> Watch:
    """Judge ``day`` by at most ``HISTORY_DAYS`` before it.

    Raises what the warehouse raises.
    """
    start = first_day(warehouse)
    if start is None or start > day:
        return Watch(day, (), ())
    start = max(start, day - timedelta(days=HISTORY_DAYS))
    judged = [_judged(warehouse, metric, start, day, currency) for metric in watched()]
    chances = [each.expected.probability if each.expected else np.nan for each in judged]
    told = [each for each, is_told in zip(judged, surprising(chances), strict=True) if is_told]
    return Watch(
        day, tuple(judged), tuple(_anomaly(warehouse, group, day, currency) for group in _led(told))
    )


def _judged(warehouse: Warehouse, metric: Metric, first: date, last: date, currency: str) -> Judged:
    found = daily(warehouse, metric, first, last, currency)
    values = found.quotient(factor_of(metric))[0]
    weights = None if found.bottom is None else np.abs(found.bottom[0])
    expected = expected_last(found.days, values, weights)
    return Judged(metric, float(values[-1]) if np.isfinite(values[-1]) else None, expected)


def _led(told: Sequence[Judged]) -> list[list[Judged]]:
    """What is told, by what it tells of; the least probable of each leads."""
    groups: dict[str, list[Judged]] = {}
    for each in sorted(told, key=_chance):
        group = next((names for names in _TOGETHER if each.metric.name in names), None)
        groups.setdefault(group[0] if group else each.metric.name, []).append(each)
    return list(groups.values())


def _chance(each: Judged) -> float:
    return 1.0 if each.expected is None else each.expected.probability


def _anomaly(warehouse: Warehouse, group: list[Judged], day: date, currency: str) -> Anomaly:
    lead = group[0]
    if lead.expected is None or lead.value is None:
        raise ValueError("what was not judged does not stand out")
    splits, labels = {}, {}
    for dimension in dimensions_of(lead.metric):
        if dimension in _NO_DRIVERS:
            continue
        found = daily(
            warehouse,
            lead.metric,
            day - timedelta(weeks=_SAME_WEEKDAYS),
            day,
            currency,
            dimension=dimension,
        )
        splits[dimension] = split_of(found, lead.expected.value / factor_of(lead.metric))
        labels[dimension] = dict(zip(found.keys, found.labels, strict=True))
    cause = driver(splits)
    return Anomaly(
        lead.metric, day, lead.value, lead.expected,
        tuple(each.metric.name for each in group[1:]), cause,
        {} if cause is None else labels[cause.dimension],
    )  # fmt: skip


def split_of(found: Daily, expected: float) -> Split:
    """The last day by value beside the mean of the same weekdays before it.

    What was expected of the values is scaled to what was ``expected`` of the whole.
    """
    usual = slice(-8, None, -7)
    top = found.top[:, usual].mean(axis=1)
    if found.bottom is None:
        return Split(found.keys, found.top[:, -1], _scaled(top, expected))
    bottom = found.bottom[:, usual].mean(axis=1)
    return Split(
        found.keys, found.top[:, -1], _scaled(top, expected * bottom.sum()),
        found.bottom[:, -1], bottom,
    )  # fmt: skip


def _scaled(parts: np.ndarray, whole: float) -> np.ndarray:
    total = parts.sum()
    return np.asarray(parts * (whole / total)) if total else parts
