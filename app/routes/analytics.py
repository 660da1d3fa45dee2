"""Analytics: every metric by period and dimension, with its SQL, its rows and its export."""

from __future__ import annotations

from flask import Response

from app.access import platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.analytics import ExploredOut, ExploreQuery, FactRowPage, MetricList, RowsQuery
from app.views import analytics as view

api = group("analytics", "Metrics, each defined once, and the rows behind them.")


@api.get("/analytics/metrics", responses={200: MetricList})
@requires("store:read")
def list_metrics() -> Response:
    """Every metric: its formula, its dimensions, and what makes it unknown."""
    return reply(view.catalogue())


@api.get("/analytics/explore", responses={200: ExploredOut})
@requires("store:read")
def explore_metric(query: ExploreQuery) -> Response:
    """One metric over a window, by period and dimension, compared with another window."""
    return reply(view.explored(platform(), query))


@api.get("/analytics/rows", responses={200: FactRowPage})
@requires("store:read")
def list_fact_rows(query: RowsQuery) -> Response:
    """The stored rows that a figure is made of."""
    return reply(view.rows(platform(), query))


_CSV = {"description": "RFC 4180.", "content": {"text/csv": {"schema": {"type": "string"}}}}


@api.get("/analytics/export.csv", responses={200: _CSV})
@requires("store:read")
def export_metric(query: ExploreQuery) -> Response:
    """The figure as CSV, safe to open in a spreadsheet."""
    told = Response(view.export(platform(), query), mimetype="text/csv")
    told.headers["Content-Disposition"] = f'attachment; filename="{_named(query)}.csv"'
    return told


def _named(query: ExploreQuery) -> str:
    kept = "".join(c for c in query.metric if c.isascii() and (c.isalnum() or c == "_"))
    return kept[:40] or "metric"
