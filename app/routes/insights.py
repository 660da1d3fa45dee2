"""What stands out, what is foretold, the weekly reports, and how good all that was."""

from __future__ import annotations

from flask import Response

from app.access import caller, platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.insights import (
    AccuracyOut,
    AnomalyOut,
    AnomalyPage,
    AnomalyPath,
    AnomalyQuery,
    MetricForecastOut,
    MetricForecastQuery,
    ReportList,
    ReportPath,
    ReportQuery,
    VerdictIn,
)
from app.views import insights as view

api = group("insights", "Anomalies with what drives them, forecasts, reports, accuracy.")

_HTML = {"description": "The report.", "content": {"text/html": {"schema": {"type": "string"}}}}
_PDF = {
    "description": "The report.",
    "content": {"application/pdf": {"schema": {"type": "string"}}},
}
# A page of its own: no script may run in it, whatever a product is called.
_SEALED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@api.get("/analytics/anomalies", responses={200: AnomalyPage})
@requires("store:read")
def list_anomalies(query: AnomalyQuery) -> Response:
    """Days of metrics that chance does not explain, the newest first."""
    return reply(view.anomalies(platform(), query))


@api.post("/analytics/anomalies/<anomaly_id>/verdict", responses={200: AnomalyOut})
@requires("decisions:decide")
def judge_anomaly(path: AnomalyPath, body: VerdictIn) -> Response:
    """Say whether it was one; the agent's accuracy is made of that."""
    return reply(view.judge(platform(), path.anomaly_id, body.verdict, caller()))


@api.get("/analytics/forecast", responses={200: MetricForecastOut})
@requires("store:read")
def forecast_metric(query: MetricForecastQuery) -> Response:
    """What a metric is expected to be, by day or week, with 80 % bounds."""
    return reply(view.forecast(platform(), query))


@api.get("/analytics/reports", responses={200: ReportList})
@requires("store:read")
def list_reports() -> Response:
    """The weekly reports, the newest first."""
    return reply(view.reports(platform()))


@api.get("/analytics/reports/<report_id>/page", responses={200: _HTML})
@requires("store:read")
def show_report(path: ReportPath, query: ReportQuery) -> Response:
    """A report as a page."""
    told = Response(view.report_page(platform(), path.report_id, query.language))
    told.headers["Content-Security-Policy"] = _SEALED
    return told


@api.get("/analytics/reports/<report_id>/document", responses={200: _PDF})
@requires("store:read")
def show_report_document(path: ReportPath, query: ReportQuery) -> Response:
    """A report as a PDF."""
    return Response(
        view.report_sheet(platform(), path.report_id, query.language),
        mimetype="application/pdf",
        headers={"Content-Disposition": 'inline; filename="report.pdf"'},
    )


@api.get("/analytics/accuracy", responses={200: AccuracyOut})
@requires("store:read")
def show_analytics_accuracy() -> Response:
    """How many anomalies people confirmed, and how far forecasts were off."""
    return reply(view.accuracy(platform()))
