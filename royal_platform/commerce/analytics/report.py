"""The report of a week: its figures with what they are compared with, as one document.

The document is plain JSON, so that what was approved is what is read later, in any language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from royal_platform.commerce.analytics import service
from royal_platform.commerce.analytics.daily import daily, first_day
from royal_platform.commerce.analytics.findings import told
from royal_platform.commerce.analytics.metrics import METRICS
from royal_platform.commerce.analytics.model import Ask, Explored, Slice, Value
from royal_platform.commerce.analytics.outlook import outlook
from royal_platform.commerce.analytics.ports import Warehouse

# In the order of the report.
FIGURES = (
    "revenue_net", "orders", "aov", "units", "contribution_margin", "new_customers", "repeat_rate",
    "refund_rate", "stock_out_rate", "on_time",
)  # fmt: skip
FORETOLD = ("revenue_net", "orders", "units")
_WEEKS_SHOWN = 9
_LEADERS = 5
_LEARN_DAYS = 728


@dataclass(frozen=True, slots=True)
class Desk:
    """For whom and as of when a report is made; ``source`` is the store's provenance."""

    shop: str
    source: str
    currency: str
    timezone: str
    today: date
    now: datetime


def report_id(monday: date) -> str:
    """The ISO week, e.g. 2026-W48."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02d}"


def weekly(
    warehouse: Warehouse, monday: date, desk: Desk, anomalies: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The document of the week that begins with ``monday``.

    Raises what the warehouse raises.
    """
    sunday = monday + timedelta(days=6)
    fresh = warehouse.freshness()
    return {
        "id": report_id(monday),
        "first": monday.isoformat(),
        "last": sunday.isoformat(),
        "shop": desk.shop,
        "source": desk.source,
        "currency": desk.currency,
        "timezone": desk.timezone,
        "composed_at": desk.now.isoformat(),
        "as_of": None if fresh is None else fresh.as_of.isoformat(),
        "engine": warehouse.engine,
        "figures": [_figure(warehouse, name, monday, sunday, desk) for name in FIGURES],
        "products": _leaders(warehouse, monday, sunday, desk),
        "anomalies": [dict(each) for each in anomalies],
        "outlook": [
            found for name in FORETOLD if (found := _outlook(warehouse, name, sunday, desk))
        ],
    }


def drill(metric: str, first: date, last: date, **more: str) -> str:
    """Where the command center shows how a figure came about."""
    given = {"metric": metric, "from": first.isoformat(), "to": last.isoformat(), **more}
    return f"/analytics?{urlencode(given)}"


def _figure(
    warehouse: Warehouse, name: str, monday: date, sunday: date, desk: Desk
) -> dict[str, Any]:
    ask = Ask(name, monday, sunday, desk.currency, "day")
    found = service.explore(warehouse, ask, desk.today)
    course = service.explore(warehouse, Ask(
        name, monday - timedelta(weeks=_WEEKS_SHOWN - 1), sunday, desk.currency, "week", None,
        "none",
    ), desk.today)  # fmt: skip
    mine = _mine(found, desk.currency)
    compared = mine.compared or Value(None, None)
    return {
        "metric": name,
        "unit": found.metric.unit,
        "better": found.metric.better,
        "formula": found.metric.formula,
        "currency": mine.total.currency,
        "amount": _text(mine.total),
        "why": mine.total.why,
        "left_out": mine.total.left_out,
        "compared": _text(compared),
        "change_percent": None if mine.change_percent is None else format(mine.change_percent, "f"),
        "course": [
            {"first": point.period.isoformat(), "amount": _text(point.value)}
            for point in _mine(course, desk.currency).points
        ],
        "drill": drill(name, monday, sunday),
    }


def _leaders(warehouse: Warehouse, monday: date, sunday: date, desk: Desk) -> list[dict[str, Any]]:
    """The products that sold most, with what they did the week before."""
    ask = Ask("revenue_net", monday, sunday, desk.currency, "week", "product")
    found = service.explore(warehouse, ask, desk.today)
    mine = [
        each for each in found.slices
        if each.key is not None and each.total.currency == desk.currency
    ]  # fmt: skip
    return [
        {
            "title": each.label or each.key,
            "amount": _text(each.total),
            "compared": None if each.compared is None else _text(each.compared),
            "change_percent": None if each.change_percent is None
            else format(each.change_percent, "f"),
            "drill": drill("revenue_net", monday, sunday, by="product", value=str(each.key)),
        }
        for each in mine[:_LEADERS]
    ]  # fmt: skip


def _outlook(warehouse: Warehouse, name: str, sunday: date, desk: Desk) -> dict[str, Any] | None:
    """What the week after is expected to bring, 80 % ``low`` to ``high``."""
    start = first_day(warehouse)
    if start is None:
        return None
    metric = METRICS[name]
    start = max(start, sunday - timedelta(days=_LEARN_DAYS))
    series = daily(warehouse, metric, start, sunday, desk.currency)
    found = outlook(series.days, series.top[0], 1)
    if found is None:
        return None
    weeks = found.weeks
    return {
        "metric": name,
        "unit": metric.unit,
        "currency": desk.currency if metric.unit == "money" else None,
        "first": weeks.starts[0].isoformat(),
        "expected": told(metric, float(weeks.expected[0]), desk.currency),
        "low": told(metric, float(weeks.low[0]), desk.currency),
        "high": told(metric, float(weeks.high[0]), desk.currency),
    }


def _mine(found: Explored, currency: str) -> Slice:
    """The slice in the store's own currency; amounts in others are not in the report."""
    for each in found.slices:
        if each.total.currency in (None, currency):
            return each
    return Slice(None, None, Value(None, currency, "no_rows"), None, None)


def _text(value: Value) -> str | None:
    return None if value.amount is None else format(value.amount, "f")
