"""The business's figures and its expected demand, with the query and the time they are as of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field

from aira.tools.finding import variant_of
from aira.tools.model import (
    Answer,
    Arguments,
    Asked,
    Column,
    Json,
    Tool,
    as_of,
    listed,
    page_of,
    plain,
    table,
    tenths,
)
from core.errors import Invalid
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence import stores
from royal_platform.persistence.forecasts import WHOLE_STORE, DemandOf, Forecasts
from royal_platform.persistence.metrics import Figure, Metrics, MetricsRead
from royal_platform.persistence.sales_by_product import sales_by_product
from royal_platform.persistence.stores import Store

# What each figure is, in words; royal_platform.persistence.metrics computes them.
DEFINITIONS: Mapping[str, str] = {
    "net_sales": "What orders came to less what was given back, each on its day, before tax: gross "
    "sales less discounts, returns and taxes, with adjustments.",
    "gross_sales": "Units times price of what was ordered, before discounts and returns.",
    "discounts": "What discounts took off orders.",
    "returns": "What refunds gave back for returned units, on the day of the refund.",
    "adjustments": "What orders were corrected by beyond returned units.",
    "taxes": "The tax in the amounts above, where prices include it.",
    "orders": "Orders placed.",
    "units": "Units ordered.",
    "aov": "Average order: what orders came to after discounts, before tax, divided by orders.",
    "gross_margin": "Percent of revenue after returns, without tax, that remains after today's "
    "unit costs; over products whose unit cost is known.",
    "stockout_risk": "Variants that run out within the policy's lead time at the pace of the last "
    "28 days; as of now.",
    "waiting_decisions": "Decisions that wait for a person; as of now.",
}
METRICS = tuple(DEFINITIONS)
_ALIASES = {
    "revenue": "net_sales",
    "sales": "net_sales",
    "margin": "gross_margin",
    "stockouts": "stockout_risk",
}
_BY_PRODUCT = ("net_sales", "units")
_SPANS = {"day": 1, "days": 1, "week": 7, "weeks": 7, "month": 30, "months": 30}
_ONE = frozenset({"day", "week", "month"})
_SERIES_MAX = 92
# How many products a figure by product names.
_BEST = 20


class MetricsIn(Arguments):
    """Which figure over which days; the last 30 complete days when nothing is said."""

    metric: str | None = Field(
        None, description=f"One of {', '.join(METRICS)}, or revenue; none = all", max_length=40
    )
    days: int | None = Field(None, ge=1, le=3660, description="The last so many complete days")
    start: date | None = Field(None, description="First day (store's calendar)")
    end: date | None = Field(None, description="Last day, included")
    by: Literal["total", "day", "week", "month", "product"] = Field(
        "total", description="Over time, or by product (revenue and units only)"
    )
    compare: Literal["previous", "year", "none"] = Field(
        "previous", description="With the time before, or the same days a year before"
    )


class ForecastIn(Arguments):
    """Demand of one variant, or of the whole store."""

    product: str | None = Field(None, description="Title, SKU or id; none = the store")


def metrics(asked: Asked, given: MetricsIn) -> Answer:
    """Read the figures."""
    name = _metric(given.metric)
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.platform.store_id)
        start, end = _window(given, store)
        grain = given.by if given.by in ("day", "week", "month") else "day"
        read = Metrics(store).read(
            connection, start=start, end=end, compare=given.compare, grain=grain
        )
        products = (
            sales_by_product(connection, store, read.start, read.end, limit=_BEST)
            if given.by == "product"
            else []
        )
    if given.by == "product":
        rows = [
            {"product": each.title, "id": each.product_id, "units": each.units,
             "revenue": plain(Money(each.revenue, store.currency).rounded())}
            for each in products
        ]  # fmt: skip
        return _by_product(store, read, name, rows)
    chosen = [figure for figure in read.figures if name in (None, figure.name)]
    if given.by != "total":
        return _over_time(store, read, chosen, given.by)
    return _totals(store, read, chosen)


def forecast(asked: Asked, given: ForecastIn) -> Answer:
    """Read what was sold and what is expected."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.platform.store_id)
        today = store.store_clock().today()
        variant = (
            None if given.product is None
            else variant_of(connection, store, given.product)
        )  # fmt: skip
        variant_id = None if variant is None else variant.id
        of = WHOLE_STORE if variant_id is None else DemandOf("variant", variant_id)
        demand = Forecasts(store.id).demand(connection, of, today=today, past_weeks=8)
    rows = [
        {"week": week.week.isoformat(), "sold": week.units, "expected": tenths(week.expected),
         "low": tenths(week.low), "high": tenths(week.high), "stockout_days": week.stockout_days}
        for week in demand.weeks
    ]  # fmt: skip
    columns = (
        Column("week", "Week of", "date"), Column("sold", "Sold", "number"),
        Column("expected", "Expected", "number"), Column("low", "Low (80 %)", "number"),
        Column("high", "High (80 %)", "number"),
    )  # fmt: skip
    subject = "the store" if variant is None else variant.title
    shown = [{name: "" if value is None else value for name, value in row.items()} for row in rows]
    why = "" if demand.method else (
        "\n\nNo forecast yet: run the inventory and pricing agent (`/run inventory_pricing`)."
    )  # fmt: skip
    query = "GET /v1/forecast" + (f"?{urlencode({'variant_id': variant_id})}" if variant_id else "")
    return Answer(
        result={"subject": subject, "unit": "units", "method": demand.method, "data": rows},
        text=f"Weekly demand of {subject}, units.\n\n"
        + listed(columns, shown, len(rows), "Nothing was sold yet.") + why,
        source=store.source, as_of=demand.as_of or as_of(store), label=f"Demand of {subject}",
        query=query, view=table(columns),
        link="/products" if variant is None else page_of("products", variant.product_id),
    )  # fmt: skip


