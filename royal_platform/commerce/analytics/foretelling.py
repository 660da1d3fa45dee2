"""Forecasts of the metrics that are sums, kept to be compared with what comes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from royal_platform.commerce.analytics.daily import daily, first_day
from royal_platform.commerce.analytics.findings import told
from royal_platform.commerce.analytics.metrics import METRICS
from royal_platform.commerce.analytics.model import Metric
from royal_platform.commerce.analytics.outlook import Outlook, outlook
from royal_platform.commerce.analytics.ports import Warehouse

# Compared with what came: each is foretold every day for the seven days after it.
KEPT = ("revenue_net", "orders", "units")
KEPT_DAYS = 7
LEARN_DAYS = 728


def foretell(
    warehouse: Warehouse, metric: Metric, today: date, currency: str, weeks: int
) -> Outlook | None:
    """What ``metric`` will be after yesterday, by week and by day; None where it cannot be told.

    The week that has begun is foretold whole. Raises what the warehouse raises.
    """
    start = first_day(warehouse)
    if start is None or not metric.additive:
        return None
    yesterday = today - timedelta(days=1)
    start = max(start, yesterday - timedelta(days=LEARN_DAYS))
    if start > yesterday:
        return None
    series = daily(warehouse, metric, start, yesterday, currency)
    return outlook(series.days, series.top[0], weeks)


def kept_rows(warehouse: Warehouse, today: date, currency: str) -> list[dict[str, str]]:
    """The coming days of the kept metrics as rows: decimal strings, ISO days."""
    rows = []
    for name in KEPT:
        metric = METRICS[name]
        found = foretell(warehouse, metric, today, currency, 2)
        if found is None:
            continue
        days = found.days
        for place, day in enumerate(days.starts):
            if today <= day < today + timedelta(days=KEPT_DAYS):
                rows.append({
                    "metric": name, "made_on": today.isoformat(), "day": day.isoformat(),
                    "expected": told(metric, float(days.expected[place]), currency),
                    "low": told(metric, float(days.low[place]), currency),
                    "high": told(metric, float(days.high[place]), currency),
                })  # fmt: skip
    return rows


def actuals(
    warehouse: Warehouse, name: str, days: Sequence[date], currency: str
) -> dict[date, Decimal]:
    """What the days turned out to be. Raises what the warehouse raises."""
    metric = METRICS[name]
    series = daily(warehouse, metric, min(days), max(days), currency)
    by_day = dict(zip(series.days, series.top[0], strict=True))
    return {day: Decimal(told(metric, float(by_day[day]), currency)) for day in days}
