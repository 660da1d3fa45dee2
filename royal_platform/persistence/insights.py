"""Anomalies, forecasts and reports of one store, as analytics keeps them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, func, select, update

from royal_platform.persistence.paging import Order, Page, page
from royal_platform.persistence.statements import insert_if_absent, put
from royal_platform.persistence.tables.insights import (
    anomalies,
    metric_forecasts,
    operator_mail,
    reports,
    watched_days,
)

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredAnomaly:
    """An anomaly with what people and decisions made of it."""

    id: str
    metric: str
    day: date
    document: Document
    found_at: datetime
    decision_id: str | None
    raised_at: datetime | None
    withdrawn_at: datetime | None
    verdict: str | None
    verdict_by: str | None
    verdict_at: datetime | None

    @property
    def is_raised(self) -> bool:
        """Whether the alert is in force."""
        return self.raised_at is not None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report with its place in the world."""

    id: str
    first_day: date
    last_day: date
    document: Document
    digest: str
    composed_at: datetime
    decision_id: str | None
    published_at: datetime | None
    withdrawn_at: datetime | None

    @property
    def is_published(self) -> bool:
        """Whether it is there to be read."""
        return self.published_at is not None and self.withdrawn_at is None


@dataclass(frozen=True, slots=True)
class DayForecast:
    """What was foretold of one day, 80 % ``low`` to ``high``; ``actual`` None until known."""

    metric: str
    made_on: date
    day: date
    expected: Decimal
    low: Decimal
    high: Decimal
    actual: Decimal | None = None


