"""Figures and expected demand on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.schemas.store import DemandPoint, Figure, ForecastOut, MetricsOut, MetricsQuery
from app.views import shared
from royal_platform.persistence.forecasts import Demand, Forecasts
from royal_platform.persistence.metrics import Metrics
from royal_platform.persistence.products import Products

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


def forecast(platform: Platform, variant_id: str | None) -> ForecastOut:
    """Weekly demand of the store, or of one variant."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        if variant_id is not None:
            Products(store.id).product_of(connection, variant_id)
        today = store.store_clock().today()
        demand = Forecasts(store.id).demand(connection, variant_id, today=today)
    return demand_out(demand, store)


def demand_out(demand: Demand, store: Store) -> ForecastOut:
    """Past weeks as sold, coming weeks as expected; ``as_of`` is the forecast's if there is one."""
    fallback = shared.provenance(store)
    return ForecastOut(
        variant_id=demand.variant_id,
        points=[DemandPoint.model_validate(week) for week in demand.weeks],
        method=demand.method,
        run_id=demand.run_id,
        provenance=fallback.model_copy(update={"as_of": demand.as_of or fallback.as_of}),
    )
