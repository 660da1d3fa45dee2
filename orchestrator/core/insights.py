"""What analytics found, as people and the agent handle it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from core.errors import Conflict, Invalid, NotFound
from orchestrator.core import loading
from orchestrator.core.books import Actor, Books, Ground, actor_name, reading, writing
from royal_platform.commerce.decisions.model import canonical_json
from royal_platform.commerce.decisions.notices import PUBLISH, RAISE
from royal_platform.persistence.insights import DayForecast, Insights, StoredAnomaly, StoredReport

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

VERDICTS = ("confirmed", "dismissed")
# However long the agent was away, it looks back this far and no further.
MOST_DAYS = 7
_FRESH_NEWS = timedelta(days=3)


def ready(platform: Platform, until: datetime) -> bool:
    """Whether the warehouse holds the store as it was at ``until`` or later; loads it if not."""
    fresh = platform.warehouse.freshness()
    if fresh is None or fresh.as_of < until:
        try:
            loading.load(platform)
        except Conflict:
            # Another process is at it: the next run sees what it loaded.
            return False
        fresh = platform.warehouse.freshness()
    return fresh is not None and fresh.as_of >= until


def unwatched(books: Books) -> list[date]:
    """Finished store-local days that were not looked at yet, the oldest first."""
    yesterday = books.clock.local_day(books.now) - timedelta(days=1)
    last = Insights(books.store_id).last_watched(books.connection)
    first = yesterday if last is None else last + timedelta(days=1)
    first = max(first, yesterday - timedelta(days=MOST_DAYS - 1))
    return [first + timedelta(days=i) for i in range((yesterday - first).days + 1)]


def keep_watch(ground: Ground, found: Mapping[str, Any]) -> None:
    """Keep what was found on a day."""
    with writing(ground) as books:
        day = date.fromisoformat(found["day"])
        Insights(books.store_id).watched(books.connection, day, found, books.now)


def untold(books: Books) -> Sequence[StoredAnomaly]:
    """Anomalies that are news still and that no decision was made about."""
    since = (books.now - _FRESH_NEWS).date()
    return [
        each
        for each in Insights(books.store_id).anomalies_since(books.connection, since)
        if books.decisions.latest_on(books.connection, RAISE, each.id) is None
        and each.verdict is None
    ]


def keep_forecasts(ground: Ground, rows: Sequence[Mapping[str, str]]) -> int:
    """Keep what is foretold, so that it can be compared with what comes."""
    with writing(ground) as books:
        Insights(books.store_id).foretell(books.connection, [
            DayForecast(
                each["metric"], date.fromisoformat(each["made_on"]),
                date.fromisoformat(each["day"]),
                *(Decimal(each[name]) for name in ("expected", "low", "high")),
            )
            for each in rows
        ])  # fmt: skip
    return len(rows)


def compose(ground: Ground, document: Mapping[str, Any]) -> None:
    """Keep a report, to be published by a decision."""
    with writing(ground) as books:
        Insights(books.store_id).compose(books.connection, StoredReport(
            document["id"], date.fromisoformat(document["first"]),
            date.fromisoformat(document["last"]), document, digest_of(document), books.now, None,
            None, None,
        ))  # fmt: skip


def unpublished(books: Books) -> Sequence[StoredReport]:
    """Reports of the last week that no decision was made about."""
    return [
        each
        for each in Insights(books.store_id).newest_reports(books.connection, 1)
        if books.decisions.latest_on(books.connection, PUBLISH, each.id) is None
    ]


def digest_of(document: Mapping[str, Any]) -> str:
    """What an approval of the report binds to."""
    return sha256(canonical_json(document).encode()).hexdigest()


def judge(ground: Ground, anomaly_id: str, verdict: str, actor: Actor) -> StoredAnomaly:
    """A person says whether an anomaly was one. Raises ``NotFound``, ``Invalid``."""
    if verdict not in VERDICTS:
        raise Invalid(f"{verdict!r} is no verdict.", remedy=f"Say one of {', '.join(VERDICTS)}.")
    name = actor_name(actor)
    with writing(ground) as books:
        store = Insights(books.store_id)
        if store.anomaly(books.connection, anomaly_id) is None:
            raise NotFound(
                f"There is no anomaly {anomaly_id!r}.",
                remedy="GET /v1/analytics/anomalies lists them.",
            )
        store.judge(books.connection, anomaly_id, verdict, name, books.now)
        books.tell("anomaly.judged", anomaly_id, name, {"anomaly": anomaly_id, "verdict": verdict})
        found = store.anomaly(books.connection, anomaly_id)
    if found is None:
        raise RuntimeError("an anomaly that was just judged is gone")
    return found


def unsettled(ground: Ground, until: date) -> dict[str, list[date]]:
    """Days up to ``until`` of which forecasts wait for what came, by metric."""
    with reading(ground) as books:
        waiting = Insights(books.store_id).unsettled(books.connection, until)
    days: dict[str, list[date]] = {}
    for each in waiting:
        if each.day not in days.setdefault(each.metric, []):
            days[each.metric].append(each.day)
    return days


def settle(ground: Ground, metric: str, actuals: Mapping[date, Decimal]) -> None:
    """Keep what days turned out to be."""
    with writing(ground) as books:
        for day, actual in actuals.items():
            Insights(books.store_id).settle(books.connection, metric, day, actual)
