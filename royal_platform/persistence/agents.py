"""Registered agents and when they are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from core.errors import NotFound
from royal_platform.persistence.statements import insert_if_absent, put
from royal_platform.persistence.tables.runs import agents, schedules


@dataclass(frozen=True, slots=True)
class Agent:
    """A registered agent: ``status`` is active or paused; ``why_not_runnable`` None = it runs."""

    store_id: str
    id: str
    name: str
    agent_type: str
    description: str
    capabilities: list[str]
    status: str
    why_not_runnable: str | None
    registered_at: datetime
    paused_by: str | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When an agent runs: ``cron`` in the store's zone, due times in business time."""

    store_id: str
    agent_id: str
    cron: str
    next_due_at: datetime | None
    last_fired_at: datetime | None


class Agents:
    """The agents of one store and their schedules."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def register(
        self,
        connection: Connection,
        *,
        agent_id: str,
        name: str,
        agent_type: str,
        description: str,
        capabilities: Sequence[str],
        why_not_runnable: str | None,
        now: datetime,
    ) -> bool:
        """Add the agent, or bring its description up to date; True when it is new."""
        told = {
            "name": name, "agent_type": agent_type, "description": description,
            "capabilities": list(capabilities), "why_not_runnable": why_not_runnable,
        }  # fmt: skip
        key = {"store_id": self.store_id, "id": agent_id}
        row = {**key, **told, "status": "active", "registered_at": now}
        if insert_if_absent(connection, agents, row):
            return True
        connection.execute(
            update(agents)
            .where(agents.c.store_id == self.store_id, agents.c.id == agent_id)
            .values(**told)
        )
        return False

    def all(self, connection: Connection) -> list[Agent]:
        """Every registered agent, in order of registration."""
        query = select(agents).where(agents.c.store_id == self.store_id)
        rows = connection.execute(query.order_by(agents.c.registered_at, agents.c.id))
        return [Agent(**row._asdict()) for row in rows]

    def get(self, connection: Connection, agent_id: str) -> Agent:
        """One agent. Raises ``NotFound``."""
        query = select(agents).where(agents.c.store_id == self.store_id, agents.c.id == agent_id)
        row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(
                f"There is no agent {agent_id!r}.", remedy="List the agents: GET /v1/agents."
            )
        return Agent(**row._asdict())

    def set_status(
        self, connection: Connection, agent_id: str, status: str, *, by: str | None = None
    ) -> bool:
        """Set ``active`` or ``paused`` (``by`` whom); False when it was so already."""
        statement = (
            update(agents)
            .where(agents.c.store_id == self.store_id, agents.c.id == agent_id)
            .where(agents.c.status != status)
            .values(status=status, paused_by=by if status == "paused" else None)
        )
        return connection.execute(statement).rowcount == 1

    def schedule(
        self,
        connection: Connection,
        agent_id: str,
        *,
        cron: str | None,
        next_due_at: datetime | None,
    ) -> None:
        """Set the agent's schedule; ``cron`` None removes it."""
        if cron is None:
            connection.execute(
                delete(schedules).where(
                    schedules.c.store_id == self.store_id, schedules.c.agent_id == agent_id
                )
            )
            return
        row = {
            "store_id": self.store_id, "agent_id": agent_id, "cron": cron,
            "next_due_at": next_due_at,
        }  # fmt: skip
        put(connection, schedules, [row])

    def schedules(self, connection: Connection) -> dict[str, Schedule]:
        """The schedules by agent."""
        query = select(schedules).where(schedules.c.store_id == self.store_id)
        return {row.agent_id: Schedule(**row._asdict()) for row in connection.execute(query)}

    def due(self, connection: Connection, now: datetime) -> list[Schedule]:
        """Schedules whose time has come, longest overdue first."""
        query = select(schedules).where(
            schedules.c.store_id == self.store_id, schedules.c.next_due_at <= now
        )
        rows = connection.execute(query.order_by(schedules.c.next_due_at))
        return [Schedule(**row._asdict()) for row in rows]

    def fired(
        self,
        connection: Connection,
        schedule: Schedule,
        *,
        now: datetime,
        next_due_at: datetime | None,
    ) -> bool:
        """Advance a due schedule; False when another worker has fired it meanwhile."""
        statement = (
            update(schedules)
            .where(schedules.c.store_id == self.store_id)
            .where(schedules.c.agent_id == schedule.agent_id)
            .where(schedules.c.next_due_at == schedule.next_due_at)
            .values(last_fired_at=now, next_due_at=next_due_at)
        )
        return connection.execute(statement).rowcount == 1
