"""Explored figures, their rows and their export on the wire."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.schemas.analytics import (
    UNKNOWN_KEY,
    ExploredOut,
    ExploreQuery,
    FactRowOut,
    FactRowPage,
    MetricList,
    MetricOut,
    RowsQuery,
    SliceOut,
)
from app.views import shared
from core.errors import Invalid, NotFound
from core.export.table import as_csv
from royal_platform.commerce.analytics import service
from royal_platform.commerce.analytics.compiling import UnknownDimensionError
from royal_platform.commerce.analytics.metrics import METRICS
from royal_platform.commerce.analytics.model import Ask, Explored, Metric
from royal_platform.persistence import stores

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform
    from royal_platform.persistence.stores import Store

_LONGEST_DAYS = 3_660


def catalogue() -> MetricList:
    """Every metric with its definition."""
    return MetricList(data=[_metric(metric) for metric in METRICS.values()])


def explored(platform: Platform, query: ExploreQuery) -> ExploredOut:
    """The figure over the window; empty, and said so, before the warehouse's first load."""
    store, today = _store(platform)
    ask = _ask(query, store, today)
    found = _explore(platform, ask, today)
    fresh = None if found is None else found.freshness
    return ExploredOut(
        **{"from": ask.first},
        metric=_metric(_known(ask.metric)),
        to=ask.last,
        grain=ask.grain,
        dimension=ask.dimension,
        compare_from=None if found is None else found.compare_first,
        compare_to=None if found is None else found.compare_last,
        timezone=store.timezone,
        currency=ask.currency,
        slices=[] if found is None else [SliceOut.model_validate(each) for each in found.slices],
        sql="" if found is None else found.sql,
        parameters={} if found is None else found.parameters,
        engine=None if fresh is None else fresh.engine,
        loaded=fresh is not None,
        loaded_as_of=None if fresh is None else fresh.as_of,
        partial=found is not None and found.partial,
        cut=found is not None and found.cut,
        provenance=shared.provenance(store),
    )


def rows(platform: Platform, query: RowsQuery) -> FactRowPage:
    """A page of the rows behind the figure."""
    store, today = _store(platform)
    ask = _ask(query, store, today)
    _known(ask.metric)
    try:
        page = service.rows(platform.warehouse, ask, after=query.cursor, limit=query.limit)
    except UnknownDimensionError as error:
        raise _no_dimension(ask) from error
    return FactRowPage(
        data=[FactRowOut.model_validate(row) for row in page.rows],
        next_cursor=page.next_cursor, sql=page.sql,
    )  # fmt: skip


def export(platform: Platform, query: ExploreQuery) -> str:
    """The figure as CSV: one line for each period and slice that is drawn, and their totals."""
    store, today = _store(platform)
    found = _explore(platform, _ask(query, store, today), today)
    columns = (
        "metric", "from", "to", "period", "key", "name", "currency", "value", "why", "compared",
    )  # fmt: skip
    lines = [] if found is None else _lines(found)
    return as_csv(columns, lines, byte_order_mark=False)


def _lines(found: Explored) -> list[tuple[object, ...]]:
    ask = found.ask
    lines: list[tuple[object, ...]] = []
    for each in found.slices:
        told = (found.metric.name, ask.first, ask.last)
        total, compared = each.total, each.compared
        name = each.label or each.key
        lines.append((*told, "total", each.key, name, total.currency, total.amount, total.why,
                      None if compared is None else compared.amount))  # fmt: skip
        for point in each.points:
            value = point.value
            lines.append((*told, point.period.isoformat(), each.key, name, value.currency,
                          value.amount, value.why, None))  # fmt: skip
    return lines


def _explore(platform: Platform, ask: Ask, today: date) -> Explored | None:
    """None before the first load."""
    _known(ask.metric)
    try:
        return service.explore(platform.warehouse, ask, today)
    except NotFound:
        return None
    except UnknownDimensionError as error:
        raise _no_dimension(ask) from error


def _known(name: str) -> Metric:
    try:
        return service.metric_of(name)
    except service.UnknownMetricError as error:
        raise Invalid(
            f"There is no metric {name!r}.", remedy="GET /v1/analytics/metrics lists them."
        ) from error


def _no_dimension(ask: Ask) -> Invalid:
    offered = ", ".join(service.dimensions_of(_known(ask.metric))) or "none"
    return Invalid(
        f"{ask.metric!r} cannot be told by that dimension.", remedy=f"It has these: {offered}."
    )


def _ask(query: ExploreQuery, store: Store, today: date) -> Ask:
    last = query.to or today - timedelta(days=1)
    first = query.from_ or last - timedelta(days=query.days - 1)
    if first > last:
        raise Invalid(
            "The period ends before it begins.", remedy="Give `from` a day not after `to`."
        )
    if (last - first).days >= _LONGEST_DAYS:
        raise Invalid("The period is longer than ten years.", remedy="Ask for a shorter one.")
    where: tuple[tuple[str, str | None], ...] = ()
    if query.filter_by is not None and query.filter is not None:
        where = ((query.filter_by, None if query.filter == UNKNOWN_KEY else query.filter),)
    return Ask(
        query.metric, first, last, store.currency, query.grain, query.dimension, query.compare,
        where,
    )  # fmt: skip


def _store(platform: Platform) -> tuple[Store, date]:
    with platform.database.read() as connection:
        store = stores.get(connection, platform.store_id)
    return store, store.store_clock().today()


def _metric(metric: Metric) -> MetricOut:
    return MetricOut(
        name=metric.name, unit=metric.unit, formula=metric.formula, unknown=metric.unknown,
        owner=metric.owner, better=metric.better, additive=metric.additive,
        by_currency=metric.by_currency, dimensions=list(service.dimensions_of(metric)),
    )  # fmt: skip
