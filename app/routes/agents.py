"""Agents: who there is, what they may do, start one, pause one."""

from __future__ import annotations

from flask import Response

from app.access import caller, platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.agents import AgentList, AgentOut, AgentPatch, AgentPath, RunIn, RunSummary
from app.views import agents as view

api = group("agents", "The agents, their schedules and how far each may go alone.")


@api.get("/agents", responses={200: AgentList})
@requires("agents:read")
def list_agents() -> Response:
    """Every registered agent."""
    return reply(view.listing(platform()))


@api.get("/agents/<agent_id>", responses={200: AgentOut})
@requires("agents:read")
def get_agent(path: AgentPath) -> Response:
    """One agent."""
    return reply(view.one(platform(), path.agent_id))


@api.post("/agents/<agent_id>/run", responses={202: RunSummary})
@requires("agents:run")
def run_agent(path: AgentPath, body: RunIn) -> Response:
    """Ask for a run; a worker starts it."""
    return reply(view.run(platform(), caller(), path.agent_id, body), 202)


@api.post("/agents/<agent_id>/pause", responses={200: AgentOut})
@requires("agents:configure")
def pause_agent(path: AgentPath) -> Response:
    """No scheduled or event-driven run starts until the agent is resumed."""
    return reply(view.pause(platform(), caller(), path.agent_id))


@api.post("/agents/<agent_id>/resume", responses={200: AgentOut})
@requires("agents:configure")
def resume_agent(path: AgentPath) -> Response:
    """Let a paused agent run again."""
    return reply(view.resume(platform(), caller(), path.agent_id))


@api.patch("/agents/<agent_id>", responses={200: AgentOut})
@requires("agents:configure")
def patch_agent(path: AgentPath, body: AgentPatch) -> Response:
    """Change the schedule or the autonomy per kind of decision."""
    return reply(view.patch(platform(), caller(), path.agent_id, body))
