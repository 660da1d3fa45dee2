"""Commands that doors append and the worker relays; webhook receipts; workers; dead letters."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, func, insert, literal, select, true, update

from royal_platform.persistence.decision_rows import jsonable
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.paging import Order, Page, page
from royal_platform.persistence.statements import insert_if_absent, put
from royal_platform.persistence.tables.runs import (
    commands,
    dead_letters,
    webhook_receipts,
    workers,
)


@dataclass(frozen=True, slots=True)
class Command:
    """Something the worker shall do: run_agent, execute_decision, sync_store."""

    store_id: str
    id: str
    kind: str
    key: str
    payload: dict[str, Any]
    created_at: datetime
    relayed_at: datetime | None


class Receipt(NamedTuple):
    """One webhook as it arrived, and what became of it: the durable run of its handler.

    ``attempts`` counts how often it was begun, ``failures`` how often in a row without an end
    that is known; ``started_at`` and ``ended_at`` (wall time) are the last attempt's, by
    ``worker``; ``steps`` is what a handler of several commits has done. A tuple, because
    thousands are made a second.
    """

    store_id: str
    webhook_id: str
    topic: str
    headers: dict[str, str]
    body: bytes
    received_at: datetime
    triggered_at: datetime | None
    processed_at: datetime | None
    error: str | None
    attempts: int = 0
    failures: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    worker: str | None = None
    last_error: str | None = None
    steps: dict[str, int] | None = None

    @property
    def state(self) -> str:
        """waiting, running (begun and not ended), handled or failed."""
        if self.processed_at is not None:
            return "handled" if self.error is None else "failed"
        return "running" if self.started_at is not None and self.ended_at is None else "waiting"


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker process and its last sign of life (wall time).

    ``seen``: ``waiting`` = queue -> {count, oldest_at}, ``running`` = queue -> how many it runs.
    """

    executor_id: str
    version: str
    started_at: datetime
    heartbeat_at: datetime
    seen: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """Work that was given up, for a person to look at and retry."""

    store_id: str
    id: str
    workflow_id: str
    kind: str
    subject: str
    error: str
    at: datetime
    resolved_at: datetime | None