def metric_words(words: list[str]) -> Json:
    """``revenue last 30 days by product``, ``orders 2026-01-01 2026-01-31 by week``."""
    found: Json = {}
    rest = list(words)
    while rest:
        word = rest.pop(0).lower()
        if word == "last":
            found["days"] = _last(rest)
        elif word == "by" and rest:
            found["by"] = rest.pop(0).lower()
        elif word in ("vs", "compare") and rest:
            found["compare"] = rest.pop(0).lower()
        elif _is_day(word):
            found["end" if "start" in found else "start"] = word
        elif "metric" not in found:
            found["metric"] = word
        else:
            raise Invalid(
                f"{word!r} is not understood there.",
                remedy="Write it like `/metrics revenue last 30 days by product`.",
            )
    return found


def _last(rest: list[str]) -> int:
    if rest and rest[0].lower() in _ONE:
        return _SPANS[rest.pop(0).lower()]
    count = rest.pop(0) if rest else ""
    if not count.isascii() or not count.isdigit() or len(count) > 5:
        raise Invalid("`last` wants a number of days.", remedy="For example `last 30 days`.")
    span = _SPANS[rest.pop(0).lower()] if rest and rest[0].lower() in _SPANS else 1
    return int(count) * span


def _is_day(word: str) -> bool:
    try:
        date.fromisoformat(word)
    except ValueError:
        return False
    return True


def _metric(name: str | None) -> str | None:
    if name is None or name.lower() == "all":
        return None
    wanted = _ALIASES.get(name.lower(), name.lower())
    if wanted not in METRICS:
        raise Invalid(
            f"There is no metric {name!r}.", remedy=f"Use one of {', '.join(METRICS)}, or revenue."
        )
    return wanted


def _window(given: MetricsIn, store: Store) -> tuple[date | None, date | None]:
    if given.days is None:
        return given.start, given.end
    end = given.end or store.store_clock().today() - timedelta(days=1)
    return end - timedelta(days=given.days - 1), end


def _query(read: MetricsRead) -> str:
    asked = {"from": read.start, "to": read.end, "grain": read.grain}
    return f"GET /v1/metrics?{urlencode(asked)}"


def _head(read: MetricsRead) -> Json:
    return {
        "from": read.start.isoformat(),
        "to": read.end.isoformat(),
        "history_from": plain(read.history_from),
    }


def _days(read: MetricsRead) -> str:
    told = f"{read.start.isoformat()} to {read.end.isoformat()}"
    late = read.history_from is not None and read.history_from > read.start
    return told + (f" (the store's history begins {read.history_from})" if late else "")


