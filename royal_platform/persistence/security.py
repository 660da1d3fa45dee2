"""What the security agent reads of the installation, and the findings of one store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, false, func, or_, select, true, update

from core.errors import NotFound
from core.events.tables import events
from core.security import access_log
from core.security.tables import api_tokens, sessions
from core.storage.database import Database
from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.security.model import (
    Credential,
    Fact,
    Finding,
    Scan,
    State,
    Suppression,
    Visit,
)
from royal_platform.commerce.security.suspicion import Named
from royal_platform.persistence.clock import StoreClock
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.paging import Order, Page, page
from royal_platform.persistence.tables.orders import orders
from royal_platform.persistence.tables.runs import dead_letters, runs
from royal_platform.persistence.tables.security import (
    security_findings,
    security_scans,
    security_suppressions,
)

_MOST_TEXTS = 5_000
_RANK = {Severity.CRITICAL: 4, Severity.HIGH: 3, Severity.MEDIUM: 2, Severity.LOW: 1}


@dataclass(frozen=True, slots=True)
class RaisedAlert:
    """That people were told of a finding, how grave it was said to be, and by which decision."""

    severity: Severity
    decision_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """A finding with its history; ``suppression`` is the one that covers it now.

    ``alert`` is the one in force; None: people were not told, or it was taken back.
    """

    id: str
    finding: Finding
    state: State
    first_seen_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    times_seen: int
    suppression: Suppression | None
    alert: RaisedAlert | None


@dataclass(frozen=True, slots=True)
class StoredScan:
    """When a check last looked and what it came to."""

    check: str
    at: datetime
    ok: bool
    detail: str
    looked_at: int
    findings: int


class StoredSecurity:
    """What is read for the checks. Times of visits and credentials are the machine's."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def visits(self, since: datetime) -> list[Visit]:
        """The access log of every door since then."""
        with self._database.read() as connection:
            rows = access_log.since(connection, since)
        return [
            Visit(each.hour, each.inlet, each.outcome, each.caller, each.place, each.count,
                  each.first_at, each.last_at)
            for each in rows
        ]  # fmt: skip

    def log_from(self) -> datetime | None:
        """Since when the doors note who comes; None: nobody came yet."""
        with self._database.read() as connection:
            return access_log.begun_at(connection)

    def credentials(self) -> list[Credential]:
        """Every token and session, ended ones too, without values or digests."""
        found: list[Credential] = []
        with self._database.read() as connection:
            for table, kind, ended in ((api_tokens, "token", "revoked_at"),
                                       (sessions, "session", "closed_at")):  # fmt: skip
                wanted = (table.c.id, table.c.name, table.c.role, table.c.created_at,
                          table.c.expires_at, table.c[ended].label("ended_at"))  # fmt: skip
                rows = connection.execute(select(*wanted).order_by(table.c.id))
                found += [Credential(kind=kind, **row._asdict()) for row in rows]
        return found

    def texts(self) -> Iterator[tuple[str, str]]:
        """(key of a place, text) of the newest events, runs and given-up work.

        These must hold no secret.
        """
        store = self._store_id
        newest = (
            ("place.event_log", select(events.c.payload).where(events.c.store_id == store)
             .order_by(events.c.seq.desc())),
            ("place.runs", select(runs.c.error).where(runs.c.store_id == store)
             .where(runs.c.error.is_not(None)).order_by(runs.c.requested_at.desc())),
            ("place.given_up", select(dead_letters.c.error)
             .where(dead_letters.c.store_id == store).order_by(dead_letters.c.at.desc())),
        )  # fmt: skip
        with self._database.read() as connection:
            for place, query in newest:
                for text in connection.execute(query.limit(_MOST_TEXTS)).scalars():
                    yield place, str(text)

    def recent_orders(self, since: datetime, clock: StoreClock) -> dict[str, Named]:
        """Name and local hour of the orders since then, by id; no test orders."""
        query = select(orders.c.id, orders.c.name, orders.c.processed_at).where(
            orders.c.store_id == self._store_id, orders.c.deleted_at.is_(None),
            orders.c.processed_at >= since, orders.c.test.is_(False),
        )  # fmt: skip
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(orders.c.processed_at.desc())).all()
        return {str(row.id): Named(row.name, clock.local(row.processed_at).hour) for row in rows}

    def waiting(self, now: datetime) -> list[Suppression]:
        """Suppressions that hold at ``now``, in the store's time."""
        with self._database.read() as connection:
            return Findings(self._store_id).in_force(connection, now)

    def scans(self) -> list[StoredScan]:
        """The last look of each check, by name."""
        with self._database.read() as connection:
            return Findings(self._store_id).scans(connection)


