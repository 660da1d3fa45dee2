"""From weighed stock to reorder proposals a person can check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np

from royal_platform.commerce.catalog.model import StoreTerms, Variant
from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.forecasting.model import Floats, Forecast, Integers
from royal_platform.commerce.inventory import cover, rules
from royal_platform.commerce.inventory.budget import allocate
from royal_platform.commerce.inventory.model import (
    Budget,
    PurchaseOrder,
    ReorderAdvice,
    ReorderOutcome,
    StockLevel,
    SupplyTerms,
    Unseen,
)
from royal_platform.commerce.inventory.proposal import Case, reorder_proposal
from royal_platform.commerce.inventory.weighing import Weighed, weigh_stock
from royal_platform.commerce.suppliers.model import OrderedFrom


def propose_reorders(
    variants: Sequence[Variant],
    forecast: Forecast,
    levels: Sequence[StockLevel],
    policy: Policy,
    *,
    store: StoreTerms,
    now: datetime,
    today: date | None = None,
    on_order: Sequence[PurchaseOrder] = (),
    terms: Mapping[str, SupplyTerms] | None = None,
    rejected_at: Mapping[str, datetime] | None = None,
    run_id: str | None = None,
    limit: int = 25,
    budget: Budget | None = None,
) -> ReorderOutcome:
    """``weigh_stock`` and ``reorders`` in one; ``today`` defaults to the day of ``now`` in UTC."""
    weighed = weigh_stock(
        variants, forecast, levels, policy, store=store, now=now, today=today or now.date(),
        on_order=on_order, terms=terms,
    )  # fmt: skip
    return reorders(weighed, rejected_at=rejected_at, run_id=run_id, limit=limit, budget=budget)


def reorders(
    weighed: Weighed,
    *,
    rejected_at: Mapping[str, datetime] | None = None,
    run_id: str | None = None,
    limit: int = 25,
    budget: Budget | None = None,
    sources: Mapping[str, OrderedFrom] | None = None,
) -> ReorderOutcome:
    """Propose at most ``limit`` reorders, the largest expected loss avoided first.

    A variant whose cost is unknown is still proposed: the gate then asks. ``rejected_at`` says
    when a person last turned a reorder of a variant down: until the policy's cool-down has passed
    it is not proposed again. ``budget`` is given where a pack avoids most loss for its money; None
    is no bound. ``sources`` says whom a variant is ordered from. ``unseen`` lists untracked
    variants, those without a level or a forecast, those turned down, those without money, and
    those behind the limit.
    """
    unseen = list(weighed.unseen)
    due = np.flatnonzero(weighed.wanted > 0).tolist()
    enough = len(weighed.variants) - len(due)
    kept: list[int] = []
    for row in due:
        turned_down = _rejected_lately(weighed, row, rejected_at or {})
        if turned_down is None:
            kept.append(row)
        else:
            unseen.append(turned_down)
    rows = np.array(kept, dtype=np.int64)
    lost = rules.lost_without(
        weighed.position[rows], weighed.expected[rows], weighed.cumulative_sd[rows],
        weighed.supply.of(rows),
    )  # fmt: skip
    given = weighed.wanted[rows] if budget is None else _afforded(weighed, rows, lost, budget)
    days, _, _ = cover.days_of_cover(
        weighed.available[rows].astype(float), weighed.expected[rows], weighed.cumulative_sd[rows]
    )
    cases: list[Case] = []
    for k, row in enumerate(kept):
        if given[k] <= 0:
            unseen.append(_unaffordable(weighed, row))
            continue
        advice = _advice(weighed, row, quantity=int(given[k]), days=int(days[k]), lost=lost[k])
        source = (sources or {}).get(weighed.variants[row].id)
        cases.append(_case(weighed, row, advice, run_id, source))
    cases.sort(key=lambda case: (-case.stake.amount, case.variant.id))
    unseen += [_waiting(case, limit) for case in cases[limit:]]
    proposals = tuple(reorder_proposal(weighed, case) for case in cases[:limit])
    return ReorderOutcome(proposals, tuple(unseen), enough)


def _afforded(weighed: Weighed, rows: Integers, lost: Floats, budget: Budget) -> Integers:
    """Units of each that the budget allows; what has no known cost is left as wanted."""
    wanted = weighed.wanted[rows]
    variants = [weighed.variants[row] for row in rows]
    cost = np.array([float(v.unit_cost.amount) if v.unit_cost else 0.0 for v in variants])
    price = np.array([float(variant.price.amount) for variant in variants])
    supply = weighed.supply.of(rows)
    given = allocate(
        np.where(cost > 0, wanted, 0), supply.minimum, supply.pack, cost=cost,
        # A unit sold below its cost still keeps a customer: what it sells for is what it is worth.
        worth=np.where(cost < price, price - cost, price), loss=lost,
        budget=float(budget.total), most_each=float(budget.each),
    )  # fmt: skip
    return np.where(cost > 0, given, wanted)


def _advice(weighed: Weighed, row: int, *, quantity: int, days: int, lost: Floats) -> ReorderAdvice:
    return ReorderAdvice(
        quantity=quantity,
        wanted=int(weighed.wanted[row]),
        reorder_point=float(weighed.levels.point[row]),
        order_up_to=float(weighed.levels.up_to[row]),
        position=int(weighed.position[row]),
        days_of_cover=None if days >= cover.NEVER else days,
        lost_point=float(lost.mean()),
        lost_low=float(np.quantile(lost, 0.1)),
        lost_high=float(np.quantile(lost, 0.9)),
    )


def _case(
    weighed: Weighed, row: int, advice: ReorderAdvice, run_id: str | None,
    source: OrderedFrom | None,
) -> Case:  # fmt: skip
    return Case(
        variant=weighed.variants[row],
        row=int(weighed.forecast_row[row]),
        levels=weighed.stock[row],
        available=int(weighed.available[row]),
        terms=weighed.terms[row],
        advice=advice,
        cheapest=bool(weighed.levels.cheapest[row]),
        run_id=run_id,
        source=source,
    )


def _rejected_lately(
    weighed: Weighed, row: int, rejected_at: Mapping[str, datetime]
) -> Unseen | None:
    """A refusal while a person's no to a reorder is younger than the cool-down."""
    variant = weighed.variants[row]
    at = rejected_at.get(variant.id)
    if at is None:
        return None
    free_at = at + timedelta(days=weighed.policy.cooldown_days)
    if weighed.now >= free_at:
        return None
    detail = (
        f"A person turned down a reorder on {at:%Y-%m-%d}; proposed again from "
        f"{free_at:%Y-%m-%d} if it is still needed."
    )
    return Unseen(variant.id, variant.title, "rejected_lately", detail)


def _unaffordable(weighed: Weighed, row: int) -> Unseen:
    variant = weighed.variants[row]
    detail = (
        f"{weighed.wanted[row]} units wanted; what is left of the budget does more good elsewhere."
    )
    return Unseen(variant.id, variant.title, "budget", detail)


def _waiting(case: Case, limit: int) -> Unseen:
    detail = f"{case.advice.quantity} units wanted; {limit} other reorders are worth more."
    return Unseen(case.variant.id, case.variant.title, "limit", detail)