def _answer(
    store: Store, read: MetricsRead, label: str, columns: tuple[Column, ...], rows: list[Json]
) -> Answer:
    nothing = "There are no sales in this period."
    return Answer(
        result={**_head(read), "currency": store.currency, "data": rows},
        text=f"{label}, {_days(read)}.\n\n{listed(columns, rows, len(rows), nothing)}",
        source=store.source, as_of=as_of(store), view=table(columns), label=label,
        query=_query(read), link=f"/?{urlencode({'from': read.start, 'to': read.end})}",
    )  # fmt: skip


def _totals(store: Store, read: MetricsRead, figures: list[Figure]) -> Answer:
    rows = [
        {"name": each.name, "label": each.label, "value": plain(each.value), "unit": each.unit,
         "previous": plain(each.previous), "change_percent": plain(each.change_percent),
         "note": each.note or ""}
        for each in figures
    ]  # fmt: skip
    columns = (
        Column("label", "Figure"), Column("value", "Value", "number"), Column("unit", "Unit"),
        Column("previous", "Before", "number"), Column("change_percent", "Change %", "percent"),
        Column("note", "Note"),
    )  # fmt: skip
    label = figures[0].label if len(figures) == 1 else "Figures"
    return _answer(store, read, label, columns, rows)


def _over_time(store: Store, read: MetricsRead, figures: list[Figure], by: str) -> Answer:
    if len(figures) != 1:
        raise Invalid(
            "Over time shows one metric.", remedy="For example `/metrics revenue by day`."
        )
    figure = figures[0]
    if len(read.periods) > _SERIES_MAX:
        raise Invalid(
            f"{len(read.periods)} periods are too many to read.",
            remedy="Ask by week or by month, or for a shorter time.",
        )
    rows = [
        {"period": period.isoformat(), "value": plain(value)}
        for period, value in zip(read.periods, figure.series, strict=True)
    ]
    columns = (
        Column("period", by.capitalize(), "date"), Column("value", figure.unit, "number")
    )  # fmt: skip
    answer = _answer(store, read, figure.label, columns, rows)
    view: Any = {"type": "series", "x": "period", "y": ["value"], "unit": figure.unit,
                 "rows": "data"}  # fmt: skip
    total = f"\n\nTogether {figure.value} {figure.unit}." if figure.value is not None else ""
    return replace(
        answer,
        result={**answer.result, "unit": figure.unit, "total": plain(figure.value)},
        text=answer.text + total,
        view=view,
    )


def _by_product(store: Store, read: MetricsRead, name: str | None, rows: list[Json]) -> Answer:
    if name not in (None, *_BY_PRODUCT):
        raise Invalid(
            f"{name} is not known by product.", remedy="Revenue and units are: `/metrics revenue`."
        )
    columns = (
        Column("product", "Product"), Column("revenue", "Revenue after returns", "money"),
        Column("units", "Units", "number"),
    )  # fmt: skip
    answer = _answer(store, read, "Revenue by product", columns, rows)
    notes = [
        f"{figure.note} Those days are left out here."
        for figure in read.figures
        if figure.name == "net_sales" and figure.value is None and figure.note
    ]
    if len(rows) == _BEST:
        notes.append(f"The {_BEST} with the most revenue.")
    return replace(answer, text="\n\n".join([answer.text, *notes]))


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "metrics", "Figures",
        "Sales, orders, margin and other figures over days of the store's calendar, in total, "
        "over time or by product, with a comparison.",
        "store:read", MetricsIn, metrics, words=metric_words, completes={"metric": "metrics"},
        phrases=(
            "last 7 days", "last 30 days", "last 90 days", "by day", "by week", "by month",
            "by product", "vs year", "vs previous",
        ),
        usage="/metrics [metric] [last N days | FROM TO] [by day|week|month|product] [vs year]",
    ),
    Tool(
        "forecast", "Expected demand",
        "Weekly units sold and expected with the 80 % interval, of the store or of one product.",
        "store:read", ForecastIn, forecast, rest="product", completes={"product": "products"},
        usage='/forecast ["product"]',
    ),
)  # fmt: skip
