"""Flows as people keep them: the first ones, new versions, and how each is doing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from core.errors import Conflict, Invalid
from orchestrator.core.books import Actor, Books, Ground, actor_name, reading, writing
from orchestrator.core.mandates import in_force
from orchestrator.core.runs import start_run
from royal_platform.commerce.marketing.model import Arm, Flow, Lift
from royal_platform.commerce.marketing.rules import FlowError, flow_of, lift
from royal_platform.commerce.marketing.service import AGENT
from royal_platform.messaging.composing import template_names
from royal_platform.persistence.flows import Flows, FlowText, Mandate
from royal_platform.persistence.runs import Run

_SHIPPED = "royal_platform.messaging.flows"
_LONGEST = 20_000
Counts = dict[tuple[str, str, str | None], int]


@dataclass(frozen=True, slots=True)
class FlowView:
    """The newest version of a flow with its mandate, who is where in it, and what it changed.

    ``used`` are messages of the mandate so far; ``asked`` the decision that waits for a person.
    """

    text: FlowText
    flow: Flow
    mandate: Mandate | None
    used: int
    asked: str | None
    counts: Counts
    lift: Lift


def parsed(text: str) -> Flow:
    """The flow that a YAML text describes. Raises ``Invalid`` with every problem."""
    if len(text) > _LONGEST:
        raise Invalid("The flow is too long.", remedy=f"Keep it below {_LONGEST} characters.")
    try:
        return flow_of(yaml.safe_load(text), template_names())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" at line {mark.line + 1}" if mark is not None else ""
        raise Invalid(f"This is not YAML{where}.", remedy="Correct it and check again.") from None
    except FlowError as error:
        raise Invalid(
            str(error), remedy="Correct it and check again.",
            errors=[{"message": problem} for problem in error.problems],
        ) from None  # fmt: skip


def install(ground: Ground) -> int:
    """Give a store the flows it starts with; what it has already stays. How many were new."""
    with reading(ground) as books:
        have = {one.flow for one in Flows(books.store_id).newest(books.connection)}
    missing = {name: text for name, text in _shipped() if name not in have}
    if not missing:
        return 0
    with writing(ground) as books:
        for name, text in missing.items():
            Flows(books.store_id).save(
                books.connection, name, text, edited=0, actor="system", now=books.now
            )
    return len(missing)


def wake_due(ground: Ground) -> str | None:
    """Start the agent when somebody's message is due; the run, or None.

    Waits are rows in business time, whatever the agent's schedule. After a run that failed the
    schedule is left to try again.
    """
    with reading(ground) as books:
        last = books.runs.last_by_agent(books.connection).get(AGENT)
        due = Flows(books.store_id).is_due(books.connection, books.now)
        if not due and not _has_more(last):
            return None
        if last is not None and last.status not in {"succeeded", "cancelled"}:
            return None
    with writing(ground) as books:
        return start_run(books, AGENT, trigger="flow", actor="schedule")[0]


def _has_more(last: Run | None) -> bool:
    """Whether the last run left customers of a campaign to the next."""
    told = {} if last is None or last.result is None else last.result.get("data", {})
    return bool(told.get("left"))


def save(ground: Ground, flow_id: str, text: str, edited: int, actor: Actor) -> FlowText:
    """Put a new version in place; customers in an older one stay on theirs.

    It sends nothing before its own mandate is approved. Raises ``Invalid``, ``Conflict``.
    """
    if parsed(text).id != flow_id:
        raise Conflict(
            f"The text is of another flow than {flow_id!r}.", remedy="Keep the flow's name."
        )
    name = actor_name(actor)
    with writing(ground) as books:
        saved = Flows(books.store_id).save(
            books.connection, flow_id, text, edited=edited, actor=name, now=books.now
        )
        books.tell("flow.changed", flow_id, name, {"flow": flow_id, "version": saved.version})
    return saved


def views(ground: Ground) -> list[FlowView]:
    """Every flow, by name."""
    with reading(ground) as books:
        store = Flows(books.store_id)
        counts = store.counts(books.connection)
        return [_view(books, text, counts) for text in store.newest(books.connection)]


def _view(books: Books, text: FlowText, counts: Any) -> FlowView:
    store = Flows(books.store_id)
    mandate = in_force(books, text.flow, text.version)
    used = 0 if mandate is None else store.used(books.connection, mandate.id, books.now, None)[0]
    subject = f"{text.flow}@{text.version}"
    waiting = books.decisions.open_on(books.connection, "mandate.grant", subject)
    revenues = store.revenues(books.connection, text.flow)
    return FlowView(
        text=text,
        flow=parsed(text.text),
        mandate=mandate,
        used=used,
        asked=waiting[0].id if waiting else None,
        counts={key[1:]: number for key, number in counts.items() if key[0] == text.flow},
        lift=lift(revenues[Arm.TREATED], revenues[Arm.HOLDOUT]),
    )


@cache
def _shipped() -> tuple[tuple[str, str], ...]:
    files = [each for each in resources.files(_SHIPPED).iterdir() if each.name.endswith(".yaml")]
    return tuple(
        sorted((each.name.removesuffix(".yaml"), each.read_text("utf-8")) for each in files)
    )
