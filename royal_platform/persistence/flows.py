"""One store's flows: versions, mandates and enrolments."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from core.errors import Conflict, NotFound
from royal_platform.commerce.decisions.model import Status
from royal_platform.commerce.marketing.model import Arm, Enrolment, Place
from royal_platform.persistence.mirror_rows import chunks
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.decisions import decisions
from royal_platform.persistence.tables.marketing import (
    flow_enrolments,
    flow_versions,
    mandates,
)
from royal_platform.persistence.tables.orders import orders
from royal_platform.persistence.taxes import net_before_tax

# What a mandate has let through, whatever came of it.
_USED = [
    Status.APPROVED, Status.EXECUTING, Status.EXECUTED, Status.MEASURED, Status.FAILED,
    Status.CONFLICTED,
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FlowText:
    """One version as its author wrote it."""

    flow: str
    version: int
    text: str
    text_hash: str
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Mandate:
    """One approval of a version of a flow: until when, and how many messages."""

    id: str
    decision_id: str
    flow: str
    version: int
    text_hash: str
    per_day: int
    total: int
    granted_at: datetime
    until: datetime
    revoked_at: datetime | None


class Flows:
    """The flows of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def newest(self, connection: Connection) -> list[FlowText]:
        """The newest version of every flow, by name."""
        query = select(flow_versions).where(flow_versions.c.store_id == self.store_id)
        rows = connection.execute(query.order_by(flow_versions.c.flow, flow_versions.c.version))
        return list({row.flow: FlowText(**_plain(row)) for row in rows}.values())

    def version(self, connection: Connection, flow: str, version: int) -> FlowText:
        """One version. Raises ``NotFound``."""
        query = select(flow_versions).where(
            flow_versions.c.store_id == self.store_id, flow_versions.c.flow == flow,
            flow_versions.c.version == version,
        )  # fmt: skip
        row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(
                f"There is no version {version} of the flow {flow!r}.", remedy="Read the flows."
            )
        return FlowText(**_plain(row))

    def save(
        self, connection: Connection, flow: str, text: str, *, edited: int, actor: str,
        now: datetime,
    ) -> FlowText:  # fmt: skip
        """Put a new version in place; ``edited`` must be the newest, else ``Conflict``."""
        values = {
            "store_id": self.store_id, "flow": flow, "version": edited + 1, "text": text,
            "text_hash": hashlib.sha256(text.encode()).hexdigest(), "changed_by": actor,
            "changed_at": now,
        }  # fmt: skip
        query = select(func.max(flow_versions.c.version)).where(
            flow_versions.c.store_id == self.store_id, flow_versions.c.flow == flow
        )
        newest = connection.execute(query).scalar() or 0
        if newest != edited or not insert_if_absent(connection, flow_versions, values):
            raise Conflict(
                f"Version {newest} of the flow {flow!r} is the newest, not {edited}.",
                remedy="Read the flow again and make the change on what it says now.",
            )
        return self.version(connection, flow, edited + 1)

    # -- mandates

    def grant(self, connection: Connection, mandate: Mandate) -> None:
        """Put a mandate in force; once per decision."""
        row = {name: getattr(mandate, name) for name in Mandate.__slots__}
        insert_if_absent(connection, mandates, {"store_id": self.store_id, **row})

    def mandate(self, connection: Connection, mandate_id: str) -> Mandate | None:
        """One mandate."""
        row = connection.execute(self._mandates().where(mandates.c.id == mandate_id)).one_or_none()
        return None if row is None else Mandate(**_plain(row))

    def mandate_of(self, connection: Connection, flow: str, version: int) -> Mandate | None:
        """The newest mandate of a version, in force or not."""
        query = (
            self._mandates()
            .where(mandates.c.flow == flow, mandates.c.version == version)
            .order_by(mandates.c.granted_at.desc(), mandates.c.id.desc())
        )
        row = connection.execute(query.limit(1)).one_or_none()
        return None if row is None else Mandate(**_plain(row))

    def revoke(self, connection: Connection, flow: str, version: int, now: datetime) -> None:
        """End every mandate of a version; ending it twice changes nothing."""
        connection.execute(
            update(mandates)
            .where(mandates.c.store_id == self.store_id, mandates.c.revoked_at.is_(None))
            .where(mandates.c.flow == flow, mandates.c.version == version)
            .values(revoked_at=now)
        )

    def used(
        self, connection: Connection, mandate_id: str, since: datetime, besides: str | None
    ) -> tuple[int, int]:
        """How many messages a mandate has let through: ever, and since."""
        query = select(
            func.count(), func.count().filter(decisions.c.decided_at >= since)
        ).where(
            decisions.c.store_id == self.store_id, decisions.c.kind == "message.send",
            decisions.c.arguments["mandate_id"].as_string() == mandate_id,
            decisions.c.status.in_([status.value for status in _USED]),
            decisions.c.id != (besides or ""),
        )  # fmt: skip
        ever, lately = connection.execute(query).one()
        return int(ever), int(lately)

    # -- enrolments

    def enrol(self, connection: Connection, enrolment: Enrolment) -> bool:
        """Let a customer in; True unless the signal or the customer is in this flow already.

        Who is kept out is put down whatever flows she is in.
        """
        waiting = select(flow_enrolments.c.id).where(
            flow_enrolments.c.store_id == self.store_id,
            flow_enrolments.c.flow == enrolment.flow,
            flow_enrolments.c.customer_id == enrolment.customer_id,
            # Both arms alike: until it is known what the customer bought, or that she left.
            flow_enrolments.c.revenue.is_(None),
            flow_enrolments.c.place != Place.STOPPED.value,
        )
        stays_out = enrolment.place is Place.STOPPED
        if not stays_out and connection.execute(waiting.limit(1)).first() is not None:
            return False
        row = {name: getattr(enrolment, name) for name in Enrolment.__slots__}
        row |= {"arm": enrolment.arm.value, "place": enrolment.place.value,
                "context": dict(enrolment.context)}  # fmt: skip
        return insert_if_absent(connection, flow_enrolments, {"store_id": self.store_id, **row})

    def seen(self, connection: Connection, ids: Sequence[str]) -> set[str]:
        """Which of these enrolments there are already."""
        found: set[str] = set()
        for part in chunks(ids):
            query = select(flow_enrolments.c.id).where(
                flow_enrolments.c.store_id == self.store_id, flow_enrolments.c.id.in_(part)
            )
            found |= set(connection.execute(query).scalars())
        return found

    def waiting(self, connection: Connection) -> list[Enrolment]:
        """Everybody who waits for a message, or is watched instead."""
        query = self._enrolments().where(flow_enrolments.c.place == Place.WAITING.value)
        rows = connection.execute(query.order_by(flow_enrolments.c.due_at, flow_enrolments.c.id))
        return [_enrolment(row) for row in rows]

    def is_due(self, connection: Connection, now: datetime) -> bool:
        """Whether somebody's next message is due."""
        query = self._enrolments().where(
            flow_enrolments.c.place == Place.WAITING.value, flow_enrolments.c.due_at <= now
        )
        return connection.execute(query.limit(1)).first() is not None

    def move(self, connection: Connection, enrolment_id: str, **values: Any) -> None:
        """Change where somebody stands."""
        connection.execute(
            update(flow_enrolments)
            .where(flow_enrolments.c.store_id == self.store_id)
            .where(flow_enrolments.c.id == enrolment_id)
            .values(**values)
        )

    def unmeasured(self, connection: Connection) -> list[Enrolment]:
        """Those whose revenue is not known yet."""
        query = self._enrolments().where(
            flow_enrolments.c.revenue.is_(None), flow_enrolments.c.arm != Arm.OUTSIDE.value
        )
        rows = connection.execute(query.order_by(flow_enrolments.c.entered_at).limit(2_000))
        return [_enrolment(row) for row in rows]

    def revenues(self, connection: Connection, flow: str) -> dict[Arm, list[Decimal]]:
        """What measured customers of every version bought, by arm."""
        query = select(flow_enrolments.c.arm, flow_enrolments.c.revenue).where(
            flow_enrolments.c.store_id == self.store_id, flow_enrolments.c.flow == flow,
            flow_enrolments.c.revenue.is_not(None), flow_enrolments.c.arm != Arm.OUTSIDE.value,
        )  # fmt: skip
        found: dict[Arm, list[Decimal]] = {Arm.TREATED: [], Arm.HOLDOUT: []}
        for arm, revenue in connection.execute(query):
            found[Arm(arm)].append(revenue)
        return found

    def counts(self, connection: Connection) -> Mapping[tuple[str, str, str, str | None], int]:
        """How many stand where: by flow, arm, place and the step they wait for."""
        columns = (flow_enrolments.c.flow, flow_enrolments.c.arm, flow_enrolments.c.place,
                   flow_enrolments.c.next_step)  # fmt: skip
        query = (
            select(*columns, func.count())
            .where(flow_enrolments.c.store_id == self.store_id)
            .group_by(*columns)
        )
        return {(a, b, c, d): int(n) for a, b, c, d, n in connection.execute(query)}

    def bought(
        self, connection: Connection, customer_id: str, since: datetime, until: datetime
    ) -> Decimal | None:
        """Net sales before tax to a customer in a time, None when there was no order."""
        query = select(
            func.sum(net_before_tax(self.store_id), type_=orders.c.net.type), func.count()
        ).where(
            orders.c.store_id == self.store_id, orders.c.customer_id == customer_id,
            orders.c.processed_at > since, orders.c.processed_at <= until,
            orders.c.cancelled_at.is_(None), orders.c.deleted_at.is_(None),
            orders.c.test.is_(False),
        )  # fmt: skip
        total, count = connection.execute(query).one()
        return total if count else None

    def erase(self, connection: Connection, customer_id: str | None) -> int:
        """Take one person, or everybody, out of the flows; figures without a person stay."""
        statement = update(flow_enrolments).where(
            flow_enrolments.c.store_id == self.store_id, flow_enrolments.c.customer_id != ""
        )
        if customer_id is not None:
            statement = statement.where(flow_enrolments.c.customer_id == customer_id)
        gone = connection.execute(
            statement.values(
                customer_id="", signal_id="", context={}, place=Place.STOPPED.value,
                next_step=None, due_at=None,
                revenue=func.coalesce(flow_enrolments.c.revenue, 0),
            )
        )  # fmt: skip
        return gone.rowcount

    def _mandates(self) -> Any:
        return select(mandates).where(mandates.c.store_id == self.store_id)

    def _enrolments(self) -> Any:
        return select(flow_enrolments).where(flow_enrolments.c.store_id == self.store_id)


def _plain(row: Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._asdict().items() if name != "store_id"}


def _enrolment(row: Row[Any]) -> Enrolment:
    told = _plain(row)
    return Enrolment(**{**told, "arm": Arm(told["arm"]), "place": Place(told["place"])})