class Commands:
    """Commands, receipts and dead letters of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def add(
        self,
        connection: Connection,
        *,
        kind: str,
        key: str,
        payload: Mapping[str, Any],
        now: datetime,
    ) -> bool:
        """Append a command; False when one with this key exists (nothing is appended then)."""
        values = {
            "store_id": self.store_id, "id": new_id("cmd"), "kind": kind, "key": key,
            "payload": jsonable(payload), "created_at": now,
        }  # fmt: skip
        return insert_if_absent(connection, commands, values)

    def receipt(self, connection: Connection, webhook_id: str) -> Receipt | None:
        """One received webhook."""
        query = select(webhook_receipts).where(
            webhook_receipts.c.store_id == self.store_id,
            webhook_receipts.c.webhook_id == webhook_id,
        )
        row = connection.execute(query).one_or_none()
        return None if row is None else Receipt(**row._asdict())

    def unprocessed(
        self, connection: Connection, limit: int = 100, *, besides: Collection[str] = ()
    ) -> list[Receipt]:
        """Webhooks nobody has worked on yet, oldest first, of all topics ``besides``."""
        columns = webhook_receipts.c
        query = (
            select(webhook_receipts)
            .where(columns.store_id == self.store_id, columns.processed_at.is_(None))
            .where(columns.topic.not_in(besides))
            .order_by(columns.received_at)
            .limit(limit)
        )
        return [Receipt(**row._asdict()) for row in connection.execute(query)]

    def processed(
        self, connection: Connection, webhook_id: str, *, now: datetime, error: str | None = None
    ) -> None:
        """The webhook was worked on; ``error`` says why in vain."""
        why = {} if error is None else {"last_error": error}
        self._change_receipt(
            connection, webhook_id, processed_at=now, ended_at=now, error=error, **why
        )

    def reopen(self, connection: Connection, webhook_id: str) -> None:
        """The webhook waits to be worked on again, with as many tries as the first time."""
        self._change_receipt(connection, webhook_id, processed_at=None, error=None, failures=0)

    def receipts(
        self,
        connection: Connection,
        *,
        state: str | None = None,
        topic: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Receipt]:
        """Webhooks, newest first; ``state`` is one of ``Receipt.state``."""
        columns = webhook_receipts.c
        which = [columns.store_id == self.store_id]
        if state is not None:
            begun = columns.started_at.is_not(None) & columns.ended_at.is_(None)
            which.append(
                {
                    "waiting": columns.processed_at.is_(None) & ~begun,
                    "running": columns.processed_at.is_(None) & begun,
                    "handled": columns.processed_at.is_not(None) & columns.error.is_(None),
                    "failed": columns.error.is_not(None),
                }[state]
            )
        if topic is not None:
            which.append(columns.topic == topic)
        # The bodies stay where they are: a page of them could weigh megabytes.
        listed = [each for each in columns if each.name != "body"]
        query = select(*listed, literal(b"").label("body")).where(*which)
        counted = select(func.count()).select_from(webhook_receipts).where(*which)
        order = Order("received", columns.received_at, columns.webhook_id, descending=True)
        rows = connection.execute(order.apply(query, cursor, limit))
        found = [Receipt(**row._asdict()) for row in rows]
        return page(
            found, limit, int(connection.execute(counted).scalar_one()), order,
            lambda row: (row.received_at, row.webhook_id),
        )  # fmt: skip

    def _change_receipt(self, connection: Connection, webhook_id: str, **values: Any) -> None:
        connection.execute(
            update(webhook_receipts)
            .where(webhook_receipts.c.store_id == self.store_id)
            .where(webhook_receipts.c.webhook_id == webhook_id)
            .values(**values)
        )

    def bury(
        self,
        connection: Connection,
        *,
        workflow_id: str,
        kind: str,
        subject: str,
        error: str,
        now: datetime,
    ) -> str:
        """Give work up; return the dead letter's id."""
        letter_id = new_id("ded")
        connection.execute(
            insert(dead_letters).values(
                store_id=self.store_id, id=letter_id, workflow_id=workflow_id, kind=kind,
                subject=subject, error=error, at=now,
            )
        )  # fmt: skip
        return letter_id

    def dead_letters(self, connection: Connection) -> list[DeadLetter]:
        """Work given up and not resolved yet, newest first."""
        query = select(dead_letters).where(
            dead_letters.c.store_id == self.store_id, dead_letters.c.resolved_at.is_(None)
        )
        rows = connection.execute(query.order_by(dead_letters.c.at.desc()))
        return [DeadLetter(**row._asdict()) for row in rows]

    def resolve(self, connection: Connection, letter_id: str, *, now: datetime) -> bool:
        """Mark a dead letter as dealt with; False when there is no such open one."""
        statement = (
            update(dead_letters)
            .where(dead_letters.c.store_id == self.store_id, dead_letters.c.id == letter_id)
            .where(dead_letters.c.resolved_at.is_(None))
            .values(resolved_at=now)
        )
        return connection.execute(statement).rowcount == 1


def unrelayed(
    connection: Connection, limit: int = 100, *, store_id: str | None = None
) -> list[Command]:
    """Commands not enqueued yet, oldest first; of every store unless one is named."""
    mine = true() if store_id is None else commands.c.store_id == store_id
    query = (
        select(commands)
        .where(commands.c.relayed_at.is_(None), mine)
        .order_by(commands.c.created_at, commands.c.id)
        .limit(limit)
    )
    return [Command(**row._asdict()) for row in connection.execute(query)]


def untaken(connection: Connection, store_id: str) -> tuple[int, datetime | None]:
    """How many commands no worker has taken yet, and since when the oldest waits."""
    table = commands.c
    query = select(func.count(), func.min(table.created_at, type_=table.created_at.type)).where(
        table.store_id == store_id, table.relayed_at.is_(None)
    )
    count, oldest = connection.execute(query).one()
    return int(count), oldest


def mark_relayed(connection: Connection, batch: Sequence[Command], *, now: datetime) -> None:
    """The commands were enqueued."""
    for command in batch:
        connection.execute(
            update(commands)
            .where(commands.c.store_id == command.store_id, commands.c.id == command.id)
            .values(relayed_at=now)
        )


def beat(
    connection: Connection,
    executor_id: str,
    *,
    version: str,
    started_at: datetime,
    now: datetime,
    seen: Mapping[str, Any] | None = None,
) -> None:
    """A worker's sign of life, in wall time, with what it sees of the queues."""
    row = {
        "executor_id": executor_id, "version": version, "started_at": started_at,
        "heartbeat_at": now, "seen": None if seen is None else dict(seen),
    }  # fmt: skip
    put(connection, workers, [row])


def list_workers(connection: Connection) -> list[Worker]:
    """Every known worker process."""
    rows = connection.execute(select(workers).order_by(workers.c.started_at))
    return [Worker(**row._asdict()) for row in rows]


def forget_worker(connection: Connection, executor_id: str) -> None:
    """Remove a worker that is gone and of which nothing is pending."""
    connection.execute(delete(workers).where(workers.c.executor_id == executor_id))
