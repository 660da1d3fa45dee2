"""The agents: who there is, how each is doing, how far each may go alone."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aira.tools.model import (
    Answer,
    Arguments,
    Asked,
    Column,
    Json,
    Tool,
    listed,
    page_of,
    plain,
    safe,
    table,
)
from core.errors import NotFound
from orchestrator.core import agent_registry
from orchestrator.core.agent_registry import AgentView

_COLUMNS = (
    Column("id", "Agent", "text", "agents", "id"), Column("name", "Name"),
    Column("health", "Health", "status"),
    Column("schedule", "Schedule"), Column("waiting_decisions", "Waiting", "number"),
    Column("last_run", "Last run", "time"), Column("autonomy", "May go"),
)  # fmt: skip


class AgentsIn(Arguments):
    """Nothing to say: there are few."""


class AgentIn(Arguments):
    """Which agent."""

    agent: str = Field(description="Id or name of the agent", min_length=1, max_length=120)


def agents(asked: Asked, _: AgentsIn) -> Answer:
    """Every agent."""
    found = agent_registry.list_agents(asked.platform)
    rows = [_row(each) for each in found]
    return Answer(
        result={"total": len(rows), "data": rows},
        text=listed(_COLUMNS, [_shown(each) for each in rows], len(rows), "No agent is there yet."),
        source="royal", as_of=asked.platform.clock().now(), view=table(_COLUMNS), label="Agents",
        query="GET /v1/agents", link="/agents",
    )  # fmt: skip


def agent(asked: Asked, given: AgentIn) -> Answer:
    """One agent: what it does, when it runs, how far it may go, its last run."""
    found = agent_of(asked, given.agent)
    row, last = _row(found), found.last_run
    lines = [
        f"**{safe(found.name)}** (`{found.id}`): {safe(found.description)}",
        f"Health: {found.health}."
        + ("" if found.runnable else f" It cannot run: {safe(found.why_not_runnable or '')}"),
        f"Schedule: `{row['schedule']}`, next {row['next_due_at'] or 'never'}."
        if row["schedule"] else "It has no schedule; start it with `/run " + found.id + "`.",
        "May go: " + (
            ", ".join(f"{kind} {level}" for kind, level in row["autonomy"].items())
            or "it proposes nothing"
        ) + ".",
        f"{found.waiting_decisions} of its decisions wait: `/decisions agent={found.id}`.",
        "It never ran." if last is None else
        f"Last run `{last.id}`: {last.status}. {safe(last.headline or last.error or '')}",
    ]  # fmt: skip
    return Answer(
        result={**row, "description": found.description, "capabilities": found.capabilities},
        text="\n\n".join(lines), source="royal", as_of=asked.platform.clock().now(),
        view={"type": "facts"}, label=found.name, query=f"GET /v1/agents/{found.id}",
        link=page_of("agents", found.id),
    )  # fmt: skip


def agent_of(asked: Asked, words: str) -> AgentView:
    """The agent with this id or name. Raises ``NotFound``."""
    found = agent_registry.list_agents(asked.platform)
    wanted = words.strip().casefold()
    for each in found:
        if wanted in {each.id.casefold(), each.name.casefold()}:
            return each
    known = ", ".join(each.id for each in found) or "none is registered yet"
    raise NotFound(f"There is no agent {words!r}.", remedy=f"The agents: {known}.")


def _row(each: AgentView) -> Json:
    return {
        "id": each.id, "name": each.name, "status": each.status, "health": each.health,
        "runnable": each.runnable, "why_not_runnable": each.why_not_runnable,
        "schedule": each.schedule.cron if each.schedule else None,
        "next_due_at": plain(each.schedule.next_due_at) if each.schedule else None,
        "waiting_decisions": each.waiting_decisions,
        "last_run": plain(each.last_run.requested_at) if each.last_run else None,
        "autonomy": {kind: level.value for kind, level in each.autonomy.items()},
    }  # fmt: skip


def _shown(row: Json) -> Json:
    levels = [f"{kind} {level}" for kind, level in row["autonomy"].items()]
    return {
        **row, "schedule": row["schedule"] or "none", "last_run": row["last_run"] or "never",
        "autonomy": levels or "nothing",
    }  # fmt: skip


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "agents", "Agents",
        "The agents with health, schedule, last run, waiting decisions and autonomy by kind.",
        "agents:read", AgentsIn, agents,
    ),
    Tool(
        "agent", "One agent", "One agent: what it does, when it runs, how far it may go alone.",
        "agents:read", AgentIn, agent, rest="agent", completes={"agent": "agents"},
    ),
)  # fmt: skip
