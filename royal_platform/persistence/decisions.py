"""Decisions: stored once per proposal, moved only from the status the caller saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from core.errors import NotFound
from royal_platform.commerce.decisions.model import (
    Decision,
    Proposal,
    Ruling,
    Status,
    Verdict,
)
from royal_platform.persistence.decision_rows import (
    proposal_columns,
    read_decision,
    verdict_columns,
)
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.paging import Order, Page, page
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.decisions import approvals, decisions


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """What to list: statuses (empty = all), agent, kind, words; shadow decisions on request."""

    statuses: tuple[str, ...] = ()
    agent_id: str | None = None
    kind: str | None = None
    text: str | None = None
    subject_id: str | None = None
    run_id: str | None = None
    shadow: bool = False
    order: Literal["stake", "newest"] = "stake"


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's (or the policy's) word on a decision: ``approve``, ``reject`` or ``revert``."""

    id: str
    decision_id: str
    action: str
    actor: str
    argument_hash: str
    reason: str
    at: datetime


class Decisions:
    """The decisions of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def add(
        self,
        connection: Connection,
        proposal: Proposal,
        verdict: Verdict,
        *,
        now: datetime,
        status: Status = Status.PROPOSED,
        shadow: bool = False,
        proposal_key: str | None = None,
        reverts: str | None = None,
    ) -> tuple[str, bool]:
        """Store the proposal; return its id and whether it is new.

        ``proposal_key`` defaults to run, kind and subject, so that a repeated step stores nothing
        twice and gets the id of the first time.
        """
        decision_id = new_id("dec")
        key = proposal_key or proposal_key_of(proposal) or decision_id
        values = {
            "store_id": self.store_id,
            "id": decision_id,
            "proposal_key": key,
            "status": status.value,
            "shadow": shadow,
            "created_at": now,
            "reverts": reverts,
            **proposal_columns(proposal),
            **verdict_columns(verdict),
        }
        if insert_if_absent(connection, decisions, values):
            return decision_id, True
        query = select(decisions.c.id).where(self._mine(), decisions.c.proposal_key == key)
        return str(connection.execute(query).scalar_one()), False

    def of_key(self, connection: Connection, proposal_key: str) -> str | None:
        """The decision that was stored under this key; None when there is none."""
        query = select(decisions.c.id).where(self._mine(), decisions.c.proposal_key == proposal_key)
        return connection.execute(query).scalar_one_or_none()

    def get(self, connection: Connection, decision_id: str, *, lock: bool = False) -> Decision:
        """One decision; ``lock`` holds its row until the transaction ends. Raises ``NotFound``."""
        query = select(decisions).where(self._mine(), decisions.c.id == decision_id)
        row = connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound(
                f"There is no decision {decision_id!r}.",
                remedy="List the decisions with GET /v1/decisions.",
            )
        return read_decision(row)

    def move(
        self,
        connection: Connection,
        decision_id: str,
        *,
        seen: Status,
        to: Status,
        **columns: Any,
    ) -> bool:
        """Set the status (and ``columns``) if it still is ``seen``; False when it no longer is."""
        statement = (
            update(decisions)
            .where(self._mine(), decisions.c.id == decision_id)
            .where(decisions.c.status == seen.value)
            .values(status=to.value, **columns)
        )
        return connection.execute(statement).rowcount == 1

    def change(self, connection: Connection, decision_id: str, **columns: Any) -> None:
        """Set columns other than the status."""
        connection.execute(
            update(decisions).where(self._mine(), decisions.c.id == decision_id).values(**columns)
        )

    def open_on(self, connection: Connection, kind: str, subject_id: str) -> list[Decision]:
        """Still proposed decisions of this kind on this subject, oldest first (for superseding)."""
        query = select(decisions).where(
            self._mine(),
            decisions.c.subject_id == subject_id,
            decisions.c.kind == kind,
            decisions.c.status == Status.PROPOSED.value,
            decisions.c.shadow.is_(False),
        )
        return self._read(connection, query.order_by(decisions.c.created_at, decisions.c.id))

    def asked_on(self, connection: Connection, kind: str, subject_id: str) -> list[Decision]:
        """What people or the policy were asked of this kind on this subject, the oldest first.

        What conflicted or failed is left out: nobody's word on it came to anything.
        """
        query = select(decisions).where(
            self._mine(),
            decisions.c.subject_id == subject_id,
            decisions.c.kind == kind,
            decisions.c.status.not_in([Status.CONFLICTED.value, Status.FAILED.value]),
            decisions.c.shadow.is_(False),
        )
        return self._read(connection, query.order_by(decisions.c.created_at, decisions.c.id))

    def open_of_kind(self, connection: Connection, kind: str) -> list[Decision]:
        """Still proposed decisions of this kind, oldest first."""
        query = select(decisions).where(
            self._mine(), decisions.c.kind == kind,
            decisions.c.status == Status.PROPOSED.value, decisions.c.shadow.is_(False),
        )  # fmt: skip
        return self._read(connection, query.order_by(decisions.c.created_at, decisions.c.id))

    def latest_on(self, connection: Connection, kind: str, subject_id: str) -> Decision | None:
        """The newest decision of this kind on this subject, whatever became of it."""
        query = (
            select(decisions)
            .where(self._mine(), decisions.c.subject_id == subject_id, decisions.c.kind == kind)
            .where(decisions.c.shadow.is_(False))
            .order_by(decisions.c.created_at.desc(), decisions.c.id.desc())
        )
        return next(iter(self._read(connection, query.limit(1))), None)

    def due(self, connection: Connection, now: datetime, limit: int = 500) -> list[Decision]:
        """Proposed or approved decisions whose ``expires_at`` has passed."""
        query = select(decisions).where(
            self._mine(),
            decisions.c.status.in_([Status.PROPOSED.value, Status.APPROVED.value]),
            decisions.c.expires_at <= now,
        )
        return self._read(connection, query.order_by(decisions.c.expires_at).limit(limit))

    def page(
        self, connection: Connection, wanted: DecisionFilter, cursor: str | None, limit: int
    ) -> Page[Decision]:
        """A page by money at stake (highest first) or newest first."""
        condition = self._matching(wanted)
        stake = func.coalesce(decisions.c.stake, Decimal(0), type_=decisions.c.stake.type)
        expression: ColumnElement[Any] = (
            stake if wanted.order == "stake" else decisions.c.created_at
        )
        order = Order(wanted.order, expression, decisions.c.id, descending=True)
        query = order.apply(select(decisions).where(condition), cursor, limit)
        rows = self._read(connection, query)
        total = connection.execute(
            select(func.count()).select_from(decisions).where(condition)
        ).scalar_one()
        return page(rows, limit, int(total), order, lambda item: _sort_key(item, wanted.order))

    def subjects_changed(self, connection: Connection, kinds: Sequence[str]) -> list[str]:
        """What executed decisions of these kinds changed, also if it was undone since."""
        query = (
            select(decisions.c.subject_id)
            .distinct()
            .where(self._mine(), decisions.c.kind.in_(kinds), decisions.c.executed_at.is_not(None))
            .order_by(decisions.c.subject_id)
        )
        return list(connection.scalars(query))

    def executed(self, connection: Connection, kinds: Sequence[str]) -> list[Decision]:
        """Every decision of these kinds that was executed, also if undone since, oldest first."""
        query = (
            select(decisions)
            .where(self._mine(), decisions.c.kind.in_(kinds), decisions.c.executed_at.is_not(None))
            .order_by(decisions.c.executed_at, decisions.c.id)
        )
        return [read_decision(row) for row in connection.execute(query)]

    def standing(self, connection: Connection, kinds: Sequence[str]) -> list[tuple[str, str, str]]:
        """(kind, subject's id, its title) of decisions of these kinds that are in force, oldest
        first."""
        columns = decisions.c
        query = (
            select(columns.kind, columns.subject_id, columns.subject_title)
            .where(self._mine(), columns.kind.in_(kinds))
            .where(columns.status == Status.EXECUTED.value)
            .order_by(columns.executed_at, columns.id)
        )
        return [(row.kind, row.subject_id, row.subject_title) for row in connection.execute(query)]

    def ids_of_run(self, connection: Connection, run_id: str) -> list[str]:
        """The decisions a run proposed, in order."""
        query = select(decisions.c.id).where(self._mine(), decisions.c.run_id == run_id)
        return [
            str(value) for value in connection.execute(query.order_by(decisions.c.id)).scalars()
        ]

    def counts_by_run(self, connection: Connection, run_ids: Sequence[str]) -> dict[str, int]:
        """How many decisions each of the runs proposed."""
        query = (
            select(decisions.c.run_id, func.count())
            .where(self._mine(), decisions.c.run_id.in_(run_ids))
            .group_by(decisions.c.run_id)
        )
        return {str(run): int(count) for run, count in connection.execute(query)}

    def waiting_by_agent(self, connection: Connection) -> dict[str, int]:
        """Proposed decisions that wait for a person, per agent."""
        query = (
            select(decisions.c.agent_id, func.count())
            .where(
                self._mine(),
                decisions.c.status == Status.PROPOSED.value,
                decisions.c.shadow.is_(False),
            )
            .group_by(decisions.c.agent_id)
        )
        return {str(agent): int(count) for agent, count in connection.execute(query)}

    def denied(
        self,
        connection: Connection,
        agent_id: str,
        kind: str,
        since: datetime,
        besides: frozenset[str],
    ) -> list[datetime]:
        """When the gate denied an agent's proposal by a rule other than those in ``besides``."""
        query = select(decisions.c.created_at, decisions.c.verdict).where(
            self._mine(), decisions.c.agent_id == agent_id, decisions.c.kind == kind,
            decisions.c.ruling == Ruling.DENY.value, decisions.c.shadow.is_(False),
            decisions.c.reverts.is_(None), decisions.c.created_at >= since,
        )  # fmt: skip
        return [
            at
            for at, verdict in connection.execute(query)
            if any(
                hit["ruling"] == Ruling.DENY.value and hit["rule"] not in besides
                for hit in verdict["hits"]
            )
        ]

    def waiting_on_subjects(self, connection: Connection, subject_ids: Sequence[str]) -> int:
        """Proposed decisions on any of these subjects."""
        query = select(func.count()).where(
            self._mine(),
            decisions.c.status == Status.PROPOSED.value,
            decisions.c.shadow.is_(False),
            decisions.c.subject_id.in_(subject_ids),
        )
        return int(connection.execute(query).scalar_one())

    def approve(
        self,
        connection: Connection,
        decision_id: str,
        *,
        action: str,
        actor: str,
        argument_hash: str,
        reason: str,
        now: datetime,
    ) -> str:
        """Record a word on the decision (``approve``, ``reject``, ``revert``); return its id."""
        approval_id = new_id("apr")
        connection.execute(
            insert(approvals).values(
                store_id=self.store_id, id=approval_id, decision_id=decision_id, action=action,
                actor=actor, argument_hash=argument_hash, reason=reason, at=now,
            )
        )  # fmt: skip
        return approval_id

    def approvals(self, connection: Connection, decision_id: str) -> list[Approval]:
        """Every word on the decision, oldest first."""
        query = select(approvals).where(
            approvals.c.store_id == self.store_id, approvals.c.decision_id == decision_id
        )
        rows = connection.execute(query.order_by(approvals.c.at, approvals.c.id))
        return [
            Approval(
                row.id,
                row.decision_id,
                row.action,
                row.actor,
                row.argument_hash,
                row.reason,
                row.at,
            )
            for row in rows
        ]

    def _mine(self) -> ColumnElement[bool]:
        return decisions.c.store_id == self.store_id

    def _read(self, connection: Connection, query: Any) -> list[Decision]:
        return [read_decision(row) for row in connection.execute(query)]

    def _matching(self, wanted: DecisionFilter) -> ColumnElement[bool]:
        conditions: list[ColumnElement[bool]] = [
            self._mine(), decisions.c.shadow.is_(wanted.shadow)
        ]  # fmt: skip
        if wanted.statuses:
            conditions.append(decisions.c.status.in_(wanted.statuses))
        for column, value in (
            (decisions.c.agent_id, wanted.agent_id),
            (decisions.c.kind, wanted.kind),
            (decisions.c.subject_id, wanted.subject_id),
            (decisions.c.run_id, wanted.run_id),
        ):
            if value is not None:
                conditions.append(column == value)
        if wanted.text:
            conditions.append(
                or_(
                    decisions.c.subject_title.icontains(wanted.text, autoescape=True),
                    decisions.c.rationale.icontains(wanted.text, autoescape=True),
                )
            )
        return and_(*conditions)


def proposal_key_of(proposal: Proposal) -> str | None:
    """Run, kind and subject; None for a proposal outside a run, which is never a repetition."""
    if proposal.run_id is None:
        return None
    return f"{proposal.run_id}:{proposal.kind}:{proposal.subject.id}"


def _sort_key(decision: Decision, order: str) -> tuple[Any, str]:
    if order == "newest":
        return decision.created_at, decision.id
    stake = decision.proposal.money_at_stake
    return (Decimal(0) if stake is None else stake.amount), decision.id
