"""Operating the agents: run, pause, resume, how far each may go; and the kill switch."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from aira.tools import cards
from aira.tools.agents import AgentIn, agent, agent_of
from aira.tools.model import Answer, Arguments, Asked, Tool, page_of, safe
from core.errors import Conflict
from orchestrator.core import agent_registry, control, runs
from orchestrator.core.books import reading
from orchestrator.core.control import StopState
from royal_platform.persistence.runs import Runs


class RunIn(Arguments):
    """Which agent shall run."""

    agent: str = Field(description="Id or name of the agent", min_length=1, max_length=120)
    dry_run: bool = Field(False, description="Judge and show, store no decision")


class AutonomyIn(Arguments):
    """How far an agent may go for one kind of decision."""

    agent: str = Field(description="Id or name of the agent", min_length=1, max_length=120)
    kind: str = Field(description="For example price.set", min_length=1, max_length=80)
    level: Literal["observe", "propose", "auto"] = Field(
        description="observe = record only; propose = a person approves; auto = alone where the "
        "gate allows"
    )


class CancelIn(Arguments):
    """Which run shall end."""

    run: str = Field(description="The run's id", min_length=1, max_length=200)


class StopIn(Arguments):
    """What shall stop, and why."""

    scope: str = Field("store", description="store, all, or agent:<id>", max_length=130)
    reason: str = Field("", description="Kept with the stop", max_length=500)


def run(asked: Asked, given: RunIn) -> Answer:
    """Ask for a run; the worker carries it out."""
    found = agent_of(asked, given.agent)
    run_id = runs.request_run(asked.platform, found.id, "person", asked.caller, given.dry_run)
    return _done(
        asked, {"run_id": run_id, "agent": found.id, "dry_run": given.dry_run},
        f"{safe(found.name)} will run as `{run_id}`; see `/run_report {run_id}`.", "Run",
        page_of("runs", run_id),
    )  # fmt: skip


def pause(asked: Asked, given: AgentIn) -> Answer:
    """No run of the agent starts until it is resumed."""
    agent_registry.pause(asked.platform, agent_of(asked, given.agent).id, asked.caller)
    return agent(asked, given)


def resume(asked: Asked, given: AgentIn) -> Answer:
    """Let the agent run again."""
    agent_registry.resume(asked.platform, agent_of(asked, given.agent).id, asked.caller)
    return agent(asked, given)


def autonomy(asked: Asked, given: AutonomyIn) -> Answer:
    """Set how far the agent may go."""
    found = _proposing(asked, given)
    agent_registry.patch(asked.platform, found, asked.caller, autonomy=[(given.kind, given.level)])
    return agent(asked, AgentIn(agent=found))


def cancel_run(asked: Asked, given: CancelIn) -> Answer:
    """End a run: a queued one never starts, a running one stops at its next step."""
    runs.cancel(asked.platform, given.run, asked.caller)
    return _done(
        asked, {"run_id": given.run, "status": "cancelled"}, f"`{given.run}` is cancelled.", "Run",
        page_of("runs", given.run),
    )  # fmt: skip


def stop(asked: Asked, given: StopIn) -> Answer:
    """Stop: after the answer no write starts."""
    return _stopped(asked, control.stop(asked.platform, given.scope, asked.caller, given.reason))


def lift(asked: Asked, given: StopIn) -> Answer:
    """Lift a stop: approved decisions that were held go on."""
    return _stopped(asked, control.resume(asked.platform, given.scope, asked.caller, given.reason))


def ask_run(asked: Asked, given: RunIn) -> Answer:
    """The card to confirm a run."""
    found = agent_of(asked, given.agent)
    return cards.to_confirm(
        asked, action="agent.run", title=f"Run {found.name}", permission="agents:run",
        changes=[], confirm=("POST", f"/v1/agents/{found.id}/run", {"dry_run": given.dry_run}),
        command=f"/run {found.id}" + (" dry_run=yes" if given.dry_run else ""),
        link=page_of("agents", found.id),
    )  # fmt: skip


def ask_pause(asked: Asked, given: AgentIn) -> Answer:
    """The card to confirm a pause."""
    return _ask_status(asked, given, "pause", "paused")


def ask_resume(asked: Asked, given: AgentIn) -> Answer:
    """The card to confirm that an agent goes on."""
    return _ask_status(asked, given, "resume", "active")


def ask_autonomy(asked: Asked, given: AutonomyIn) -> Answer:
    """The card to confirm another autonomy."""
    agent_id = _proposing(asked, given)
    found = agent_of(asked, agent_id)
    change = {
        "field": given.kind, "now": found.autonomy[given.kind].value, "proposed": given.level,
        "unit": "",
    }  # fmt: skip
    body = {"autonomy": [{"kind": given.kind, "level": given.level}]}
    return cards.to_confirm(
        asked, action="agent.autonomy", title=f"How far {found.name} may go",
        permission="agents:configure", changes=[change],
        confirm=("PATCH", f"/v1/agents/{agent_id}", body),
        command=f"/autonomy {agent_id} {given.kind} {given.level}",
        link=page_of("agents", agent_id),
    )  # fmt: skip


def ask_cancel_run(asked: Asked, given: CancelIn) -> Answer:
    """The card to confirm the end of a run."""
    with asked.platform.database.read() as connection:
        found = Runs(asked.store_id).get(connection, given.run)
    change = {"field": "status", "now": found.status, "proposed": "cancelled", "unit": ""}
    return cards.to_confirm(
        asked, action="run.cancel", title=f"Cancel {found.id}", permission="agents:run",
        changes=[change], confirm=("POST", f"/v1/runs/{found.id}/cancel", {}),
        command=f"/cancel_run {found.id}", link=page_of("runs", found.id),
    )  # fmt: skip


def ask_stop(asked: Asked, given: StopIn) -> Answer:
    """The card to confirm a stop."""
    return _ask_stop(asked, given, "stop", "/v1/stop", "stopped")


def ask_lift(asked: Asked, given: StopIn) -> Answer:
    """The card to confirm that a stop is lifted."""
    return _ask_stop(asked, given, "lift", "/v1/resume", "running")


def _ask_status(asked: Asked, given: AgentIn, verb: str, proposed: str) -> Answer:
    found = agent_of(asked, given.agent)
    change = {"field": "status", "now": found.status, "proposed": proposed, "unit": ""}
    return cards.to_confirm(
        asked, action=f"agent.{verb}", title=f"{verb.capitalize()} {found.name}",
        permission="agents:configure", changes=[change],
        confirm=("POST", f"/v1/agents/{found.id}/{verb}", {}), command=f"/{verb} {found.id}",
        link=page_of("agents", found.id),
    )  # fmt: skip


def _ask_stop(asked: Asked, given: StopIn, verb: str, path: str, proposed: str) -> Answer:
    is_stopped = given.scope in control.state(asked.platform).stopped
    if not is_stopped:
        with reading(asked.platform) as books:
            control.check_scope(books, given.scope)
    change = {
        "field": given.scope, "now": "stopped" if is_stopped else "running", "proposed": proposed,
        "unit": "",
    }  # fmt: skip
    return cards.to_confirm(
        asked, action=f"store.{verb}", title=f"{verb.capitalize()} {given.scope}",
        permission="stop:write", changes=[change],
        confirm=("POST", path, {"scope": given.scope, "reason": given.reason}),
        command=TOOLS_BY_VERB[verb].command(scope=given.scope, reason=given.reason or None),
        link="/", rationale=given.reason,
    )  # fmt: skip


def _proposing(asked: Asked, given: AutonomyIn) -> str:
    """The agent's id; raises ``Conflict`` for a kind it never proposes."""
    found = agent_of(asked, given.agent)
    if given.kind not in found.autonomy:
        kinds = ", ".join(found.autonomy) or "nothing"
        raise Conflict(
            f"{found.name} does not propose {given.kind!r}.", remedy=f"It proposes {kinds}."
        )
    return found.id