class Findings:
    """Findings, suppressions and scans of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def see(
        self, connection: Connection, finding: Finding, *, now: datetime, run_id: str
    ) -> str | None:
        """Keep what is seen; "opened", "reopened" or None when it was open already."""
        table = security_findings
        mine = (table.c.store_id == self.store_id) & (table.c.id == finding.id)
        known = connection.execute(select(table.c.state).where(mine)).scalar_one_or_none()
        told = {
            "severity": finding.severity.value, "title": finding.title, "remedy": finding.remedy,
            "facts": [asdict(each) for each in finding.facts], "about": dict(finding.about),
            "words": dict(finding.words),
            "state": State.OPEN.value, "last_seen_at": now, "resolved_at": None, "run_id": run_id,
        }  # fmt: skip
        if known is None:
            connection.execute(table.insert().values(
                store_id=self.store_id, id=finding.id, check_name=finding.check,
                subject=finding.subject[:255], first_seen_at=now, times_seen=1, **told,
            ))  # fmt: skip
            return "opened"
        times = table.c.times_seen + 1
        connection.execute(update(table).where(mine).values(times_seen=times, **told))
        return None if known == State.OPEN.value else "reopened"

    def resolve(
        self, connection: Connection, check: str, besides: Sequence[str], now: datetime
    ) -> list[str]:
        """Close what ``check`` no longer sees; the ids that were open."""
        table = security_findings
        gone = (
            (table.c.store_id == self.store_id) & (table.c.check_name == check)
            & (table.c.state == State.OPEN.value)
        )  # fmt: skip
        opened = connection.execute(select(table.c.id).where(gone)).scalars()
        ids = sorted(set(opened) - set(besides))
        for each in ids:
            connection.execute(
                update(table)
                .where(table.c.store_id == self.store_id, table.c.id == each)
                .values(state=State.RESOLVED.value, resolved_at=now)
            )
        return ids

    def note(self, connection: Connection, scan: Scan, *, now: datetime, run_id: str) -> None:
        """Keep that a check looked."""
        table = security_scans
        mine = (table.c.store_id == self.store_id) & (table.c.check_name == scan.check)
        told = {
            "at": now, "ok": scan.ok, "detail": scan.detail, "looked_at": scan.looked_at,
            "findings": len(scan.findings), "run_id": run_id,
        }  # fmt: skip
        if not connection.execute(update(table).where(mine).values(**told)).rowcount:
            connection.execute(
                table.insert().values(store_id=self.store_id, check_name=scan.check, **told)
            )

    def scans(self, connection: Connection) -> list[StoredScan]:
        """The last look of each check, by name."""
        table = security_scans
        query = select(table).where(table.c.store_id == self.store_id).order_by(table.c.check_name)
        return [
            StoredScan(row.check_name, row.at, row.ok, row.detail, row.looked_at, row.findings)
            for row in connection.execute(query)
        ]

    def get(self, connection: Connection, finding_id: str, now: datetime) -> StoredFinding:
        """One finding. Raises ``NotFound``."""
        found = self.find(connection, finding_id, now)
        if found is None:
            raise NotFound(
                f"There is no finding {finding_id!r}.", remedy="Read the list of findings."
            )
        return found

    def find(self, connection: Connection, finding_id: str, now: datetime) -> StoredFinding | None:
        """The same; None: there is none."""
        row = connection.execute(
            self._select().where(security_findings.c.id == finding_id)
        ).one_or_none()
        return None if row is None else _stored(row, self.in_force(connection, now), now)

    def raise_alert(self, connection: Connection, finding_id: str, alert: RaisedAlert) -> None:
        """Put an alert in force, in place of a lesser one."""
        self._alert(connection, finding_id, alert.severity.value, alert.decision_id, alert.at)

    def withdraw_alert(self, connection: Connection, finding_id: str) -> None:
        """Take the alert back."""
        self._alert(connection, finding_id, None, None, None)

    def _alert(
        self, connection: Connection, finding_id: str, severity: str | None,
        decision_id: str | None, at: datetime | None,
    ) -> None:  # fmt: skip
        connection.execute(
            update(security_findings)
            .where(security_findings.c.store_id == self.store_id)
            .where(security_findings.c.id == finding_id)
            .values(alert_severity=severity, alert_decision_id=decision_id, alerted_at=at)
        )

    def page(
        self, connection: Connection, now: datetime, *, state: State | None,
        cursor: str | None = None, limit: int = 50,
    ) -> Page[StoredFinding]:  # fmt: skip
        """A page, the gravest first, then the newest. A suppression counts while it holds."""
        rank = case(
            {each.value: number for each, number in _RANK.items()},
            value=security_findings.c.severity, else_=0,
        )  # fmt: skip
        order = Order("gravest", rank, security_findings.c.id, True)
        held = self.in_force(connection, now)
        query = self._select().add_columns(rank.label("rank"))
        if state is not None:
            query = query.where(*self._in(state, held))
        total = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        rows = connection.execute(order.apply(query, cursor, limit)).all()
        items = [_stored(row, held, now) for row in rows]
        return page(
            items, limit, int(total), order,
            lambda each: (_RANK[each.finding.severity], each.id),
        )  # fmt: skip

    def count_open(self, connection: Connection, now: datetime) -> dict[str, int]:
        """How many wait for somebody, by severity; what is suppressed is left out."""
        table = security_findings
        query = (
            select(table.c.severity, func.count())
            .where(table.c.store_id == self.store_id)
            .where(*self._in(State.OPEN, self.in_force(connection, now)))
            .group_by(table.c.severity)
        )
        counted = {str(word): int(count) for word, count in connection.execute(query)}
        return {each.value: counted.get(each.value, 0) for each in Severity}

    def in_force(self, connection: Connection, now: datetime) -> list[Suppression]:
        """Suppressions that hold now, the one that ends last first."""
        table = security_suppressions
        query = (
            select(table)
            .where(table.c.store_id == self.store_id, table.c.ended_at.is_(None))
            .where(table.c.expires_at > now)
            .order_by(table.c.expires_at.desc(), table.c.id)
        )
        return [_suppression(row) for row in connection.execute(query)]

    def suppress(
        self, connection: Connection, finding: Finding, *, whole_check: bool, reason: str,
        person: str, now: datetime, until: datetime,
    ) -> Suppression:  # fmt: skip
        """Let findings like this one wait until then."""
        made = Suppression(
            new_id("sup"), finding.check, None if whole_check else finding.subject, reason,
            person, now, until,
        )  # fmt: skip
        connection.execute(security_suppressions.insert().values(
            store_id=self.store_id, id=made.id, check_name=made.check, subject=made.subject,
            reason=reason, person=person, created_at=now, expires_at=until, ended_at=None,
        ))  # fmt: skip
        return made

    def end(self, connection: Connection, suppression_id: str, now: datetime) -> None:
        """End a suppression at once. Raises ``NotFound`` when none of that id holds."""
        table = security_suppressions
        ended = connection.execute(
            update(table)
            .where(table.c.store_id == self.store_id, table.c.id == suppression_id)
            .where(table.c.ended_at.is_(None), table.c.expires_at > now)
            .values(ended_at=now)
        )
        if not ended.rowcount:
            raise NotFound(
                f"No suppression {suppression_id!r} is in force.",
                remedy="Read the list: it may have ended already.",
            )

    def _select(self) -> Any:
        return select(security_findings).where(security_findings.c.store_id == self.store_id)

    def _in(self, state: State, held: Sequence[Suppression]) -> list[Any]:
        table = security_findings.c
        covered = [
            (table.check_name == each.check)
            & (true() if each.subject is None else table.subject == each.subject)
            for each in held
        ]
        if state is State.RESOLVED:
            return [table.state == State.RESOLVED.value]
        is_open = table.state == State.OPEN.value
        if not covered:
            return [is_open, false()] if state is State.SUPPRESSED else [is_open]
        any_of = or_(*covered)
        return [is_open, any_of if state is State.SUPPRESSED else ~any_of]


def _stored(row: Any, held: Sequence[Suppression], now: datetime) -> StoredFinding:
    finding = Finding(
        row.check_name, row.subject, Severity(row.severity), row.title, row.remedy,
        tuple(Fact(**each) for each in row.facts), row.about, row.words or {},
    )  # fmt: skip
    suppression = next((s for s in held if s.covers(finding.check, finding.subject, now)), None)
    state = State(row.state)
    if state is State.OPEN and suppression is not None:
        state = State.SUPPRESSED
    return StoredFinding(
        row.id, finding, state, row.first_seen_at, row.last_seen_at, row.resolved_at,
        row.times_seen, suppression, _alert(row),
    )  # fmt: skip


def _alert(row: Any) -> RaisedAlert | None:
    if row.alert_severity is None:
        return None
    return RaisedAlert(Severity(row.alert_severity), row.alert_decision_id, row.alerted_at)


def _suppression(row: Any) -> Suppression:
    return Suppression(
        row.id, row.check_name, row.subject, row.reason, row.person, row.created_at,
        row.expires_at,
    )  # fmt: skip
