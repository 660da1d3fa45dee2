"""What machine control says on the wire."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class _Out(BaseModel):
    model_config = ConfigDict(extra="forbid", from_attributes=True)


class RunIn(BaseModel):
    """Which agent shall run; ``dry_run`` proposes nothing. A misspelt field is refused."""

    model_config = ConfigDict(extra="forbid")

    agent_id: str = Field(min_length=1, max_length=120)
    dry_run: bool = False


class RunOut(_Out):
    """One run."""

    id: str
    agent_id: str
    trigger: str
    status: str
    dry_run: bool
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    headline: str | None
    error: str | None


class RunPage(_Out):
    """Newest first."""

    data: list[RunOut]
    next_cursor: str | None


class DecisionOut(_Out):
    """One decision; its grounds are at the coordinator."""

    id: str
    kind: str
    agent_id: str
    subject_id: str
    subject_title: str
    status: str
    ruling: str
    argument_hash: str
    created_at: datetime
    expires_at: datetime


class DecisionPage(_Out):
    """Newest first."""

    data: list[DecisionOut]
    next_cursor: str | None


class AgentOut(_Out):
    """One agent."""

    id: str
    name: str
    status: str
    health: str
    runnable: bool
    why_not_runnable: str | None
    waiting_decisions: int


class AgentList(_Out):
    """Every agent."""

    data: list[AgentOut]
    next_cursor: str | None
