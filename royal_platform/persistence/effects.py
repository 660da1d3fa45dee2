"""Effects of one store: opened when a decision is executed, settled once when they are known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select, update

from royal_platform.commerce.decisions.model import Decision, Status
from royal_platform.commerce.effects.model import Told, Window
from royal_platform.persistence.decision_rows import read_decision
from royal_platform.persistence.paging import Order, Page, page
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.decisions import decisions
from royal_platform.persistence.tables.effects import effects

PENDING, KNOWN, NEVER = "pending", "known", "never"
_EXECUTED = [status.value for status in (
    Status.EXECUTED, Status.MEASURED, Status.REVERTING, Status.REVERTED,
)]  # fmt: skip


@dataclass(frozen=True, slots=True)
class StoredEffect:
    """One effect's row; amounts are in ``unit``, None until it is known."""

    store_id: str
    decision_id: str
    agent_id: str
    kind: str
    subject_id: str
    status: str
    due_at: datetime
    first_day: date
    last_day: date
    cut: str | None
    opened_at: datetime
    measured_at: datetime | None
    unit: str
    predicted: Decimal
    predicted_low: Decimal
    predicted_high: Decimal
    estimate: Decimal | None
    low: Decimal | None
    high: Decimal | None
    inside: bool | None
    sd: float | None
    shared_sd: float | None
    scale: float | None
    against: str
    method: str
    sample: dict[str, Any]
    reason: str | None
    detail: str | None

    @property
    def window(self) -> Window:
        """The days it is measured on."""
        return Window(self.first_day, self.last_day)


@dataclass(frozen=True, slots=True)
class EffectFilter:
    """What to list; None = any."""

    agent_id: str | None = None
    kind: str | None = None
    status: str | None = None
    subject_id: str | None = None


@dataclass(frozen=True, slots=True)
class EffectOfDecision:
    """An effect with the decision it is of."""

    effect: StoredEffect
    decision: Decision


