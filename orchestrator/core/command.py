"""``python -m orchestrator.agents.<name>``: one run in this process, with a readable account."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import NotConfigured, NotFound, RoyalError, SettingsError, problem

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform
    from royal_platform.commerce.decisions.model import Decision, Verdict
    from royal_platform.persistence.runs import Run, Step


@dataclass(frozen=True, slots=True)
class Account:
    """A finished run with its steps and its decisions."""

    agent: str
    run: Run
    steps: list[Step]
    decisions: list[Decision]


def main(agent_id: str) -> None:
    """Run ``agent_id`` once and exit: 0 done, 1 failed, 2 usage, 3 needs configuration."""
    raise SystemExit(run(agent_id, sys.argv[1:]))


def run(agent_id: str, arguments: list[str]) -> int:
    """The same with its arguments; returns the exit code."""
    given = _arguments(agent_id, arguments)
    try:
        account = _run_once(agent_id, given.store, dry_run=given.dry_run)
    except RoyalError as error:
        if given.json:
            print(json.dumps(problem(error)))
        else:
            print(f"{error.title}: {error.detail}\n  {error.remedy}", file=sys.stderr)
        return 3 if isinstance(error, (NotConfigured, SettingsError)) else 1
    print(json.dumps(_document(account)) if given.json else "\n".join(_lines(account)))
    return 0 if account.run.status == "succeeded" else 1


def _arguments(agent_id: str, arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"python -m orchestrator.agents.{agent_id}", description="Run this agent once."
    )
    parser.add_argument("--json", action="store_true", help="print JSON for machines")
    parser.add_argument("--store", help="the store's id or domain; default: the only one")
    parser.add_argument("--dry-run", action="store_true", help="judge, store no decision")
    return parser.parse_args(arguments)


def _run_once(agent_id: str, store: str | None, *, dry_run: bool) -> Account:
    from core.settings import get_settings, load_dotenv
    from core.telemetry.logs import configure_logging, json_wanted
    from royal_platform.bootstrap import bootstrap

    load_dotenv()
    settings = get_settings()
    level = settings.log_level if "LOG_LEVEL" in os.environ else "WARNING"
    configure_logging(level, json_wanted(settings.log_format, settings.flask_env))
    platform = bootstrap(settings)
    try:
        _check_store(platform, store)
        return asyncio.run(_carry_out(platform, agent_id, dry_run=dry_run))
    finally:
        platform.close()


async def _carry_out(platform: Platform, agent_id: str, *, dry_run: bool) -> Account:
    from orchestrator.core.books import reading, writing
    from orchestrator.core.running import carry_out, give_up
    from orchestrator.core.runs import COMMAND, start_run

    if not platform.store().sync_cursor.get("complete"):
        print("The store was not read yet: reading it first.", file=sys.stderr)
        await platform.sync().run()
    await platform.refresh_clock()
    _ensure_registered(platform, agent_id)
    with writing(platform) as books:
        run_id, why_not = start_run(
            books, agent_id, trigger=COMMAND, actor=COMMAND, dry_run=dry_run, by_worker=False
        )
    if why_not is not None or run_id is None:
        raise why_not or NotFound("The run was not started.", remedy="Try again.")
    try:
        await carry_out(platform, run_id)
    except BaseException:
        give_up(platform, run_id, "Interrupted at the terminal.")
        raise
    with reading(platform) as books:
        ids = books.decisions.ids_of_run(books.connection, run_id)
        return Account(
            books.agents.get(books.connection, agent_id).name,
            books.runs.get(books.connection, run_id),
            books.runs.steps(books.connection, run_id),
            [books.decisions.get(books.connection, each) for each in ids],
        )


def _ensure_registered(platform: Platform, agent_id: str) -> None:
    from orchestrator.core.agent_registry import Registration, get_agent_registry
    from orchestrator.core.discovery import agent_class

    registry = get_agent_registry()
    registry.attach(platform)
    if agent_id in registry.registered():
        return
    kind = agent_class(agent_id)
    name = kind.__name__.removesuffix("Agent")
    registry.register(Registration(agent_id, name, agent_id, (), (kind.__doc__ or "").strip()))


def _check_store(platform: Platform, wanted: str | None) -> None:
    store = platform.store()
    if wanted is not None and wanted not in {store.id, store.domain, store.name}:
        raise NotFound(
            f"There is no store {wanted!r} here.",
            remedy=f"This installation looks after {store.domain!r}.",
        )


def _lines(account: Account) -> list[str]:
    run = account.run
    lines = [f"{account.agent}: {run.status}", f"  {run.headline or '-'}", ""]
    if run.error:
        lines += ["Error", f"  {run.error}", ""]
    lines += [_step_line(step) for step in account.steps]
    for title, items in (("Looked at", run.looked_at), ("Could not see", run.could_not_see)):
        if items:
            lines += ["", title, *(f"  - {item}" for item in items)]
    if account.decisions:
        lines += ["", "Decisions"]
        for decision in account.decisions:
            lines += _decision_lines(decision)
    if run.dry_run and run.result:
        previews = run.result.get("would_propose", ())
        lines += ["", "Would propose (nothing was stored)" if previews else "Would propose nothing"]
        for preview in previews:
            lines += _preview_lines(preview)
    return [*lines, "", f"Run {run.id}"]


def _preview_lines(preview: dict[str, Any]) -> list[str]:
    diff = ", ".join(_change_line(**line) for line in preview["changes"])
    return [
        f"  {preview['kind']:<18} {preview['subject']}: {diff}",
        f"    gate: {preview['ruling']}",
        f"    {preview['rationale']}",
    ]


def _change_line(*, field: str, now: str | None, proposed: str | None, unit: str) -> str:
    return f"{field} {now or '-'} -> {proposed or '-'} {unit}".strip()


def _step_line(step: Step) -> str:
    taken = (step.finished_at - step.started_at).total_seconds() if step.finished_at else 0.0
    return f"  {step.ordinal}. {step.name:<24} {step.status:<10} {taken:6.1f} s"


def _decision_lines(decision: Decision) -> list[str]:
    from royal_platform.commerce.decisions.rules import changes

    proposal = decision.proposal
    diff = ", ".join(
        _change_line(field=line.field, now=line.now, proposed=line.proposed, unit=line.unit)
        for line in changes(proposal)
    )
    lines = [f"  {proposal.kind:<18} {proposal.subject.title}: {diff}"]
    lines.append(f"    {decision.status.value}, gate: {_gate(decision.verdict)}")
    if proposal.prediction is not None:
        told = proposal.prediction
        lines.append(
            f"    expects {told.metric} {told.point} {told.unit} "
            f"({told.low} to {told.high}, 80 %) in {told.horizon_days} days"
        )
    lines.append(f"    {proposal.rationale}")
    return lines


def _gate(verdict: Verdict) -> str:
    hits = ", ".join(hit.rule for hit in verdict.hits)
    return f"{verdict.ruling.value} ({hits})" if hits else verdict.ruling.value


def _document(account: Account) -> dict[str, Any]:
    run = account.run
    return {
        "run_id": run.id,
        "agent_id": run.agent_id,
        "status": run.status,
        "dry_run": run.dry_run,
        "headline": run.headline,
        "error": run.error,
        "looked_at": run.looked_at,
        "could_not_see": run.could_not_see,
        "result": run.result,
        "steps": [{"name": step.name, "status": step.status} for step in account.steps],
        "decisions": [
            {
                "id": each.id, "kind": each.proposal.kind, "subject": each.proposal.subject.title,
                "status": each.status.value, "ruling": each.verdict.ruling.value,
                "arguments": dict(each.proposal.arguments),
            }
            for each in account.decisions
        ],
    }  # fmt: skip
