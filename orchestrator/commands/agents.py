"""``royal agents``: list, run, pause, resume."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from orchestrator.commands.shared import AsJson, command, me, platform, show, table

app = typer.Typer(no_args_is_help=True, help="The agents and their runs.")
AgentId = Annotated[str, typer.Argument(help="The agent's id, e.g. inventory_pricing.")]


@app.command("list")
@command
def list_(as_json: AsJson = False) -> None:
    """Every agent: how it is, when it is due, what waits."""
    from orchestrator.core.agent_registry import list_agents

    with platform() as opened:
        found = list_agents(opened)
    document = [
        {
            "id": each.id, "name": each.name, "status": each.status, "health": each.health,
            "runnable": each.runnable, "why_not_runnable": each.why_not_runnable,
            "waiting_decisions": each.waiting_decisions,
            "cron": each.schedule.cron if each.schedule else None,
            "next_due_at": each.schedule.next_due_at if each.schedule else None,
        }
        for each in found
    ]  # fmt: skip
    rows = [
        (
            each.id, each.health if each.runnable else "not installed",
            each.schedule.cron if each.schedule else "-", each.waiting_decisions,
            each.last_run.headline or each.last_run.status if each.last_run else "-",
        )
        for each in found
    ]  # fmt: skip
    show(as_json, document, table(rows, ("agent", "health", "schedule", "waiting", "last run")))


@app.command()
@command
def run(
    agent_id: AgentId,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge, store nothing.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait until the run has ended.")] = True,
    as_json: AsJson = False,
) -> None:
    """Ask the worker to run an agent."""
    from orchestrator.core.books import reading
    from orchestrator.core.runs import ACTIVE, request_run

    with platform() as opened:
        run_id = request_run(opened, agent_id, "button", me(), dry_run)
        status, headline = "queued", None
        while wait and status in ACTIVE:
            time.sleep(0.3)
            with reading(opened) as books:
                found = books.runs.get(books.connection, run_id)
            status, headline = found.status, found.headline or found.error
    document = {"run_id": run_id, "status": status, "headline": headline}
    show(as_json, document, [f"{run_id} {status}{': ' + headline if headline else ''}"])
    if status in {"failed", "cancelled"}:
        raise typer.Exit(1)


@app.command()
@command
def pause(agent_id: AgentId, as_json: AsJson = False) -> None:
    """No run of this agent starts until it is resumed."""
    from orchestrator.core import agent_registry

    with platform() as opened:
        found = agent_registry.pause(opened, agent_id, me())
    show(as_json, {"id": found.id, "status": found.status}, [f"{found.name} is paused."])


@app.command()
@command
def resume(agent_id: AgentId, as_json: AsJson = False) -> None:
    """Let a paused agent run again."""
    from orchestrator.core import agent_registry

    with platform() as opened:
        found = agent_registry.resume(opened, agent_id, me())
    show(as_json, {"id": found.id, "status": found.status}, [f"{found.name} is active."])
