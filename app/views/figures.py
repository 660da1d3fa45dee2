"""Figures and expected demand on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.schemas.store import (
    DemandPoint,
    Figure,
    ForecastOut,
    ForecastQuery,
    GroupDemandOut,
    GroupDemandPage,
    GroupDemandQuery,
    MetricsOut,
    MetricsQuery,
)
from app.views import shared
from royal_platform.persistence.demand_by_group import DemandByGroup, demand_known
from royal_platform.persistence.forecasts import WHOLE_STORE, Demand, DemandOf, Forecasts, Level
from royal_platform.persistence.metrics import Metrics

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform
    from royal_platform.persistence.stores import Store


def metrics(platform: Platform, query: MetricsQuery) -> MetricsOut:
    """The business's figures over store-local days."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        read = Metrics(store).read(
            connection, start=query.from_, end=query.to, compare=query.compare, grain=query.grain
        )
    return MetricsOut(
        **{"from": read.start},
        to=read.end,
        compare_from=read.compare_start,
        compare_to=read.compare_end,
        grain=read.grain,
        timezone=store.timezone,
        currency=store.currency,
        periods=list(read.periods),
        figures=[Figure.model_validate(figure) for figure in read.figures],
        history_from=read.history_from,
        provenance=shared.provenance(store),
    )


def forecast(platform: Platform, query: ForecastQuery) -> ForecastOut:
    """Weekly demand of the store, or of what the query names."""
    of = _asked(query)
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        demand_known(connection, store.id, of)
        demand = Forecasts(store.id).demand(connection, of, today=store.store_clock().today())
    return demand_out(demand, store)


def _asked(query: ForecastQuery) -> DemandOf:
    named: dict[Level, str | None] = {
        "variant": query.variant_id, "product": query.product_id,
        "collection": query.collection_id, "category": query.category,
    }  # fmt: skip
    return next((DemandOf(level, name) for level, name in named.items() if name), WHOLE_STORE)


def demand_by_group(platform: Platform, query: GroupDemandQuery) -> GroupDemandPage:
    """Products, product types or collections by what is expected of them."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        page = DemandByGroup(store.id).page(
            connection, query.level, today=store.store_clock().today(), text=query.q,
            cursor=query.cursor, limit=query.limit,
        )  # fmt: skip
    return GroupDemandPage(
        data=[GroupDemandOut.model_validate(each) for each in page.items],
        next_cursor=page.next_cursor,
        total=page.total,
        provenance=shared.provenance(store),
    )


def demand_out(demand: Demand, store: Store) -> ForecastOut:
    """Past weeks as sold, coming weeks as expected; ``as_of`` is the forecast's if there is one."""
    fallback = shared.provenance(store)
    return ForecastOut(
        level=demand.of.level,
        subject_id=demand.of.id or None,
        variant_id=demand.of.id if demand.of.level == "variant" else None,
        points=[DemandPoint.model_validate(week) for week in demand.weeks],
        method=demand.method,
        run_id=demand.run_id,
        provenance=fallback.model_copy(update={"as_of": demand.as_of or fallback.as_of}),
    )
