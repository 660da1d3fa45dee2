"""What analytics found, on the wire."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.schemas.insights import (
    AccuracyOut,
    AnomalyOut,
    AnomalyPage,
    AnomalyQuery,
    MetricAccuracy,
    MetricForecastOut,
    MetricForecastPoint,
    MetricForecastQuery,
    ReportList,
    ReportOut,
    WhyNoForecast,
)
from app.views import shared
from core.errors import Invalid, NotFound
from orchestrator.core import insights
from orchestrator.core.books import Actor, Books, reading
from royal_platform.commerce.analytics import service
from royal_platform.commerce.analytics.anomalies import FALSE_SHARE
from royal_platform.commerce.analytics.findings import accuracy as accuracy_of
from royal_platform.commerce.analytics.findings import told
from royal_platform.commerce.analytics.foretelling import foretell
from royal_platform.commerce.analytics.model import Metric
from royal_platform.commerce.analytics.outlook import Outlook
from royal_platform.commerce.decisions.notices import PUBLISH, RAISE
from royal_platform.persistence.insights import Insights, StoredAnomaly, StoredReport
from royal_platform.reporting.page import page as html_of
from royal_platform.reporting.words import Language

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

_REPORTS_SHOWN = 60


def anomalies(platform: Platform, query: AnomalyQuery) -> AnomalyPage:
    """The newest first."""
    with reading(platform) as books:
        store = Insights(books.store_id)
        found = store.page(books.connection, query.cursor, query.limit)
        return AnomalyPage(
            data=[_anomaly(books, each) for each in found.items],
            next_cursor=found.next_cursor,
            total=found.total,
            watched_until=store.last_watched(books.connection),
            false_percent=Decimal(str(FALSE_SHARE)) * 100,
            provenance=shared.provenance(books.store),
        )


def judge(platform: Platform, anomaly_id: str, verdict: str, actor: Actor) -> AnomalyOut:
    """Keep a person's word."""
    found = insights.judge(platform, anomaly_id, verdict, actor)
    with reading(platform) as books:
        return _anomaly(books, found)


def forecast(platform: Platform, query: MetricForecastQuery) -> MetricForecastOut:
    """What the metric is expected to be, or why that cannot be said."""
    metric = _metric(query.metric)
    with reading(platform) as books:
        store, today = books.store, books.clock.local_day(books.now)
    found, why = _foretold(platform, metric, query, today, store.currency)
    return MetricForecastOut(
        metric=metric.name,
        grain=query.grain,
        unit=metric.unit,
        currency=store.currency if metric.unit == "money" else None,
        points=[] if found is None else _points(metric, found, query.grain, store.currency),
        why=why,
        method=None if found is None else found.method,
        scored=0 if found is None else found.scored,
        provenance=shared.provenance(store),
    )


def _foretold(
    platform: Platform, metric: Metric, query: MetricForecastQuery, today: date, currency: str
) -> tuple[Outlook | None, WhyNoForecast | None]:
    if query.grain not in {"day", "week"}:
        return None, "grain"
    if not metric.additive:
        return None, "not_a_sum"
    try:
        found = foretell(platform.warehouse, metric, today, currency, query.weeks)
    except NotFound:
        return None, "not_loaded"
    return found, None if found else "short_history"


def _points(metric: Metric, found: Outlook, grain: str, currency: str) -> list[MetricForecastPoint]:
    path = found.weeks if grain == "week" else found.days
    return [
        MetricForecastPoint(
            period=period,
            **{
                name: Decimal(told(metric, float(values[place]), currency))
                for name, values in (
                    ("expected", path.expected), ("low", path.low), ("high", path.high),
                )
            },
        )
        for place, period in enumerate(path.starts)
    ]  # fmt: skip


def reports(platform: Platform) -> ReportList:
    """Every week's, the newest first."""
    with reading(platform) as books:
        found = Insights(books.store_id).newest_reports(books.connection, _REPORTS_SHOWN)
        return ReportList(
            data=[_report(books, each) for each in found],
            provenance=shared.provenance(books.store),
        )


def report_page(platform: Platform, report_id: str, language: Language) -> str:
    """The report as HTML."""
    return html_of(_readable(platform, report_id).document, language)


def report_sheet(platform: Platform, report_id: str, language: Language) -> bytes:
    """The report as PDF."""
    # What draws it brings fonts and pictures: read when the first is asked for, not at each start.
    from royal_platform.reporting.sheet import sheet

    settings = platform.settings
    address = settings.royal_public_url or f"http://{settings.host}:{settings.port}"
    return sheet(_readable(platform, report_id).document, language, address.rstrip("/"))


def accuracy(platform: Platform) -> AccuracyOut:
    """What became of the agent's own words."""
    with reading(platform) as books:
        store = Insights(books.store_id)
        days, judged, _ = store.watched_counts(books.connection)
        verdicts = store.verdicts(books.connection)
        settled = store.settled(books.connection)
        provenance = shared.provenance(books.store)
    confirmed, dismissed = verdicts.get("confirmed", 0), verdicts.get("dismissed", 0)
    said = confirmed + dismissed
    rows = [(each.metric, each.expected, each.low, each.high, each.actual or Decimal(0))
            for each in settled]  # fmt: skip
    return AccuracyOut(
        days_watched=days, figures_judged=judged, anomalies=sum(verdicts.values()),
        confirmed=confirmed, dismissed=dismissed, open=verdicts.get(None, 0),
        confirmed_percent=(Decimal(confirmed) / said * 100).quantize(Decimal("0.1"))
        if said else None,
        forecasts=[MetricAccuracy.model_validate(each) for each in accuracy_of(rows)],
        provenance=provenance,
    )  # fmt: skip


def _anomaly(books: Books, found: StoredAnomaly) -> AnomalyOut:
    document: dict[str, Any] = {**found.document}
    document["day"] = found.day
    decision = books.decisions.latest_on(books.connection, RAISE, found.id)
    return AnomalyOut(
        **document,
        found_at=found.found_at,
        raised=found.is_raised,
        decision_id=None if decision is None else decision.id,
        decision_status=None if decision is None else decision.status.value,
        verdict=found.verdict,  # type: ignore[arg-type]
        verdict_by=found.verdict_by,
        verdict_at=found.verdict_at,
    )


def _report(books: Books, found: StoredReport) -> ReportOut:
    decision = books.decisions.latest_on(books.connection, PUBLISH, found.id)
    return ReportOut(
        id=found.id, first=found.first_day, last=found.last_day, composed_at=found.composed_at,
        published_at=found.published_at, withdrawn_at=found.withdrawn_at,
        decision_id=None if decision is None else decision.id,
        decision_status=None if decision is None else decision.status.value,
    )  # fmt: skip


def _readable(platform: Platform, report_id: str) -> StoredReport:
    """A report that was published, or waits for whoever decides that."""
    with reading(platform) as books:
        found = Insights(books.store_id).report(books.connection, report_id)
    if found is None or found.withdrawn_at is not None:
        raise NotFound(
            f"There is no report {report_id!r}.", remedy="GET /v1/analytics/reports lists them."
        )
    return found


def _metric(name: str) -> Metric:
    try:
        return service.metric_of(name)
    except service.UnknownMetricError as error:
        raise Invalid(
            f"There is no metric {name!r}.", remedy="GET /v1/analytics/metrics lists them."
        ) from error
