"""The merchant's limits by version, the autonomy of agents, and the kill switch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, get_args, get_type_hints

from sqlalchemy import Connection, insert, select, update

from core.errors import Conflict
from royal_platform.commerce.decisions.model import Autonomy, Policy
from royal_platform.persistence.decision_rows import jsonable
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.statements import insert_if_absent, put
from royal_platform.persistence.tables.decisions import autonomy, policies, stops


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """A version of the policy; version 0 is the defaults of a store that never changed them."""

    version: int
    policy: Policy
    changed_by: str
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Stop:
    """One pressed kill switch: ``scope`` is ``all``, ``store`` or ``agent:<id>``."""

    id: str
    scope: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AutonomyRow:
    """One level that was set; ``why`` is given where a record took a higher one away."""

    level: Autonomy
    changed_by: str
    changed_at: datetime
    why: str | None


class Policies:
    """Policy versions, autonomy levels and stops of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def current(self, connection: Connection) -> StoredPolicy:
        """The version in force."""
        query = (
            select(policies)
            .where(policies.c.store_id == self.store_id)
            .order_by(policies.c.version.desc())
            .limit(1)
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            return StoredPolicy(0, Policy(), "default", None)
        return StoredPolicy(row.version, read_policy(row.document), row.changed_by, row.changed_at)

    def replace(
        self, connection: Connection, *, edited: int, policy: Policy, actor: str, now: datetime
    ) -> StoredPolicy:
        """Put a new version in force; ``edited`` must be the current one, else ``Conflict``."""
        values = {
            "store_id": self.store_id, "version": edited + 1, "document": jsonable(asdict(policy)),
            "changed_by": actor, "changed_at": now,
        }  # fmt: skip
        current = self.current(connection).version
        if edited != current or not insert_if_absent(connection, policies, values):
            raise Conflict(
                f"The policy was changed meanwhile: version {current} is in force, "
                f"{edited} was edited.",
                remedy="Read the policy again, apply your change to it and send that version.",
            )
        return StoredPolicy(edited + 1, policy, actor, now)

    def autonomy(self, connection: Connection, agent_id: str, kind: str) -> Autonomy:
        """How far the agent may go for this kind; a fresh store starts at propose."""
        query = select(autonomy.c.level).where(
            autonomy.c.store_id == self.store_id,
            autonomy.c.agent_id == agent_id,
            autonomy.c.kind == kind,
        )
        level = connection.execute(query).scalar_one_or_none()
        return Autonomy.PROPOSE if level is None else Autonomy(level)

    def autonomy_levels(self, connection: Connection) -> dict[str, dict[str, Autonomy]]:
        """Every level that was set: agent -> kind -> level."""
        levels: dict[str, dict[str, Autonomy]] = {}
        query = select(autonomy).where(autonomy.c.store_id == self.store_id)
        for row in connection.execute(query.order_by(autonomy.c.agent_id, autonomy.c.kind)):
            levels.setdefault(row.agent_id, {})[row.kind] = Autonomy(row.level)
        return levels

    def autonomy_rows(self, connection: Connection) -> dict[tuple[str, str], AutonomyRow]:
        """Every level that was set with who set it and when, by agent and kind."""
        query = select(autonomy).where(autonomy.c.store_id == self.store_id)
        return {
            (row.agent_id, row.kind): AutonomyRow(
                Autonomy(row.level), row.changed_by, row.changed_at, row.why
            )
            for row in connection.execute(query)
        }

    def set_autonomy(
        self,
        connection: Connection,
        *,
        agent_id: str,
        kind: str,
        level: Autonomy,
        actor: str,
        now: datetime,
        why: str | None = None,
    ) -> None:
        """Set the level of one agent for one kind."""
        row = {
            "store_id": self.store_id, "agent_id": agent_id, "kind": kind, "level": level.value,
            "changed_by": actor, "changed_at": now, "why": why,
        }  # fmt: skip
        put(connection, autonomy, [row])

    def press(
        self, connection: Connection, *, scope: str, actor: str, reason: str, now: datetime
    ) -> str:
        """Stop a scope; pressing a pressed one adds nothing. Returns the stop's id."""
        for stop in self.stops(connection):
            if stop.scope == scope:
                return stop.id
        stop_id = new_id("stp")
        connection.execute(
            insert(stops).values(
                store_id=self.store_id, id=stop_id, scope=scope, by=actor, reason=reason, at=now
            )
        )
        return stop_id

    def lift(self, connection: Connection, *, scope: str, actor: str, now: datetime) -> bool:
        """Lift the stop of a scope; False when it was not stopped."""
        statement = (
            update(stops)
            .where(stops.c.store_id == self.store_id, stops.c.scope == scope)
            .where(stops.c.lifted_at.is_(None))
            .values(lifted_at=now, lifted_by=actor)
        )
        return connection.execute(statement).rowcount > 0

    def stops(self, connection: Connection) -> list[Stop]:
        """The stops in force, oldest first."""
        query = select(stops).where(stops.c.store_id == self.store_id, stops.c.lifted_at.is_(None))
        return [
            Stop(row.id, row.scope, row.by, row.reason, row.at)
            for row in connection.execute(query.order_by(stops.c.at, stops.c.id))
        ]

    def stopped(self, connection: Connection) -> tuple[str, ...]:
        """The scopes that are stopped."""
        return tuple(stop.scope for stop in self.stops(connection))


def read_policy(document: Mapping[str, Any]) -> Policy:
    """The policy of a stored document; a field it lacks has the safe default."""
    hints = get_type_hints(Policy)
    values: dict[str, Any] = {}
    for item in fields(Policy):
        if item.name not in document:
            continue
        value, hint = document[item.name], hints[item.name]
        decimal = hint is Decimal or Decimal in get_args(hint)
        values[item.name] = Decimal(str(value)) if decimal and value is not None else value
    return Policy(**values)