class Insights:
    """What analytics keeps of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    # -- days and anomalies

    def last_watched(self, connection: Connection) -> date | None:
        """The last day that was looked at."""
        query = select(func.max(watched_days.c.day)).where(watched_days.c.store_id == self.store_id)
        found: date | None = connection.execute(query).scalar()
        return found

    def watched(self, connection: Connection, day: date, found: Document, now: datetime) -> None:
        """Keep what was found on ``day``; a second look changes nothing."""
        row = {
            "store_id": self.store_id, "day": day, "judged": found["judged"],
            "told": len(found["anomalies"]), "watched_at": now,
        }  # fmt: skip
        if not insert_if_absent(connection, watched_days, row):
            return
        for each in found["anomalies"]:
            insert_if_absent(connection, anomalies, {
                "store_id": self.store_id, "id": each["id"], "metric": each["metric"], "day": day,
                "document": each, "found_at": now,
            })  # fmt: skip

    def watched_counts(self, connection: Connection) -> tuple[int, int, int]:
        """Days looked at, metrics judged on them, and anomalies told."""
        query = select(
            func.count(), func.coalesce(func.sum(watched_days.c.judged), 0),
            func.coalesce(func.sum(watched_days.c.told), 0),
        ).where(watched_days.c.store_id == self.store_id)  # fmt: skip
        days, judged, told = connection.execute(query).one()
        return int(days), int(judged), int(told)

    def anomaly(self, connection: Connection, anomaly_id: str) -> StoredAnomaly | None:
        """One anomaly."""
        found = self._anomalies(connection, anomalies.c.id == anomaly_id)
        return found[0] if found else None

    def page(self, connection: Connection, cursor: str | None, limit: int) -> Page[StoredAnomaly]:
        """The newest found first. Raises ``Invalid`` for a cursor of another list."""
        table = anomalies.c
        mine = table.store_id == self.store_id
        order = Order("newest", table.found_at, table.id, descending=True)
        query = order.apply(select(*_but_store(anomalies)).where(mine), cursor, limit)
        rows = [StoredAnomaly(**row._asdict()) for row in connection.execute(query)]
        total = connection.execute(select(func.count()).where(mine)).scalar_one()
        return page(rows, limit, total, order, lambda row: (row.found_at, row.id))

    def anomalies_since(self, connection: Connection, day: date) -> Sequence[StoredAnomaly]:
        """Those of ``day`` and later."""
        return self._anomalies(connection, anomalies.c.day >= day)

    def _anomalies(self, connection: Connection, *conditions: Any) -> Sequence[StoredAnomaly]:
        table = anomalies.c
        query = (
            select(*_but_store(anomalies))
            .where(table.store_id == self.store_id, *conditions)
            .order_by(table.day.desc(), table.id)
        )
        return [StoredAnomaly(**row._asdict()) for row in connection.execute(query)]

    def judge(
        self, connection: Connection, anomaly_id: str, verdict: str, by: str, now: datetime
    ) -> None:
        """Keep what a person says of an anomaly; the last word counts."""
        self._change(
            connection, anomalies, anomaly_id, verdict=verdict, verdict_by=by, verdict_at=now
        )

    def raise_alert(
        self, connection: Connection, anomaly_id: str, decision_id: str, now: datetime
    ) -> None:
        """Put the alert in force."""
        self._change(
            connection, anomalies, anomaly_id, decision_id=decision_id, raised_at=now,
            withdrawn_at=None,
        )  # fmt: skip

    def withdraw_alert(self, connection: Connection, anomaly_id: str, now: datetime) -> None:
        """Take the alert back."""
        self._change(connection, anomalies, anomaly_id, withdrawn_at=now)

    def verdicts(self, connection: Connection) -> dict[str | None, int]:
        """How many anomalies people confirmed, dismissed, and said nothing of."""
        table = anomalies.c
        query = (
            select(table.verdict, func.count())
            .where(table.store_id == self.store_id)
            .group_by(table.verdict)
        )
        return dict(connection.execute(query).tuples().all())

    # -- forecasts

    def foretell(self, connection: Connection, rows: Sequence[DayForecast]) -> None:
        """Keep forecasts; those kept already stay as they were made."""
        for each in rows:
            insert_if_absent(connection, metric_forecasts, {
                "store_id": self.store_id, "metric": each.metric, "made_on": each.made_on,
                "day": each.day, "expected": each.expected, "low": each.low, "high": each.high,
            })  # fmt: skip

    def foretold_on(self, connection: Connection, made_on: date) -> bool:
        """Whether forecasts were made on that day."""
        table = metric_forecasts.c
        query = select(table.metric).where(
            table.store_id == self.store_id, table.made_on == made_on
        )
        return connection.execute(query.limit(1)).first() is not None

    def unsettled(self, connection: Connection, until: date) -> Sequence[DayForecast]:
        """Forecasts of days up to ``until`` whose outcome is not kept yet."""
        table = metric_forecasts.c
        return self._forecasts(connection, table.actual.is_(None), table.day <= until)

    def settled(self, connection: Connection) -> Sequence[DayForecast]:
        """Forecasts whose outcome is known."""
        return self._forecasts(connection, metric_forecasts.c.actual.is_not(None))

    def _forecasts(self, connection: Connection, *conditions: Any) -> Sequence[DayForecast]:
        table = metric_forecasts.c
        query = (
            select(*_but_store(metric_forecasts))
            .where(table.store_id == self.store_id, *conditions)
            .order_by(table.metric, table.day, table.made_on)
        )
        return [DayForecast(**row._asdict()) for row in connection.execute(query)]

    def settle(self, connection: Connection, metric: str, day: date, actual: Decimal) -> None:
        """Keep what a day turned out to be, beside all forecasts of it."""
        table = metric_forecasts.c
        connection.execute(
            update(metric_forecasts)
            .where(table.store_id == self.store_id, table.metric == metric, table.day == day)
            .values(actual=actual)
        )

    # -- reports

    def compose(self, connection: Connection, report: StoredReport) -> None:
        """Keep a report; one that was composed stays as it is."""
        insert_if_absent(connection, reports, {
            "store_id": self.store_id, "id": report.id, "first_day": report.first_day,
            "last_day": report.last_day, "document": report.document, "digest": report.digest,
            "composed_at": report.composed_at,
        })  # fmt: skip

    def report(self, connection: Connection, report_id: str) -> StoredReport | None:
        """One report."""
        found = self._reports(connection, reports.c.id == report_id)
        return found[0] if found else None

    def newest_reports(self, connection: Connection, limit: int) -> Sequence[StoredReport]:
        """The newest weeks first."""
        return self._reports(connection, limit=limit)

    def _reports(
        self, connection: Connection, *conditions: Any, limit: int | None = None
    ) -> Sequence[StoredReport]:
        table = reports.c
        query = (
            select(*_but_store(reports))
            .where(table.store_id == self.store_id, *conditions)
            .order_by(table.first_day.desc())
            .limit(limit)
        )
        return [StoredReport(**row._asdict()) for row in connection.execute(query)]

    def publish(
        self, connection: Connection, report_id: str, decision_id: str, now: datetime
    ) -> None:
        """Let it be read."""
        self._change(
            connection, reports, report_id, decision_id=decision_id, published_at=now,
            withdrawn_at=None,
        )  # fmt: skip

    def withdraw_report(self, connection: Connection, report_id: str, now: datetime) -> None:
        """Take it back."""
        self._change(connection, reports, report_id, withdrawn_at=now)

    # -- mail to operators

    def mailed(self, connection: Connection, notice: str) -> dict[str, str]:
        """Where the mail of a notice stands, by the address's digest."""
        table = operator_mail.c
        query = select(table.address_digest, table.state).where(
            table.store_id == self.store_id, table.notice == notice
        )
        return dict(connection.execute(query).tuples().all())

    def mail(
        self, connection: Connection, notice: str, address_digest: str, state: str, now: datetime
    ) -> None:
        """Note where a mail stands."""
        put(connection, operator_mail, [{
            "store_id": self.store_id, "notice": notice, "address_digest": address_digest,
            "state": state, "at": now,
        }])  # fmt: skip

    def forget_mail(self, connection: Connection, notice: str, address_digest: str) -> None:
        """It was surely not handed over: it may be sent again."""
        table = operator_mail.c
        connection.execute(
            delete(operator_mail)
            .where(table.store_id == self.store_id, table.notice == notice)
            .where(table.address_digest == address_digest)
        )

    def _change(self, connection: Connection, table: Any, row_id: str, **values: Any) -> None:
        connection.execute(
            update(table)
            .where(table.c.store_id == self.store_id, table.c.id == row_id)
            .values(**values)
        )


def _but_store(table: Table) -> list[Column[Any]]:
    return [column for column in table.c if column.name != "store_id"]
