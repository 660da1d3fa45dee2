"""Runs of agents: which there were, and what one looked at, did and could not see."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from pydantic import Field

from aira.tools.model import (
    Answer,
    Arguments,
    Asked,
    Column,
    Json,
    Paged,
    Tool,
    listed,
    markdown,
    page_of,
    plain,
    safe,
    table,
)
from orchestrator.core.books import reading
from royal_platform.persistence.runs import Run, Step

_COLUMNS = (
    Column("id", "Run", "text", "runs", "id"),
    Column("agent", "Agent", "text", "agents", "agent"), Column("status", "Status", "status"),
    Column("requested_at", "Asked for", "time"), Column("trigger", "By"),
    Column("decisions", "Decisions", "number"), Column("headline", "What it says"),
)  # fmt: skip
_STEPS = (
    Column("ordinal", "#", "number"), Column("name", "Step"),
    Column("status", "Status", "status"), Column("seconds", "Seconds", "number"),
    Column("attempt", "Attempts", "number"),
)  # fmt: skip


class RunsIn(Paged):
    """Which runs."""

    agent: str | None = Field(None, description="An agent's id", max_length=120)
    status: str | None = Field(
        None, description="queued, running, waiting, succeeded, failed, cancelled", max_length=100
    )


class RunReportIn(Arguments):
    """Which run."""

    run: str = Field(description="The run's id, or an agent's id for its last run", min_length=1)


def runs(asked: Asked, given: RunsIn) -> Answer:
    """A page of runs, the newest first."""
    statuses = tuple(part.strip() for part in (given.status or "").split(",") if part.strip())
    with reading(asked.platform) as books:
        page = books.runs.page(
            books.connection, agent_id=given.agent, statuses=statuses, cursor=given.cursor,
            limit=given.limit,
        )  # fmt: skip
        counts = books.decisions.counts_by_run(books.connection, [each.id for each in page.items])
        now = books.now
    rows = [_row(each, counts.get(each.id, 0)) for each in page.items]
    said = urlencode({name: value for name, value in
                      (("agent", given.agent), ("status", given.status)) if value})  # fmt: skip
    return Answer(
        result={"total": page.total, "data": rows},
        text=listed(_COLUMNS, rows, page.total, "There is no such run."), source="royal",
        as_of=now, view=table(_COLUMNS), next_cursor=page.next_cursor, label="Runs",
        query=f"GET /v1/runs?{said}", link="/agents",
    )  # fmt: skip


def run_report(asked: Asked, given: RunReportIn) -> Answer:
    """One run with its steps, what it looked at, and what it could not see."""
    with reading(asked.platform) as books:
        last = books.runs.last_by_agent(books.connection).get(given.run)
        found = last or books.runs.get(books.connection, given.run)
        steps = books.runs.steps(books.connection, found.id)
        decision_ids = books.decisions.ids_of_run(books.connection, found.id)
        now = books.now
    rows = [_step(each) for each in steps]
    lines = [
        f"**{found.agent_id}** (`{found.id}`): **{found.status}**. "
        f"{safe(found.headline or found.error or '')}".strip(),
        *_listing("Looked at", found.looked_at), *_listing("Could not see", found.could_not_see),
        markdown(_STEPS, rows) if rows else "It has made no step yet.",
        f"{len(decision_ids)} decisions: `/decisions all agent={found.agent_id}`.",
    ]  # fmt: skip
    return Answer(
        result={
            **_row(found, len(decision_ids)), "error": found.error, "data": rows,
            "looked_at": found.looked_at, "could_not_see": found.could_not_see,
            "decision_ids": decision_ids[:20],
        },
        text="\n\n".join(lines), source="royal", as_of=now, view=table(_STEPS),
        label=f"Run of {found.agent_id}", query=f"GET /v1/runs/{found.id}",
        link=page_of("runs", found.id),
    )  # fmt: skip


def _row(each: Run, decisions: int) -> Json:
    return {
        "id": each.id, "agent": each.agent_id, "status": each.status, "dry_run": each.dry_run,
        "requested_at": plain(each.requested_at), "started_at": plain(each.started_at),
        "finished_at": plain(each.finished_at), "trigger": each.trigger,
        "requested_by": each.requested_by, "decisions": decisions, "headline": each.headline or "",
    }  # fmt: skip


def _step(each: Step) -> Json:
    taken = each.finished_at - each.started_at if each.finished_at else None
    return {
        "ordinal": each.ordinal, "name": each.name, "status": each.status,
        "attempt": each.attempt, "error": each.error,
        "seconds": None if taken is None else round(taken.total_seconds(), 1),
    }  # fmt: skip


def _listing(title: str, items: list[str]) -> list[str]:
    return [f"{title}:\n\n" + "\n".join(f"- {safe(each)}" for each in items)] if items else []


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "runs", "Runs", "Runs of agents by agent or status, the newest first.",
        "agents:read", RunsIn, runs, completes={"agent": "agents"},
    ),
    Tool(
        "run_report", "One run",
        "One run: its steps with times, what it looked at, what it could not see, its decisions.",
        "agents:read", RunReportIn, run_report, aliases=("steps",), completes={"run": "runs"},
    ),
)  # fmt: skip
