"""When agents are due: cron lines read in the store's zone and fired in business time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from core.errors import Invalid
from core.telemetry.logs import get_logger
from orchestrator.core.books import Ground, writing
from orchestrator.core.runs import start_run

if TYPE_CHECKING:
    from orchestrator.core.books import Books

_log = get_logger(__name__)


def next_due(cron: str, after: datetime, timezone: str) -> datetime:
    """The first moment (UTC) after ``after`` at which ``cron`` is due, read in ``timezone``.

    Five fields. An hour that a clock change skips or repeats fires once. Raises ``Invalid``.
    """
    from croniter import croniter

    check_cron(cron)
    zone = ZoneInfo(timezone)
    # On the wall's face without a zone: croniter itself would fire a repeated hour twice.
    face = croniter(cron, after.astimezone(zone).replace(tzinfo=None))
    while True:
        found: datetime = face.get_next(datetime)
        moment = found.replace(tzinfo=zone).astimezone(UTC)
        if moment > after:
            return moment


def check_cron(cron: str) -> None:
    """Raise ``Invalid`` unless ``cron`` is a cron line of five fields."""
    from croniter import croniter

    if len(cron.split()) != 5 or not croniter.is_valid(cron):
        raise Invalid(
            f"{cron!r} is not a cron line.",
            remedy="Use five fields: minute hour day month weekday, e.g. '0 6 * * *'.",
        )


def realign(ground: Ground) -> None:
    """Set every schedule's next time again: the store's zone and clock became known."""
    with writing(ground) as books:
        for schedule in books.agents.schedules(books.connection).values():
            due = next_due(schedule.cron, books.now, books.store.timezone)
            books.agents.schedule(
                books.connection, schedule.agent_id, cron=schedule.cron, next_due_at=due
            )


def fire_due(ground: Ground) -> list[str]:
    """Start a run of each agent that is due; returns the runs.

    However many times were missed, one run catches up. An agent that still runs, is paused or is
    stopped is skipped and waits for its next time.
    """
    started: list[str] = []
    with writing(ground) as books:
        for schedule in books.agents.due(books.connection, books.now):
            due = next_due(schedule.cron, books.now, books.store.timezone)
            if not books.agents.fired(books.connection, schedule, now=books.now, next_due_at=due):
                continue
            run_id = _fire(books, schedule.agent_id)
            if run_id is not None:
                started.append(run_id)
    return started


def _fire(books: Books, agent_id: str) -> str | None:
    run_id, why_not = start_run(books, agent_id, trigger="schedule", actor="schedule")
    if why_not is not None:
        _log.info("schedule.skipped", agent_id=agent_id, reason=why_not.detail)
    return run_id