def _stopped(asked: Asked, state: StopState) -> Answer:
    flights = [
        {"decision_id": each.decision_id, "state": each.state, "outcome": each.outcome}
        for each in state.in_flight
    ]
    told = f"Stopped: {', '.join(state.stopped)}." if state.stopped else "Nothing is stopped."
    if flights:
        told += f" {len(flights)} writes had started: " + ", ".join(
            f"`{each['decision_id']}` ({each['state']})" for each in flights
        )
    result = {
        "stopped": list(state.stopped), "in_flight": flights,
        "acknowledged_at": state.acknowledged_at.isoformat(),
    }  # fmt: skip
    return _done(asked, result, told, "The kill switch", "/")


def _done(asked: Asked, result: dict[str, Any], told: str, label: str, link: str) -> Answer:
    return Answer(
        result=result, text=told, source="royal", as_of=asked.platform.clock().now(),
        view={"type": "facts"}, label=label, link=link,
    )  # fmt: skip


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "run", "Run an agent", "Starts a run of an agent; the worker carries it out.",
        "agents:run", RunIn, run, writes=True, asks=ask_run, sees="agents:read",
        completes={"agent": "agents"}, usage="/run AGENT [dry_run=yes]",
    ),
    Tool(
        "pause", "Pause an agent", "No run of the agent starts until it is resumed.",
        "agents:configure", AgentIn, pause, writes=True, asks=ask_pause, sees="agents:read",
        rest="agent", completes={"agent": "agents"},
    ),
    Tool(
        "resume", "Resume an agent", "Lets a paused agent run again.",
        "agents:configure", AgentIn, resume, writes=True, asks=ask_resume, sees="agents:read",
        rest="agent", completes={"agent": "agents"},
    ),
    Tool(
        "autonomy", "How far an agent may go",
        "Sets how far an agent may go for one kind of decision: observe, propose or auto.",
        "agents:configure", AutonomyIn, autonomy, writes=True, asks=ask_autonomy,
        sees="agents:read", completes={"agent": "agents", "kind": "kinds"},
    ),
    Tool(
        "cancel_run", "Cancel a run", "Ends a run that is queued or at work.",
        "agents:run", CancelIn, cancel_run, writes=True, asks=ask_cancel_run, sees="agents:read",
        completes={"run": "active_runs"},
    ),
    Tool(
        "stop", "Stop", "The kill switch: after it is acknowledged no write starts.",
        "stop:write", StopIn, stop, writes=True, asks=ask_stop, sees="store:read", rest="reason",
        completes={"scope": "scopes"}, usage="/stop [store|all|agent:ID] [reason]",
    ),
    Tool(
        "lift", "Lift a stop", "Lifts a stop; approved decisions that were held go on.",
        "stop:write", StopIn, lift, writes=True, asks=ask_lift, sees="store:read", rest="reason",
        completes={"scope": "stopped"}, usage="/lift [store|all|agent:ID] [reason]",
    ),
)  # fmt: skip
TOOLS_BY_VERB = {tool.name: tool for tool in TOOLS}
