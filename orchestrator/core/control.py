"""What a person controls: the kill switch, and reading the store again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.errors import Conflict, Invalid
from core.telemetry.logs import get_logger
from orchestrator.core.books import Actor, Books, Ground, actor_name, reading, writing
from orchestrator.core.proposing import command_execution
from royal_platform.commerce.decisions.model import Decision, Status
from royal_platform.commerce.pricing.request import ASSISTANT
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.stores import Store

_log = get_logger(__name__)
_PAGE = 250


@dataclass(frozen=True, slots=True)
class Flight:
    """A write that had started: its execution state and, once known, what came of it."""

    decision_id: str
    state: str
    outcome: str | None


@dataclass(frozen=True, slots=True)
class StopState:
    """The scopes stopped now, when that was acknowledged (wall time), and the writes in flight."""

    stopped: tuple[str, ...]
    acknowledged_at: datetime
    in_flight: tuple[Flight, ...]


def stop(ground: Ground, scope: str, actor: Actor, reason: str = "") -> StopState:
    """Stop ``store``, ``all`` or ``agent:<id>``: after this returns no write starts.

    Raises ``NotFound`` for an agent that does not exist: it would stop nothing and look as if.
    Writes open after taking the store's row, which this holds until its commit; so a write is
    either listed here as in flight or finds the stop.
    """
    name = actor_name(actor)
    with writing(ground) as books:
        check_scope(books, scope)
        already = scope in books.policies.stopped(books.connection)
        books.policies.press(
            books.connection, scope=scope, actor=name, reason=reason, now=books.now
        )
        flights = _in_flight(books)
        if not already:
            books.tell(
                "stop.pressed", scope, name,
                {"scope": scope, "reason": reason, "in_flight": [f.decision_id for f in flights]},
            )  # fmt: skip
        state = _state(books, flights)
    _log.info("stop.pressed", scope=scope, actor=name, in_flight=len(state.in_flight))
    return state


def resume(ground: Ground, scope: str, actor: Actor, reason: str = "") -> StopState:
    """Lift a stop; approved decisions that were held go on. ``Conflict`` when not stopped."""
    _check_form(scope)
    name = actor_name(actor)
    with writing(ground) as books:
        pressed = [s for s in books.policies.stops(books.connection) if s.scope == scope]
        if not books.policies.lift(books.connection, scope=scope, actor=name, now=books.now):
            raise Conflict(f"{scope!r} is not stopped.", remedy="Nothing is left to do.")
        held = _approved(books)
        for decision in held:
            command_execution(books, decision.id, waited_for=True, again=f":{pressed[0].id}")
        books.tell(
            "stop.lifted", scope, name,
            {"scope": scope, "reason": reason, "resumed": [each.id for each in held][:_PAGE]},
        )  # fmt: skip
        state = _state(books, _in_flight(books))
    _log.info("stop.lifted", scope=scope, actor=name, resumed=len(held))
    return state


def state(ground: Ground) -> StopState:
    """What is stopped and what is in flight now."""
    with reading(ground) as books:
        return _state(books, _in_flight(books))


def request_sync(ground: Ground, actor: Actor) -> Store:
    """Ask the worker to read the store; asking again before it was done adds nothing."""
    with writing(ground) as books:
        store = books.store
        key = f"sync:asked-after:{store.last_sync_at or store.created_at}"
        if books.commands.add(
            books.connection, kind="sync_store", key=key, payload={}, now=books.now
        ):
            books.tell("store.sync.requested", store.id, actor)
    return store


def outcomes(ground: Ground, decision_ids: list[str]) -> list[Flight]:
    """What came of writes that were in flight."""
    with reading(ground) as books:
        found = [books.executions.get(books.connection, each) for each in decision_ids]
        return [
            Flight(each.decision_id, each.state, _outcome(each.state))
            for each in found
            if each is not None
        ]


def _in_flight(books: Books) -> list[Flight]:
    return [
        Flight(execution.decision_id, execution.state, _outcome(execution.state))
        for execution in books.executions.in_flight(books.connection)
    ]


def _outcome(state: str) -> str | None:
    return state if state in {"verified", "failed", "conflicted"} else None


def _approved(books: Books) -> list[Decision]:
    """Every approved decision: a command more finds out at execution whether it may start."""
    wanted = DecisionFilter(statuses=(Status.APPROVED.value,), order="newest")
    held: list[Decision] = []
    cursor: str | None = None
    while True:
        page = books.decisions.page(books.connection, wanted, cursor, _PAGE)
        held += page.items
        cursor = page.next_cursor
        if cursor is None:
            return held


def _state(books: Books, flights: list[Flight]) -> StopState:
    return StopState(books.policies.stopped(books.connection), wall_now(), tuple(flights))


def check_scope(books: Books, scope: str) -> None:
    """Raise ``Invalid`` or ``NotFound`` for what cannot be stopped."""
    _check_form(scope)
    agent_id = scope.removeprefix("agent:")
    if agent_id not in {scope, ASSISTANT}:
        books.agents.get(books.connection, agent_id)


def _check_form(scope: str) -> None:
    if scope not in {"all", "store"} and not (scope.startswith("agent:") and len(scope) > 6):
        raise Invalid(
            f"{scope!r} is nothing that can be stopped.", remedy="Use store or agent:<id>."
        )
