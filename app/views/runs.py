"""Runs on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from app.schemas.agents import RunDetail, RunPage, RunQuery, RunStatus, RunSummary, StepOut
from orchestrator.core import runs as use_case
from royal_platform.persistence.decisions import Decisions
from royal_platform.persistence.runs import Run, Runs, Step

if TYPE_CHECKING:
    from core.security.principals import Principal
    from royal_platform.bootstrap import Platform


def listing(platform: Platform, query: RunQuery) -> RunPage:
    """A page of runs, newest first."""
    statuses = tuple(part for part in (query.status or "").split(",") if part)
    with platform.database.read() as connection:
        page = Runs(platform.store_id).page(
            connection,
            agent_id=query.agent,
            statuses=statuses,
            cursor=query.cursor,
            limit=query.limit,
        )
        counts = Decisions(platform.store_id).counts_by_run(
            connection, [run.id for run in page.items]
        )
    data = [summary(run, counts.get(run.id, 0)) for run in page.items]
    return RunPage(data=data, next_cursor=page.next_cursor)


def one(platform: Platform, run_id: str) -> RunDetail:
    """One run with its steps."""
    with platform.database.read() as connection:
        run = Runs(platform.store_id).get(connection, run_id)
        steps = Runs(platform.store_id).steps(connection, run_id)
        decision_ids = Decisions(platform.store_id).ids_of_run(connection, run_id)
    return RunDetail(
        **summary(run, len(decision_ids)).model_dump(),
        steps=[_step(step) for step in steps],
        result=run.result,
        looked_at=run.looked_at,
        could_not_see=run.could_not_see,
        decision_ids=decision_ids,
    )


def cancel(platform: Platform, actor: Principal, run_id: str) -> RunSummary:
    """Ask for the end of a run."""
    use_case.cancel(platform, run_id, actor)
    return summarised(platform, run_id)


def summarised(platform: Platform, run_id: str) -> RunSummary:
    """The summary of one run as it is stored now."""
    with platform.database.read() as connection:
        run = Runs(platform.store_id).get(connection, run_id)
    return summary(run, decisions_of(platform, run_id))


def decisions_of(platform: Platform, run_id: str) -> int:
    """How many decisions a run proposed."""
    with platform.database.read() as connection:
        counts = Decisions(platform.store_id).counts_by_run(connection, [run_id])
    return counts.get(run_id, 0)


def summary(run: Run, decisions: int) -> RunSummary:
    """A run in one line."""
    return RunSummary(
        id=run.id,
        agent_id=run.agent_id,
        trigger=run.trigger,
        status=cast("RunStatus", run.status),
        dry_run=run.dry_run,
        requested_at=run.requested_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        working_from=run.working_from,
        working_until=run.working_until,
        headline=run.headline,
        decisions=decisions,
        error=run.error,
    )


def _step(step: Step) -> StepOut:
    fields = ("ordinal", "name", "status", "attempt", "started_at", "finished_at", "error")
    return StepOut(
        **{name: getattr(step, name) for name in fields},
        input=_object(step.input),
        output=_object(step.output),
    )


def _object(value: object) -> dict[str, object] | None:
    """Steps may give back any JSON; the wire promises an object."""
    return value if value is None or isinstance(value, dict) else {"value": value}