class Effects:
    """The effects of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def unopened(
        self, connection: Connection, kinds: Iterable[str], limit: int = 200
    ) -> list[Decision]:
        """Executed decisions of these kinds that predicted something and have no effect yet."""
        query = (
            select(decisions)
            .outerjoin(effects, _of_decision())
            .where(decisions.c.store_id == self.store_id, decisions.c.status.in_(_EXECUTED))
            .where(decisions.c.kind.in_(list(kinds)), decisions.c.executed_at.is_not(None))
            .where(decisions.c.prediction.is_not(None), decisions.c.reverts.is_(None))
            .where(effects.c.decision_id.is_(None))
            .order_by(decisions.c.executed_at, decisions.c.id)
            .limit(limit)
        )
        return [read_decision(row) for row in connection.execute(query)]

    def open(self, connection: Connection, values: Mapping[str, Any]) -> bool:
        """Add a pending effect; False when the decision has one."""
        row = {"store_id": self.store_id, "status": PENDING, "sample": {}, **values}
        return insert_if_absent(connection, effects, row)

    def reverted(self, connection: Connection, limit: int = 200) -> list[tuple[StoredEffect, str]]:
        """Pending effects of decisions that were undone, with the undoing decision's id."""
        query = (
            select(effects, decisions.c.reverted_by)
            .join(decisions, _of_decision())
            .where(self._mine(), effects.c.status == PENDING, effects.c.cut.is_(None))
            .where(decisions.c.status == Status.REVERTED.value)
            .where(decisions.c.reverted_by.is_not(None))
            .limit(limit)
        )
        return [(_read(row), str(row.reverted_by)) for row in connection.execute(query)]

    def running_on(
        self, connection: Connection, subject_id: str, kinds: Iterable[str]
    ) -> list[StoredEffect]:
        """Effects on a subject, known or not, newest days first; those that can never be known
        were changes too."""
        query = select(effects).where(
            self._mine(), effects.c.subject_id == subject_id, effects.c.kind.in_(list(kinds))
        )
        rows = connection.execute(query.order_by(effects.c.first_day.desc()))
        return [_read(row) for row in rows]

    def cut_short(
        self, connection: Connection, decision_id: str, *, last_day: date, due_at: datetime,
        cut: str, predicted: tuple[Decimal, Decimal, Decimal],
    ) -> bool:  # fmt: skip
        """End a pending effect's days earlier; False when it is settled already."""
        point, low, high = predicted
        return self._change(
            connection, decision_id,
            last_day=last_day, due_at=due_at, cut=cut,
            predicted=point, predicted_low=low, predicted_high=high,
        )  # fmt: skip

    def postpone(self, connection: Connection, decision_id: str, due_at: datetime) -> bool:
        """Look at a pending effect again at ``due_at``."""
        return self._change(connection, decision_id, due_at=due_at)

    def due(
        self, connection: Connection, now: datetime, kinds: Iterable[str], limit: int = 1000
    ) -> list[EffectOfDecision]:
        """Pending effects of these kinds whose time has come, longest overdue first.

        One whose decision is just being undone waits for what comes of that.
        """
        query = (
            self._with_decisions()
            .where(effects.c.status == PENDING, effects.c.due_at <= now)
            .where(effects.c.kind.in_(list(kinds)))
            .where(decisions.c.status != Status.REVERTING.value)
            .order_by(effects.c.due_at, effects.c.decision_id)
            .limit(limit)
        )
        return [_with_decision(row) for row in connection.execute(query)]

    def settle(
        self, connection: Connection, seen: StoredEffect, status: str, **columns: Any
    ) -> bool:
        """Close a pending effect if its days are still those ``seen``; False when they are not."""
        return self._change(
            connection, seen.decision_id, effects.c.last_day == seen.last_day,
            status=status, **columns,
        )  # fmt: skip

    def get(self, connection: Connection, decision_id: str) -> StoredEffect | None:
        """The effect of a decision."""
        query = select(effects).where(self._mine(), effects.c.decision_id == decision_id)
        row = connection.execute(query).one_or_none()
        return None if row is None else _read(row)

    def page(
        self, connection: Connection, wanted: EffectFilter, cursor: str | None, limit: int
    ) -> Page[EffectOfDecision]:
        """A page, latest executed first."""
        condition = self._matching(wanted)
        order = Order("executed", effects.c.opened_at, effects.c.decision_id, descending=True)
        query = order.apply(self._with_decisions().where(condition), cursor, limit)
        rows = [_with_decision(row) for row in connection.execute(query)]
        count = select(func.count()).select_from(effects).where(condition)
        total = int(connection.execute(count).scalar_one())
        return page(
            rows, limit, total, order,
            lambda item: (item.effect.opened_at, item.effect.decision_id),
        )  # fmt: skip

    def told(self, connection: Connection, agent_id: str, kind: str, since: datetime) -> list[Told]:
        """Effects that became known from ``since`` on, beside their predictions."""
        query = select(effects).where(
            self._mine(), effects.c.agent_id == agent_id, effects.c.kind == kind,
            effects.c.status == KNOWN, effects.c.measured_at >= since,
        )  # fmt: skip
        rows = connection.execute(query.order_by(effects.c.measured_at, effects.c.decision_id))
        return [_told(_read(row)) for row in rows]

    def counts(self, connection: Connection) -> dict[tuple[str, str], dict[str, int]]:
        """How many effects there are: (agent, kind) -> status -> number."""
        query = (
            select(effects.c.agent_id, effects.c.kind, effects.c.status, func.count())
            .where(self._mine())
            .group_by(effects.c.agent_id, effects.c.kind, effects.c.status)
        )
        found: dict[tuple[str, str], dict[str, int]] = {}
        for agent_id, kind, status, number in connection.execute(query):
            found.setdefault((agent_id, kind), {})[status] = int(number)
        return found

    def next_due(self, connection: Connection) -> dict[tuple[str, str], datetime]:
        """When the next effect of each (agent, kind) will be known."""
        query = (
            select(effects.c.agent_id, effects.c.kind,
                   func.min(effects.c.due_at, type_=effects.c.due_at.type))
            .where(self._mine(), effects.c.status == PENDING)
            .group_by(effects.c.agent_id, effects.c.kind)
        )  # fmt: skip
        return {(agent, kind): due for agent, kind, due in connection.execute(query)}

    def units(self, connection: Connection) -> dict[tuple[str, str], str]:
        """The unit in which effects of each (agent, kind) are told: a currency, or units."""
        query = (
            select(effects.c.agent_id, effects.c.kind, func.max(effects.c.unit))
            .where(self._mine())
            .group_by(effects.c.agent_id, effects.c.kind)
        )
        return {(agent, kind): str(unit) for agent, kind, unit in connection.execute(query)}

    def known_since(self, connection: Connection, agent_id: str, kind: str, since: datetime) -> int:
        """How many effects became known after ``since``."""
        query = select(func.count()).where(
            self._mine(), effects.c.agent_id == agent_id, effects.c.kind == kind,
            effects.c.status == KNOWN, effects.c.measured_at > since,
        )  # fmt: skip
        return int(connection.execute(query).scalar_one())

    def _change(
        self,
        connection: Connection,
        decision_id: str,
        *conditions: ColumnElement[bool],
        **columns: Any,
    ) -> bool:
        statement = (
            update(effects)
            .where(self._mine(), effects.c.decision_id == decision_id)
            .where(effects.c.status == PENDING, *conditions)
            .values(**columns)
        )
        return connection.execute(statement).rowcount == 1

    def _with_decisions(self) -> Any:
        # A column of both tables would come back under one name: the effect's carry another.
        mine = [column.label(f"effect_{column.name}") for column in effects.c]
        return select(decisions, *mine).join(effects, _of_decision()).where(self._mine())

    def _mine(self) -> ColumnElement[bool]:
        return effects.c.store_id == self.store_id

    def _matching(self, wanted: EffectFilter) -> ColumnElement[bool]:
        given = (
            (effects.c.agent_id, wanted.agent_id),
            (effects.c.kind, wanted.kind),
            (effects.c.status, wanted.status),
            (effects.c.subject_id, wanted.subject_id),
        )
        return and_(self._mine(), *(column == value for column, value in given if value))


