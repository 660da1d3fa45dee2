"""Runs: requested by a person, a schedule or an event; carried out by the worker; cancellable."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import Conflict, NotFound, RoyalError
from core.events import newest_of, read_after
from core.telemetry.logs import get_logger
from orchestrator.core.books import Actor, Books, Ground, actor_name, reading, writing
from orchestrator.core.discovery import topics_of, why_not_runnable
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.ids import new_id

ACTIVE = ("queued", "running", "waiting")
# The trigger of a run that a terminal carries out itself.
COMMAND = "command line"
_log = get_logger(__name__)


def request_run(
    ground: Ground, agent_id: str, trigger: str, actor: Actor, dry_run: bool = False
) -> str:
    """Ask for a run; returns its id at once, the worker does the rest.

    Raises ``NotFound``; ``Conflict`` when the agent is paused, stopped, not runnable or running.
    """
    with writing(ground) as books:
        run_id, why_not = start_run(
            books, agent_id, trigger=trigger, actor=actor_name(actor), dry_run=dry_run,
            waited_for=True,
        )  # fmt: skip
    if why_not is not None or run_id is None:
        raise why_not or Conflict("The run was not started.", remedy="Try again.")
    _log.info("run.queued", run_id=run_id, agent_id=agent_id, trigger=trigger)
    return run_id


def start_run(
    books: Books,
    agent_id: str,
    *,
    trigger: str,
    actor: str,
    dry_run: bool = False,
    run_id: str | None = None,
    by_worker: bool = True,
    waited_for: bool = False,
) -> tuple[str | None, RoyalError | None]:
    """Queue a run in the caller's transaction: its id, or why not.

    A given ``run_id`` makes it happen once: a second time changes nothing and returns None twice.
    ``by_worker`` off leaves it to the caller to carry the run out; ``waited_for`` says that a
    person looks at it.
    """
    why_not = _why_not(books, agent_id)
    if why_not is not None:
        return None, why_not
    run_id = run_id or new_id("run")
    if not books.runs.add(
        books.connection, run_id, agent_id=agent_id, trigger=trigger, actor=actor, now=books.now,
        dry_run=dry_run,
    ):  # fmt: skip
        return None, None
    if by_worker:
        books.commands.add(
            books.connection, kind="run_agent", key=f"run:{run_id}",
            payload={"run_id": run_id, "waited_for": waited_for}, now=books.now,
        )  # fmt: skip
    books.tell(
        "run.queued", run_id, actor,
        {"run_id": run_id, "agent_id": agent_id, "trigger": trigger, "dry_run": dry_run},
    )  # fmt: skip
    return run_id, None


def cancel(ground: Ground, run_id: str, actor: Actor) -> None:
    """End a run: a queued one never starts, a running one stops at its next step."""
    name = actor_name(actor)
    with writing(ground) as books:
        run = books.runs.get(books.connection, run_id)
        if not books.runs.change(
            books.connection, run_id, seen=ACTIVE, status="cancelled", finished_at=books.now,
            working_until=wall_now(),
        ):  # fmt: skip
            raise Conflict(
                f"Run {run_id!r} is {run.status} already.", remedy="Nothing is left to cancel."
            )
        books.tell("run.cancelled", run_id, name, {"run_id": run_id, "agent_id": run.agent_id})
    _log.info("run.cancelled", run_id=run_id, actor=name)


def wake(ground: Ground, topic: str, key: str) -> list[str]:
    """Start a run of every agent that wakes on ``topic``, once per ``key`` for ever.

    An agent that cannot run now (paused, stopped, at work) is woken by a later call.
    """
    with reading(ground) as books:
        waiting = {
            agent.id: run_id
            for agent in books.agents.all(books.connection)
            if topic in topics_of(agent.id)
            and not _exists(books, run_id := f"run_{agent.id}_{key}")
        }
    if not waiting:
        return []
    started: list[str] = []
    with writing(ground) as books:
        for agent_id, run_id in waiting.items():
            begun, why_not = start_run(books, agent_id, trigger=topic, actor="event", run_id=run_id)
            if why_not is not None:
                _log.debug("wake.put_off", agent_id=agent_id, topic=topic, reason=why_not.detail)
            if begun is not None:
                started.append(begun)
    return started


def wake_behind(ground: Ground, topic: str, types: Iterable[str]) -> list[str]:
    """Start every agent that wakes on ``topic`` and was not asked to run since such an event.

    ``types`` are those of the events. Whoever cannot run now (paused, stopped, at work) is started
    by a later call, and no event is lost when a process ends between it and the call. A run that
    failed was asked for: the schedule tries again.
    """
    with reading(ground) as books:
        newest = newest_of(books.connection, books.store_id, types)
        last = books.runs.last_by_agent(books.connection) if newest else {}
        behind = [
            agent.id
            for agent in books.agents.all(books.connection)
            if newest
            and topic in topics_of(agent.id)
            and (agent.id not in last or queued_at(books, last[agent.id].id) < newest)
        ]
    if not behind:
        return []
    started: list[str] = []
    with writing(ground) as books:
        for agent_id in behind:
            run_id = f"run_{agent_id}_{newest}"
            begun, why_not = start_run(books, agent_id, trigger=topic, actor="event", run_id=run_id)
            if why_not is not None:
                _log.debug("wake.put_off", agent_id=agent_id, topic=topic, reason=why_not.detail)
            if begun is not None:
                started.append(begun)
    return started


def queued_at(books: Books, run_id: str) -> int:
    """The place in the log where the run was asked for; 0 when the log does not tell."""
    found = read_after(books.connection, books.store_id, 0, 1, type="run.queued", subject=run_id)
    return found[0].seq if found else 0


def _exists(books: Books, run_id: str) -> bool:
    try:
        books.runs.get(books.connection, run_id)
    except NotFound:
        return False
    return True


def _why_not(books: Books, agent_id: str) -> RoyalError | None:
    agent = books.agents.get(books.connection, agent_id)
    if agent.status == "paused":
        return Conflict(f"{agent.name} is paused.", remedy="Resume the agent, then run it.")
    for scope in books.policies.stopped(books.connection):
        if scope == f"agent:{agent_id}" or not scope.startswith("agent:"):
            return Conflict(f"Stopped ({scope}).", remedy="Lift the stop, then run it.")
    reason = why_not_runnable(agent_id)
    if reason is not None:
        return Conflict(f"{agent.name} cannot run: {reason}", remedy="Install or add the agent.")
    active = books.runs.active(books.connection, agent_id)
    if active:
        return Conflict(
            f"{agent.name} is already at work in run {active[0].id!r}.",
            remedy="Wait for that run, or cancel it.",
        )
    return None
