"""Orders judged for risk: read what changed, link it, learn from outcomes, put the scores down."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from orchestrator.core.books import Ground, reading, writing
from orchestrator.core.runs import start_run
from royal_platform.commerce.fulfilment.model import Judgeable, Outcome
from royal_platform.commerce.fulfilment.service import AGENT
from royal_platform.commerce.security.order_facts import Linked, Usual, linked, usual
from royal_platform.commerce.security.order_risk import HOLD_FROM, Scorecard, assess, features
from royal_platform.commerce.security.order_risk_learning import Quality, learn, quality
from royal_platform.persistence.order_cases import BEHIND, Case, OrderCases

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

# So many orders are asked of the store in one run; the newest first, the rest in the next.
PER_RUN = 1000
Bought = Mapping[str, list[tuple[datetime, Decimal]]]


@dataclass(frozen=True, slots=True)
class Learned:
    """Every case with what it shares with earlier ones, and the scorecard they taught."""

    cases: tuple[Case, ...]
    linked: tuple[Linked, ...]
    usual: Usual
    card: Scorecard


def wake_changed(ground: Ground) -> str | None:
    """Start the agent when an order is new or has changed; the run, or None.

    After a run that failed the schedule is left to try again.
    """
    with reading(ground) as books:
        if not books.store.sync_cursor.get("complete"):
            return None
        if not OrderCases(books.store_id).is_waiting(books.connection, books.now):
            return None
        last = books.runs.last_by_agent(books.connection).get(AGENT)
        if last is not None and last.status not in {"succeeded", "cancelled"}:
            return None
    with writing(ground) as books:
        return start_run(books, AGENT, trigger="order.changed", actor="event")[0]


async def read_changed(platform: Platform) -> list[str]:
    """Ask the store about orders that are new, changed, or may be disputed; which they were."""
    with reading(platform) as books:
        due = OrderCases(books.store_id).to_judge(books.connection, books.now, PER_RUN)
    if not due:
        return []
    versions = dict(due)
    found = await platform.orders.judgeable([order_id for order_id, _version in due])
    gone = set(versions) - {each.facts.order_id for each in found}
    with writing(platform) as books:
        cases = OrderCases(books.store_id)
        cases.pass_by(books.connection, gone, versions, books.now)
        customers = [each.facts.customer for each in found if each.facts.customer]
        bought = cases.bought(books.connection, customers)
        cases.put(books.connection, (as_of_then(each, bought) for each in found), versions,
                  books.now)  # fmt: skip
        cases.ripen(books.connection, books.now)
    return [each.facts.order_id for each in found]


def score(ground: Ground, changed: Iterable[str]) -> dict[str, int]:
    """Judge what changed and is open yet; how many there were, and what was learned from.

    An order whose outcome is known already is not judged: that would be no forecast.
    """
    known = learned(ground)
    wanted = set(changed)
    with reading(ground) as books:
        still_open = {
            each.order_id for each in OrderCases(books.store_id).open(books.connection, books.now)
        }
    chosen = [
        one
        for case, one in zip(known.cases, known.linked, strict=True)
        if case.outcome is None and (case.score is None or (case.order_id in wanted & still_open))
    ]
    risks = assess(chosen, known.usual, known.card)
    with writing(ground) as books:
        cases = OrderCases(books.store_id)
        for risk in risks:
            cases.judge(books.connection, risk, known.card)
    bad, good = known.card.learned_from
    return {"judged": len(risks), "learned_bad": bad, "learned_good": good}


def learned(ground: Ground) -> Learned:
    """What the outcomes known by now have taught."""
    with reading(ground) as books:
        cases = OrderCases(books.store_id).since(books.connection, books.now - BEHIND)
    by_id = {case.order_id: case for case in cases}
    found = linked(case.facts for case in cases)
    ordered = [by_id[each.facts.order_id] for each in found]
    shop = usual(found)
    known = [place for place, case in enumerate(ordered) if case.outcome is not None]
    bad = np.array([ordered[place].outcome == Outcome.BAD for place in known], dtype=np.bool_)
    card = learn(features([found[place] for place in known], shop), bad)
    return Learned(tuple(ordered), tuple(found), shop, card)


def record(cases: Sequence[Case]) -> Quality:
    """The scores that were given before it was known what became of the order, against that."""
    told = [case for case in cases if case.score is not None and case.outcome is not None]
    scored = np.array([case.score for case in told], dtype=np.float64)
    bad = np.array([case.outcome == Outcome.BAD for case in told], dtype=np.bool_)
    return quality(scored, bad, HOLD_FROM)


def as_of_then(each: Judgeable, bought: Bought) -> Judgeable:
    """The customer's history as it was when the order came in, later orders taken off.

    The store counts all orders of a customer, whenever it is asked.
    """
    facts = each.facts
    if facts.customer is None or facts.earlier_orders is None:
        return each
    theirs = sorted(bought.get(facts.customer, ()))
    begin = bisect_left(theirs, (facts.placed_at, Decimal("-Infinity")))
    later = theirs[begin:]
    # The order itself is among them, and was taken off by the reader.
    orders = facts.earlier_orders - max(0, len(later) - 1)
    spent = (facts.earlier_spent or 0.0) + facts.value - sum(float(total) for _at, total in later)
    return replace(
        each,
        facts=replace(
            facts, earlier_orders=max(0, orders), earlier_spent=max(0.0, round(spent, 4))
        ),
    )
