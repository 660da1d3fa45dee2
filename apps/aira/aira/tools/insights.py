"""What stands out in the figures, and the weekly reports."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aira.tools.listing import part_of
from aira.tools.model import (
    Answer,
    Arguments,
    Asked,
    Column,
    Json,
    Paged,
    Tool,
    as_of,
    listed,
    markdown,
    plain,
    safe,
    table,
)
from core.errors import NotFound
from royal_platform.persistence import stores
from royal_platform.persistence.insights import Insights, StoredAnomaly, StoredReport
from royal_platform.reporting import lines

_ANOMALIES = (
    Column("day", "Day", "date"), Column("metric", "Metric"), Column("value", "Was", "number"),
    Column("expected", "Expected", "number"), Column("low", "From", "number"),
    Column("high", "To", "number"), Column("drivers", "Driven by"), Column("verdict", "Judged"),
)  # fmt: skip
_REPORTS = (
    Column("id", "Week"), Column("first", "From", "date"), Column("last", "To", "date"),
    Column("state", "State", "status"),
)  # fmt: skip
_FIGURES = (
    Column("name", "Figure"), Column("value", "Week"), Column("before", "Week before"),
    Column("change", "Change"),
)  # fmt: skip
# Ten years of weeks.
_MOST_REPORTS = 520


class AnomaliesIn(Paged):
    """Days that chance does not explain, the newest found first."""


class ReportsIn(Paged):
    """The weekly reports, the newest first."""


class ReportIn(Arguments):
    """Which week's report."""

    week: str = Field("", description="Like 2026-W48; the newest one if left out", max_length=20)


def anomalies(asked: Asked, given: AnomaliesIn) -> Answer:
    """A page of anomalies with what drives each."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        book = Insights(store.id)
        page = book.page(connection, given.cursor, given.limit)
        watched = book.last_watched(connection)
    rows = [_anomaly(each) for each in page.items]
    nothing = (
        "Nothing was watched yet: run the agent `analytics`." if watched is None
        else f"Nothing stood out; watched until {watched}."
    )  # fmt: skip
    return Answer(
        result={"total": page.total, "watched_until": plain(watched), "data": rows},
        text=listed(_ANOMALIES, rows, page.total, nothing), source=store.source,
        as_of=as_of(store), view=table(_ANOMALIES), next_cursor=page.next_cursor,
        label="Anomalies", query="GET /v1/analytics/anomalies", link="/analytics",
    )  # fmt: skip


def reports(asked: Asked, given: ReportsIn) -> Answer:
    """A page of weekly reports."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        found = Insights(store.id).newest_reports(connection, _MOST_REPORTS)
    part, following = part_of(found, given.cursor, given.limit)
    rows = [_report(each) for each in part]
    return Answer(
        result={"total": len(found), "data": rows},
        text=listed(_REPORTS, rows, len(found), "No week was reported yet."),
        source=store.source, as_of=as_of(store), view=table(_REPORTS), next_cursor=following,
        label="Weekly reports", query="GET /v1/analytics/reports", link="/analytics",
    )  # fmt: skip


def report(asked: Asked, given: ReportIn) -> Answer:
    """One week's report: its figures against the week before, and what stood out."""
    with asked.platform.database.read() as connection:
        store = stores.get(connection, asked.store_id)
        found = _wanted(Insights(store.id), connection, given.week.strip())
    document = found.document
    figures = [
        {name: each[name] for name in ("name", "value", "before", "change")}
        for each in lines.figures(document, "en")
    ]
    stood_out = [lines.anomaly(each, "en")["text"] for each in document["anomalies"]]
    told = [
        f"**{safe(lines.title(document, 'en'))}** ({_report(found)['state']})",
        safe(lines.days(document, "en")),
        markdown(_FIGURES, figures),
        *(safe(each) for each in stood_out),
    ]
    return Answer(
        result={**_report(found), "data": figures, "stood_out": stood_out},
        text="\n\n".join(told), source=store.source, as_of=found.composed_at,
        view=table(_FIGURES), label=f"Report {found.id}",
        query=f"GET /v1/analytics/reports/{found.id}/page", link="/analytics",
    )  # fmt: skip


def _wanted(book: Insights, connection: Any, week: str) -> StoredReport:
    if week:
        found = book.report(connection, week.upper())
    else:
        found = next(iter(book.newest_reports(connection, 1)), None)
    if found is None or found.withdrawn_at is not None:
        raise NotFound(
            f"There is no report {week!r}." if week else "No week was reported yet.",
            remedy="`/reports` lists them; the agent `analytics` writes one each Monday.",
        )
    return found


def _anomaly(found: StoredAnomaly) -> Json:
    told = found.document
    return {
        "id": found.id, "metric": found.metric, "day": plain(found.day), "unit": told["unit"],
        "currency": told["currency"], "value": told["value"], "expected": told["expected"],
        "low": told["low"], "high": told["high"], "dimension": told["dimension"],
        "drivers": [
            f"{each['label'] or each['key'] or 'unknown'} ({each['power']} %)"
            for each in told["causes"]
        ],
        "alert": found.is_raised, "verdict": found.verdict or "not yet",
    }  # fmt: skip


def _report(found: StoredReport) -> Json:
    state = (
        "withdrawn" if found.withdrawn_at is not None
        else "published" if found.is_published else "waits for approval"
    )  # fmt: skip
    return {
        "id": found.id, "first": plain(found.first_day), "last": plain(found.last_day),
        "state": state,
    }  # fmt: skip


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "anomalies", "What stands out",
        "Days on which a metric was outside of what chance explains, with what drives it.",
        "store:read", AnomaliesIn, anomalies,
    ),
    Tool(
        "reports", "Weekly reports", "The weekly reports, the newest first.",
        "store:read", ReportsIn, reports,
    ),
    Tool(
        "report", "One weekly report",
        "One weekly report: the week's figures against the week before, and what stood out.",
        "store:read", ReportIn, report,
    ),
)  # fmt: skip
