"""Agents and their runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from app.schemas.common import Given, Model, PageQuery

Autonomy = Literal["observe", "propose", "auto"]
RunStatus = Literal["queued", "running", "waiting", "succeeded", "failed", "cancelled"]


class ScheduleOut(Model):
    """``cron`` is read in the store's own time zone and business time."""

    cron: str
    next_due_at: datetime | None
    last_fired_at: datetime | None


class KindAutonomy(Model):
    kind: str
    level: Autonomy


class AgentOut(Model):
    """``health`` is derived: paused, running, failing, waiting, ok or idle.

    Failing: the last run failed. Waiting: decisions wait for a person. Idle: it never ran.
    """

    id: str
    name: str
    agent_type: str
    description: str
    capabilities: list[str]
    status: Literal["active", "paused"]
    health: Literal["ok", "running", "waiting", "failing", "paused", "idle"]
    runnable: bool
    why_not_runnable: str | None
    schedule: ScheduleOut | None
    autonomy: list[KindAutonomy]
    waiting_decisions: int
    last_run: RunSummary | None
    registered_at: datetime


class AgentList(Model):
    data: list[AgentOut]
    next_cursor: str | None


class AgentPatch(Given):
    cron: str | None = None
    autonomy: list[KindAutonomy] | None = None


class RunSummary(Model):
    """``working_from`` and ``working_until`` are by the machine's clock, the others business time.

    A world's clock may stand: how long the work took is told by the machine's.
    """

    id: str
    agent_id: str
    trigger: str
    status: RunStatus
    dry_run: bool
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    working_from: datetime | None
    working_until: datetime | None
    headline: str | None
    decisions: int
    error: str | None


class StepOut(Model):
    """One step of a run: ``attempt`` counts executions, a crash included."""

    ordinal: int
    name: str
    status: Literal["running", "succeeded", "failed", "waiting"]
    attempt: int
    started_at: datetime
    finished_at: datetime | None
    input: dict[str, Any] | None
    output: dict[str, Any] | None
    error: str | None


class RunDetail(RunSummary):
    steps: list[StepOut]
    result: dict[str, Any] | None
    looked_at: list[str]
    could_not_see: list[str]
    decision_ids: list[str]


class RunPage(Model):
    data: list[RunSummary]
    next_cursor: str | None


class RunQuery(PageQuery):
    agent: str | None = None
    status: str | None = None


class RunIn(Given):
    dry_run: bool = False


class RunPath(BaseModel):
    run_id: str = Field(min_length=1)


class AgentPath(BaseModel):
    agent_id: str = Field(min_length=1)


AgentOut.model_rebuild()
