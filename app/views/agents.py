"""Agents on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from app.schemas.agents import (
    AgentList,
    AgentOut,
    AgentPatch,
    KindAutonomy,
    RunIn,
    RunSummary,
    ScheduleOut,
)
from app.views import runs
from orchestrator.core import agent_registry as registry
from orchestrator.core.runs import request_run

if TYPE_CHECKING:
    from core.security.principals import Principal
    from orchestrator.core.agent_registry import AgentView
    from royal_platform.bootstrap import Platform


def listing(platform: Platform) -> AgentList:
    """Every agent, in order of registration."""
    found = registry.list_agents(platform)
    return AgentList(data=[_out(platform, agent) for agent in found], next_cursor=None)


def one(platform: Platform, agent_id: str) -> AgentOut:
    """One agent."""
    return _out(platform, registry.get_agent(platform, agent_id))


def run(platform: Platform, actor: Principal, agent_id: str, body: RunIn) -> RunSummary:
    """Ask for a run."""
    run_id = request_run(platform, agent_id, "person", actor, body.dry_run)
    return runs.summarised(platform, run_id)


def pause(platform: Platform, actor: Principal, agent_id: str) -> AgentOut:
    """Pause it."""
    return _out(platform, registry.pause(platform, agent_id, actor))


def resume(platform: Platform, actor: Principal, agent_id: str) -> AgentOut:
    """Let it run again."""
    return _out(platform, registry.resume(platform, agent_id, actor))


def patch(platform: Platform, actor: Principal, agent_id: str, body: AgentPatch) -> AgentOut:
    """Change its schedule or autonomy."""
    levels = None if body.autonomy is None else [(each.kind, each.level) for each in body.autonomy]
    view = registry.patch(platform, agent_id, actor, cron=body.cron, autonomy=levels)
    return _out(platform, view)


def _out(platform: Platform, agent: AgentView) -> AgentOut:
    last = agent.last_run
    schedule = agent.schedule
    return AgentOut(
        id=agent.id,
        name=agent.name,
        agent_type=agent.agent_type,
        description=agent.description,
        capabilities=agent.capabilities,
        status=cast("Any", agent.status),
        health=cast("Any", agent.health),
        runnable=agent.runnable,
        why_not_runnable=agent.why_not_runnable,
        schedule=None if schedule is None else _schedule(schedule),
        autonomy=[
            KindAutonomy(kind=kind, level=level.value) for kind, level in agent.autonomy.items()
        ],
        waiting_decisions=agent.waiting_decisions,
        last_run=None if last is None else runs.summary(last, runs.decisions_of(platform, last.id)),
        registered_at=agent.registered_at,
    )


def _schedule(schedule: Any) -> ScheduleOut:
    return ScheduleOut(
        cron=schedule.cron,
        next_due_at=schedule.next_due_at,
        last_fired_at=schedule.last_fired_at,
    )
