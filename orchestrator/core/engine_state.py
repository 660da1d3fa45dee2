"""What an operator sees of the durable engine: queues, workers, schedules. Loads no engine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from orchestrator.core.books import Books, Ground, reading
from orchestrator.core.queues import QUEUES, QueueSpec
from royal_platform.persistence import commands as command_rows
from royal_platform.persistence.agents import Agent, Schedule
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.commands import Worker

# A worker looks every second; what is due this long was missed.
_LATE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class QueueState:
    """One queue; ``waiting`` None while no living worker tells. Times are the machine's."""

    name: str
    waiting: int | None
    oldest_waiting_at: datetime | None
    running: int
    places: int
    poll_seconds: float


@dataclass(frozen=True, slots=True)
class WorkerState:
    """One worker process; not ``alive`` means that its heartbeat stopped."""

    id: str
    version: str
    started_at: datetime
    heartbeat_at: datetime
    alive: bool
    running: int


@dataclass(frozen=True, slots=True)
class ScheduleState:
    """When an agent runs by itself, in business time; ``late``: due, and nobody has fired it."""

    agent_id: str
    name: str
    cron: str
    next_due_at: datetime | None
    last_fired_at: datetime | None
    late: bool
    paused: bool
    runnable: bool


@dataclass(frozen=True, slots=True)
class EngineState:
    """The engine at ``as_of`` (the machine's time).

    ``untaken`` are committed commands that no worker has taken, the oldest from ``untaken_since``
    (business time).
    """

    as_of: datetime
    queues: tuple[QueueState, ...]
    workers: tuple[WorkerState, ...]
    schedules: tuple[ScheduleState, ...]
    untaken: int
    untaken_since: datetime | None


def engine_state(ground: Ground, stale_seconds: float) -> EngineState:
    """Everything at once, from our own rows: workers write what they see with each heartbeat."""
    now = wall_now()
    with reading(ground) as books:
        workers = command_rows.list_workers(books.connection)
        count, since = command_rows.untaken(books.connection, books.store_id)
        schedules = _schedules(books)
    stale = timedelta(seconds=stale_seconds)
    living = [each for each in workers if now - each.heartbeat_at < stale]
    return EngineState(
        as_of=now,
        queues=tuple(_queue(spec, living) for spec in QUEUES),
        workers=tuple(_worker(each, alive=each in living) for each in workers),
        schedules=schedules,
        untaken=count,
        untaken_since=since,
    )


def _queue(spec: QueueSpec, living: list[Worker]) -> QueueState:
    # What waits is the same for all workers: the one who looked last knows best.
    last = max(living, key=lambda each: each.heartbeat_at, default=None)
    seen = None if last is None or last.seen is None else last.seen["waiting"]
    waits: dict[str, Any] = {} if seen is None else seen.get(spec.name, {})
    oldest = waits.get("oldest_at")
    return QueueState(
        name=spec.name,
        waiting=None if seen is None else int(waits.get("count", 0)),
        oldest_waiting_at=None if oldest is None else datetime.fromisoformat(oldest),
        running=sum(_running(each).get(spec.name, 0) for each in living),
        places=spec.worker_concurrency * len(living),
        poll_seconds=spec.poll_seconds,
    )


def _worker(worker: Worker, *, alive: bool) -> WorkerState:
    return WorkerState(
        id=worker.executor_id,
        version=worker.version,
        started_at=worker.started_at,
        heartbeat_at=worker.heartbeat_at,
        alive=alive,
        running=sum(_running(worker).values()) if alive else 0,
    )


def _running(worker: Worker) -> dict[str, int]:
    found: dict[str, int] = (worker.seen or {}).get("running", {})
    return found


def _schedules(books: Books) -> tuple[ScheduleState, ...]:
    schedules = books.agents.schedules(books.connection)
    agents = [each for each in books.agents.all(books.connection) if each.id in schedules]
    return tuple(_schedule(each, schedules[each.id], books.now) for each in agents)


def _schedule(agent: Agent, schedule: Schedule, now: datetime) -> ScheduleState:
    due = schedule.next_due_at
    return ScheduleState(
        agent_id=agent.id,
        name=agent.name,
        cron=schedule.cron,
        next_due_at=due,
        last_fired_at=schedule.last_fired_at,
        late=due is not None and now - due > _LATE,
        paused=agent.status == "paused",
        runnable=agent.why_not_runnable is None,
    )
