"""The whole business: its figures, its expected demand, and the stop button."""

from __future__ import annotations

from flask import Response

from app.access import caller, platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.operations import StopIn, StopOut
from app.schemas.store import (
    ForecastOut,
    ForecastQuery,
    GroupDemandPage,
    GroupDemandQuery,
    MetricsOut,
    MetricsQuery,
)
from app.views import control, figures

api = group("empire", "Figures of the business, expected demand, and the kill switch.")


@api.get("/metrics", responses={200: MetricsOut})
@requires("store:read")
def get_metrics(query: MetricsQuery) -> Response:
    """Figures over store-local days, with a comparison window."""
    return reply(figures.metrics(platform(), query))


@api.get("/forecast", responses={200: ForecastOut})
@requires("store:read")
def get_forecast(query: ForecastQuery) -> Response:
    """Weekly demand: what was sold and what is expected, with its 80 % interval."""
    return reply(figures.forecast(platform(), query))


@api.get("/demand", responses={200: GroupDemandPage})
@requires("store:read")
def list_demand(query: GroupDemandQuery) -> Response:
    """Products, product types or collections, those with the highest expected demand first."""
    return reply(figures.demand_by_group(platform(), query))


@api.post("/stop", responses={200: StopOut})
@requires("stop:write")
def stop(body: StopIn) -> Response:
    """No write starts after this is acknowledged; those under way are listed."""
    return reply(control.stop(platform(), caller(), body))


@api.post("/resume", responses={200: StopOut})
@requires("stop:write")
def resume(body: StopIn) -> Response:
    """Lift a stop."""
    return reply(control.resume(platform(), caller(), body))
