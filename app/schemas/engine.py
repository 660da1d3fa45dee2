"""The durable engine as an operator sees it."""

from __future__ import annotations

from datetime import datetime

from app.schemas.common import Model


class QueueOut(Model):
    """``waiting`` is null while no living worker tells; times are by the machine's clock."""

    name: str
    waiting: int | None
    oldest_waiting_at: datetime | None
    running: int
    places: int
    poll_seconds: float


class WorkerOut(Model):
    """One worker process; not ``alive``: its heartbeat stopped."""

    id: str
    version: str
    started_at: datetime
    heartbeat_at: datetime
    alive: bool
    running: int


class ScheduledAgent(Model):
    """Business time. ``late``: it is due and nobody has fired it."""

    agent_id: str
    name: str
    cron: str
    next_due_at: datetime | None
    last_fired_at: datetime | None
    late: bool
    paused: bool
    runnable: bool


class EngineOut(Model):
    """``untaken`` commands were committed and no worker has taken them yet."""

    as_of: datetime
    queues: list[QueueOut]
    workers: list[WorkerOut]
    schedules: list[ScheduledAgent]
    untaken: int
    untaken_since: datetime | None
