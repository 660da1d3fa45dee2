"""Runs of agents and their steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select, update

from core.errors import NotFound
from royal_platform.persistence.decision_rows import jsonable
from royal_platform.persistence.paging import Order, Page, page
from royal_platform.persistence.statements import insert_if_absent, put
from royal_platform.persistence.tables.runs import run_steps, runs


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of an agent: queued, running, waiting, succeeded, failed or cancelled.

    ``working_from`` and ``working_until`` are the machine's time, the others business time.
    """

    store_id: str
    id: str
    agent_id: str
    trigger: str
    status: str
    dry_run: bool
    requested_by: str
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    working_from: datetime | None
    working_until: datetime | None
    headline: str | None
    looked_at: list[str]
    could_not_see: list[str]
    result: dict[str, Any] | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run; ``attempt`` counts executions, those a crash cut short included."""

    store_id: str
    run_id: str
    ordinal: int
    name: str
    status: str
    attempt: int
    started_at: datetime
    finished_at: datetime | None
    input: dict[str, Any] | None
    output: dict[str, Any] | None
    error: str | None


class Runs:
    """The runs of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def add(
        self,
        connection: Connection,
        run_id: str,
        *,
        agent_id: str,
        trigger: str,
        actor: str,
        now: datetime,
        dry_run: bool = False,
        status: str = "queued",
    ) -> bool:
        """Store a requested run; False when this id is stored already."""
        return insert_if_absent(
            connection,
            runs,
            {
                "store_id": self.store_id, "id": run_id, "agent_id": agent_id, "trigger": trigger,
                "status": status, "dry_run": dry_run, "requested_by": actor, "requested_at": now,
                "looked_at": [], "could_not_see": [],
            },
        )  # fmt: skip

    def get(self, connection: Connection, run_id: str) -> Run:
        """One run. Raises ``NotFound``."""
        query = select(runs).where(self._mine(), runs.c.id == run_id)
        row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(f"There is no run {run_id!r}.", remedy="List the runs: GET /v1/runs.")
        return Run(**row._asdict())

    def is_cancelled(self, connection: Connection, run_id: str) -> bool:
        """True when somebody cancelled the run."""
        query = select(runs.c.id).where(
            self._mine(), runs.c.id == run_id, runs.c.status == "cancelled"
        )
        return connection.execute(query).first() is not None

    def change(
        self,
        connection: Connection,
        run_id: str,
        *,
        seen: Sequence[str] | None = None,
        **columns: Any,
    ) -> bool:
        """Set columns, if given only while the status is one of ``seen``; False when it is not."""
        statement = update(runs).where(self._mine(), runs.c.id == run_id)
        if seen is not None:
            statement = statement.where(runs.c.status.in_(seen))
        values = {name: jsonable(value) if name == "result" else value
                  for name, value in columns.items()}  # fmt: skip
        return connection.execute(statement.values(**values)).rowcount == 1

    def page(
        self,
        connection: Connection,
        *,
        agent_id: str | None = None,
        statuses: Sequence[str] = (),
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Run]:
        """A page, newest first."""
        conditions = [self._mine()]
        if agent_id is not None:
            conditions.append(runs.c.agent_id == agent_id)
        if statuses:
            conditions.append(runs.c.status.in_(statuses))
        condition = and_(*conditions)
        order = Order("newest", runs.c.requested_at, runs.c.id, descending=True)
        query = order.apply(select(runs).where(condition), cursor, limit)
        found = [Run(**row._asdict()) for row in connection.execute(query)]
        total = connection.execute(
            select(func.count()).select_from(runs).where(condition)
        ).scalar_one()
        return page(found, limit, int(total), order, lambda run: (run.requested_at, run.id))

    def active(self, connection: Connection, agent_id: str | None = None) -> list[Run]:
        """Runs that are queued, running or waiting, oldest first."""
        query = select(runs).where(
            self._mine(), runs.c.status.in_(["queued", "running", "waiting"])
        )
        if agent_id is not None:
            query = query.where(runs.c.agent_id == agent_id)
        rows = connection.execute(query.order_by(runs.c.requested_at, runs.c.id))
        return [Run(**row._asdict()) for row in rows]

    def last_by_agent(self, connection: Connection) -> dict[str, Run]:
        """The newest run of each agent."""
        latest = (
            select(runs.c.agent_id, func.max(runs.c.requested_at).label("at"))
            .where(self._mine())
            .group_by(runs.c.agent_id)
            .subquery("latest")
        )
        newest = (
            select(func.max(runs.c.id).label("id"))
            .join(
                latest,
                and_(latest.c.agent_id == runs.c.agent_id, latest.c.at == runs.c.requested_at),
            )
            .where(self._mine())
            .group_by(runs.c.agent_id)
        )
        ids = [row.id for row in connection.execute(newest)]
        query = select(runs).where(self._mine(), runs.c.id.in_(ids))
        return {row.agent_id: Run(**row._asdict()) for row in connection.execute(query)}

    def put_step(self, connection: Connection, step: Step) -> None:
        """Insert or replace one step."""
        values = {name: getattr(step, name) for name in Step.__slots__}
        values["input"], values["output"] = jsonable(step.input), jsonable(step.output)
        put(connection, run_steps, [values])

    def steps(self, connection: Connection, run_id: str) -> list[Step]:
        """The run's steps in order."""
        query = select(run_steps).where(
            run_steps.c.store_id == self.store_id, run_steps.c.run_id == run_id
        )
        rows = connection.execute(query.order_by(run_steps.c.ordinal))
        return [Step(**row._asdict()) for row in rows]

    def _mine(self) -> ColumnElement[bool]:
        return runs.c.store_id == self.store_id
