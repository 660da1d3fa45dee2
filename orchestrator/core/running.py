"""Carries a run out: finds the agent, records its steps, closes the run with its outcome."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.errors import RoyalError
from core.telemetry.logs import bind, get_logger
from orchestrator.core.agent_base import AgentBase, Report, RunContext
from orchestrator.core.books import Ground, reading, writing
from orchestrator.core.discovery import agent_class
from orchestrator.core.wire import WorkflowCancelled, decode, encode, error_facts
from royal_platform.commerce.decisions.rules import changes
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.runs import Run, Step

if TYPE_CHECKING:
    from orchestrator.core.proposing import Judged
    from royal_platform.bootstrap import Platform

Durable = Callable[[str, Callable[[], Awaitable[Any]]], Awaitable[Any]]
_KEPT_CHARACTERS = 2000
_FAILURES = {"error", "failed", "failure"}
_log = get_logger(__name__)


async def plain_step(_name: str, call: Callable[[], Awaitable[Any]]) -> Any:
    """A step outside the engine: just the call."""
    return await call()


class RecordedSteps:
    """The steps of one run: made durable by the engine, recorded with times and attempts."""

    def __init__(self, ground: Ground, run_id: str, durable: Durable) -> None:
        self._ground = ground
        self._run_id = run_id
        self._durable = durable
        self._ordinal = 0

    async def run(self, name: str, call: Callable[[], Awaitable[Any]], given: Any) -> Any:
        """Run ``call`` as the next step. Raises ``WorkflowCancelled`` at this boundary."""
        self._ordinal += 1
        ordinal = self._ordinal
        self._check_not_cancelled()

        async def body() -> Any:
            began = time.monotonic()
            self._open(ordinal, name, given)
            try:
                result = encode(await call())
            except Exception as error:
                self._close(ordinal, name, began, None, error)
                raise
            self._close(ordinal, name, began, result, None)
            return result

        # Read back through JSON in both cases, so that a resumed run sees what the first one saw.
        return decode(await self._durable(name, body))

    def note(self, name: str, given: Any, result: Any) -> None:
        """Record a step that happened in one stroke."""
        self._ordinal += 1
        began = time.monotonic()
        self._open(self._ordinal, name, given)
        self._close(self._ordinal, name, began, encode(result), None)

    def _check_not_cancelled(self) -> None:
        with reading(self._ground) as books:
            run = books.runs.get(books.connection, self._run_id)
        if run.status == "cancelled":
            raise WorkflowCancelled(f"Run {self._run_id!r} was cancelled.")

    def _open(self, ordinal: int, name: str, given: Any) -> None:
        with writing(self._ground) as books:
            earlier = {s.ordinal: s for s in books.runs.steps(books.connection, self._run_id)}
            step = Step(
                store_id=books.store_id, run_id=self._run_id, ordinal=ordinal, name=name,
                status="running",
                attempt=earlier[ordinal].attempt + 1 if ordinal in earlier else 1,
                # Work takes the machine's time, also while a world's clock stands.
                started_at=wall_now(), finished_at=None,
                input=_kept(given), output=None, error=None,
            )  # fmt: skip
            books.runs.put_step(books.connection, step)
            books.tell("run.step", self._run_id, "worker", _step_facts(step))

    def _close(
        self, ordinal: int, name: str, began: float, result: Any, error: Exception | None
    ) -> None:
        with writing(self._ground) as books:
            steps = books.runs.steps(books.connection, self._run_id)
            opened = next(step for step in steps if step.ordinal == ordinal)
            step = replace(
                opened,
                status="succeeded" if error is None else "failed",
                finished_at=wall_now(),
                output=_kept(result),
                error=None if error is None else str(error) or type(error).__name__,
            )
            books.runs.put_step(books.connection, step)
            milliseconds = round((time.monotonic() - began) * 1000)
            facts = {**_step_facts(step), "milliseconds": milliseconds}
            books.tell("run.step", self._run_id, "worker", facts)
        _log.info("run.step.finished", name=name, status=step.status, milliseconds=milliseconds)


async def carry_out(platform: Platform, run_id: str, durable: Durable = plain_step) -> str:
    """Carry a queued run out, or go on with one that a crash interrupted; returns its status.

    An agent's error fails the run with its text and remedy; it never passes through.
    """
    run = _begin(platform, run_id)
    if run is None:
        with reading(platform) as books:
            return books.runs.get(books.connection, run_id).status
    bind(run_id=run_id, agent_id=run.agent_id, store_id=platform.store_id)
    agent: AgentBase | None = None
    try:
        agent = _build(platform, run)
        agent.bind(
            RunContext(platform, run_id, RecordedSteps(platform, run_id, durable), run.dry_run)
        )
        result = await agent.run()
        encoded = encode(result)
    except WorkflowCancelled:
        return "cancelled"
    except Exception as error:  # noqa: BLE001 - the run loop: whatever an agent raises is its result
        _log.warning("run.failed", error=error_facts(error), exc_info=True)
        return _finish(platform, run_id, agent, None, _problem(error))
    return _finish(platform, run_id, agent, encoded, _told_failure(result))


def _begin(platform: Platform, run_id: str) -> Run | None:
    with writing(platform) as books:
        run = books.runs.get(books.connection, run_id)
        if run.status == "queued":
            books.runs.change(
                books.connection, run_id, seen=("queued",), status="running",
                started_at=books.now, working_from=wall_now(),
            )  # fmt: skip
            books.tell(
                "run.started", run_id, "worker", {"run_id": run_id, "agent_id": run.agent_id}
            )
            return run
        return run if run.status in {"running", "waiting"} else None


def _build(platform: Platform, run: Run) -> AgentBase:
    with reading(platform) as books:
        registered = books.agents.get(books.connection, run.agent_id)
    # A class of the user's own takes its name alone: AgentBase supplies the rest.
    build: Callable[[str], AgentBase] = agent_class(run.agent_id)
    return build(registered.name)


def _finish(
    platform: Platform, run_id: str, agent: AgentBase | None, result: Any, error: str | None
) -> str:
    found = agent.findings if agent is not None else Report()
    status = "succeeded" if error is None else "failed"
    with writing(platform) as books:
        run = books.runs.get(books.connection, run_id)
        columns = {
            "status": status,
            "finished_at": books.now,
            "working_until": wall_now(),
            "headline": found.headline or _headline(found, run, error),
            "looked_at": list(found.looked_at),
            "could_not_see": list(found.could_not_see),
            "result": _result(result, found, run),
            "error": error,
        }
        if books.runs.change(books.connection, run_id, seen=("running", "waiting"), **columns):
            facts = {
                "run_id": run_id, "agent_id": run.agent_id, "headline": columns["headline"],
                "decisions": len(found.decision_ids), "error": error, "dry_run": run.dry_run,
            }  # fmt: skip
            books.tell(f"run.{status}", run_id, "worker", facts)
        else:
            status = run.status
    _log.info("run.finished", status=status, decisions=len(found.decision_ids))
    return status


def _result(result: Any, found: Report, run: Run) -> dict[str, Any] | None:
    """What the agent returned; after a dry run also what it would have proposed."""
    kept = result if isinstance(result, dict) or result is None else {"value": result}
    if not run.dry_run:
        return kept
    return {**(kept or {}), "would_propose": [_preview(each) for each in found.previews]}


def _preview(judged: Judged) -> dict[str, Any]:
    proposal = judged.proposal
    return {
        "kind": proposal.kind,
        "subject": proposal.subject.title,
        "changes": [
            {"field": line.field, "now": line.now, "proposed": line.proposed, "unit": line.unit}
            for line in changes(proposal)
        ],
        "ruling": judged.verdict.ruling.value,
        "rationale": proposal.rationale,
    }


def give_up(platform: Platform, run_id: str, reason: str) -> None:
    """Fail a run whose workflow was given up."""
    with writing(platform) as books:
        run = books.runs.get(books.connection, run_id)
        if books.runs.change(
            books.connection, run_id, seen=("queued", "running", "waiting"), status="failed",
            finished_at=books.now, working_until=wall_now(), error=reason,
        ):  # fmt: skip
            facts = {"run_id": run_id, "agent_id": run.agent_id, "error": reason}
            books.tell("run.failed", run_id, "worker", facts)


def _problem(error: Exception) -> str:
    if isinstance(error, RoyalError):
        return str(error)
    return f"{type(error).__name__}: {error_facts(error)['detail']}"


def _told_failure(result: Any) -> str | None:
    """An agent may return its failure instead of raising it, as the guide's shape allows."""
    if not isinstance(result, dict) or str(result.get("status", "")).lower() not in _FAILURES:
        return None
    told = result.get("error") or result.get("message") or result.get("data")
    return str(told) if told else "The agent reported a failure without a reason."


def _headline(found: Report, run: Run, error: str | None) -> str:
    if error is not None:
        return error.partition("\n")[0][:200]
    if run.dry_run:
        return f"Dry run: {len(found.previews)} proposals judged, none stored."
    count = len(found.decision_ids)
    return f"{count} {'proposal' if count == 1 else 'proposals'}." if count else "Done."


def _step_facts(step: Step) -> dict[str, Any]:
    return {
        "run_id": step.run_id, "ordinal": step.ordinal, "name": step.name,
        "status": step.status, "attempt": step.attempt, "error": step.error,
    }  # fmt: skip


def _kept(value: Any) -> dict[str, Any] | None:
    """What of a step's input or output is worth a row: small JSON, else its size in words."""
    if value is None:
        return None
    try:
        encoded = encode(value)
    except RoyalError:
        return {"about": type(value).__name__}
    text = json.dumps(encoded, ensure_ascii=False)
    if len(text) > _KEPT_CHARACTERS:
        size = len(value) if isinstance(value, (list, dict, tuple, str)) else None
        return {"about": f"{type(value).__name__} of {size}", "characters": len(text)}
    return encoded if isinstance(encoded, dict) else {"value": encoded}