def predicted_for(decision: Decision, days: int) -> tuple[Decimal, Decimal, Decimal]:
    """The prediction (point, low, high) for ``days`` of its horizon, in proportion."""
    told = decision.proposal.prediction
    if told is None:
        raise ValueError("a decision without a prediction has no effect to compare it with")
    share = Decimal(days) / Decimal(max(told.horizon_days, 1))
    return told.point * share, told.low * share, told.high * share


def _of_decision() -> ColumnElement[bool]:
    return and_(effects.c.store_id == decisions.c.store_id, effects.c.decision_id == decisions.c.id)


def _read(row: Row[Any]) -> StoredEffect:
    return StoredEffect(**{column.name: getattr(row, column.name) for column in effects.c})


def _with_decision(row: Row[Any]) -> EffectOfDecision:
    values = {column.name: getattr(row, f"effect_{column.name}") for column in effects.c}
    return EffectOfDecision(StoredEffect(**values), read_decision(row))


def _told(effect: StoredEffect) -> Told:
    return Told(
        estimate=float(effect.estimate or 0),
        sd=effect.sd or 0.0,
        shared_sd=effect.shared_sd or 0.0,
        scale=effect.scale or 1.0,
        group=effect.against,
        predicted=float(effect.predicted),
        predicted_low=float(effect.predicted_low),
        predicted_high=float(effect.predicted_high),
    )
