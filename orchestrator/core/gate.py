"""Gathers the facts that the gate compares with the policy, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import func, select

from orchestrator.core.books import Books
from orchestrator.core.mandates import mandate_state
from orchestrator.core.messaging import message_state
from orchestrator.core.price_testing_state import in_another_test, state_of_test
from orchestrator.core.readdressing import help_state
from orchestrator.core.refunding import LET_THROUGH, refund_state
from orchestrator.core.replying import replies_today
from royal_platform.commerce.decisions.competition import asks_competitors
from royal_platform.commerce.decisions.discounts import DISCOUNT
from royal_platform.commerce.decisions.listings import IMPORT
from royal_platform.commerce.decisions.model import (
    CompetitorAsk,
    GateState,
    PriorPrice,
    Proposal,
    Status,
)
from royal_platform.commerce.decisions.price_tests import TEST
from royal_platform.commerce.decisions.prices import PRICE_KINDS
from royal_platform.commerce.decisions.reductions import prior_price
from royal_platform.commerce.decisions.rules import OWN_PACE, planned_spend
from royal_platform.commerce.pricing.competitors import cheapest, compare
from royal_platform.persistence.competitor_prices import newest_of
from royal_platform.persistence.costs_to_serve import served_in
from royal_platform.persistence.decision_rows import read_decision
from royal_platform.persistence.tables.catalog import price_observations, variants
from royal_platform.persistence.tables.decisions import decisions, executions
from royal_platform.persistence.taxes import included_tax_rate

_WEEK = timedelta(days=7)
_TAX_WINDOW = timedelta(days=90)

# Margins of these are of a price without the tax in it.
_TAXED = {*PRICE_KINDS, TEST, IMPORT, DISCOUNT}


def gate_state(
    books: Books,
    proposal: Proposal,
    *,
    decision_id: str | None = None,
    is_revert: bool = False,
    live_price: Decimal | None = None,
    live: Mapping[str, Any] | None = None,
) -> GateState:
    """The state around ``proposal``; ``decision_id`` is left out of its own counts.

    ``live_price`` replaces the mirrored price when the live store was just asked, ``live`` what
    was known of a customer.
    """
    known = _variant(books, proposal)
    today = books.clock.local_day(books.now)
    day_start = books.clock.day_start(today)
    run = proposal.run_id
    this_run, actions_today = _actions(books, decision_id, run, day_start)
    spent_today, spent_month = books.executions.spent(books.connection, today, besides=decision_id)
    promised = _promised(books, decision_id)
    is_price = proposal.kind in (*PRICE_KINDS, TEST)
    return GateState(
        now=books.now,
        currency=books.store.currency,
        stopped=books.policies.stopped(books.connection),
        autonomy=books.policies.autonomy(books.connection, proposal.agent_id, proposal.kind),
        price_now=live_price if live_price is not None else known.price,
        prices_last_week=_prices_since(books, proposal, books.now - _WEEK) if is_price else (),
        reference_price=_reference_price(books, proposal) if is_price else None,
        compare_at_now=_crossed_out(known, live) if is_price else None,
        prior=_prior(books, proposal) if is_price else None,
        competitor=_competitor(books, proposal) if is_price else None,
        unit_cost=known.unit_cost,
        tax_rate=included_tax(books) if proposal.kind in _TAXED else Decimal(0),
        served=served_in(books.connection, books.store_id, _goods(proposal))
        if proposal.kind in _TAXED
        else {},
        last_change_at=_last_change(books, proposal, decision_id),
        actions_this_run=this_run if run else 0,
        actions_today=actions_today,
        spent_today=spent_today + promised,
        spent_this_month=spent_month + promised,
        is_revert=is_revert,
        message=message_state(books, proposal, decision_id, live),
        test=state_of_test(books, proposal),
        in_test=in_another_test(books, proposal, decision_id),
        refunds=refund_state(books, proposal, decision_id, live),
        replies_in_thread_today=replies_today(books, proposal, decision_id, day_start),
        mandate=(
            mandate_state(books, proposal, decision_id) if proposal.kind == DISCOUNT else None
        ),
        helped=help_state(books, proposal, decision_id),
    )


def _goods(proposal: Proposal) -> tuple[str, ...]:
    """The variants whose margin is judged."""
    if proposal.kind == DISCOUNT:
        return tuple(map(str, proposal.arguments.get("variants") or ()))
    return (proposal.subject.id,)


class _Known(NamedTuple):
    price: Decimal | None = None
    unit_cost: Decimal | None = None
    compare_at: Decimal | None = None


def _variant(books: Books, proposal: Proposal) -> _Known:
    if proposal.subject.type != "variant":
        return _Known()
    query = select(variants.c.price, variants.c.unit_cost, variants.c.compare_at).where(
        variants.c.store_id == books.store_id, variants.c.id == proposal.subject.id
    )
    row = books.connection.execute(query).one_or_none()
    return _Known() if row is None else _Known(*row)


def _crossed_out(known: _Known, live: Mapping[str, Any] | None) -> Decimal | None:
    if live is None or "compare_at" not in live:
        return known.compare_at
    found = live["compare_at"]
    return None if found is None else Decimal(found)


def _prior(books: Books, proposal: Proposal) -> PriorPrice | None:
    days = books.policy.prior_price_days
    if days is None:
        return None
    table = price_observations.c
    query = select(table.at, table.price).where(
        table.store_id == books.store_id, table.variant_id == proposal.subject.id
    )
    seen = [(books.clock.local_day(at), price) for at, price in books.connection.execute(query)]
    return prior_price(seen, books.clock.local_day(books.now), days)


def _competitor(books: Books, proposal: Proposal) -> CompetitorAsk | None:
    """The cheapest competitor's price that counts by the policy's own age, where it asks."""
    policy = books.policy
    if not asks_competitors(policy):
        return None
    seen = newest_of(books.connection, books.store_id, proposal.subject.id)
    max_age = timedelta(days=policy.competitor_max_age_days)
    lowest = cheapest(compare(seen, books.store.currency, books.now, max_age))
    if lowest is None:
        return None
    return CompetitorAsk(lowest.source, lowest.price.amount, lowest.seen_at)


def included_tax(books: Books) -> Decimal:
    """The tax that prices include, as a fraction; asked once in each transaction."""
    if "included_tax" not in books.asked:
        since = books.clock.local_day(books.now) - _TAX_WINDOW
        books.asked["included_tax"] = included_tax_rate(books.connection, books.store, since)
    rate: Decimal = books.asked["included_tax"]
    return rate


def _prices_since(books: Books, proposal: Proposal, since: datetime) -> tuple[Decimal, ...]:
    """Every price in force after ``since``: those seen then, and the last one seen before."""
    table = price_observations.c
    mine = (table.store_id == books.store_id, table.variant_id == proposal.subject.id)
    first = select(func.max(table.at, type_=table.at.type)).where(*mine, table.at <= since)
    query = select(table.price).where(
        *mine, table.at >= func.coalesce(first.scalar_subquery(), since)
    )
    return tuple(sorted(set(books.connection.execute(query).scalars())))


def _reference_price(books: Books, proposal: Proposal) -> Decimal | None:
    """The price before the first decision that changed it."""
    query = (
        select(executions.c.before)
        .join(
            decisions,
            (decisions.c.store_id == executions.c.store_id)
            & (decisions.c.id == executions.c.decision_id),
        )
        .where(decisions.c.store_id == books.store_id)
        .where(decisions.c.subject_id == proposal.subject.id)
        .where(decisions.c.kind.in_(PRICE_KINDS), decisions.c.executed_at.is_not(None))
        .order_by(decisions.c.executed_at)
        .limit(1)
    )
    before: Any = books.connection.execute(query).scalar()
    return Decimal(before["price"]) if before and before.get("price") else None


def _last_change(books: Books, proposal: Proposal, besides: str | None) -> datetime | None:
    is_price = proposal.kind in PRICE_KINDS
    query = select(func.max(decisions.c.executed_at, type_=decisions.c.executed_at.type)).where(
        decisions.c.store_id == books.store_id,
        decisions.c.subject_id == proposal.subject.id,
        decisions.c.kind.in_(PRICE_KINDS if is_price else (proposal.kind,)),
        decisions.c.id != (besides or ""),
    )
    found: datetime | None = books.connection.execute(query).scalar()
    return found


def _actions(
    books: Books, besides: str | None, run_id: str | None, day_start: datetime
) -> tuple[int, int]:
    """How much was let through in this run, and since the day began."""
    of_run, of_day = decisions.c.run_id == run_id, decisions.c.decided_at >= day_start
    query = select(func.count().filter(of_run), func.count().filter(of_day)).where(
        decisions.c.store_id == books.store_id,
        decisions.c.status.in_(LET_THROUGH),
        decisions.c.shadow.is_(False),
        decisions.c.reverts.is_(None),
        decisions.c.kind.not_in(OWN_PACE),
        # Goods that a person books as come in are no agent's doing.
        ~((decisions.c.kind == "inventory.adjust") & (decisions.c.provenance == "person")),
        decisions.c.id != (besides or ""),
        of_run | of_day,
    )
    in_run, in_day = books.connection.execute(query).one()
    return in_run, in_day


def _promised(books: Books, besides: str | None) -> Decimal:
    """Money of approved decisions whose reservation is still to come."""
    query = select(decisions).where(
        decisions.c.store_id == books.store_id,
        decisions.c.status == Status.APPROVED.value,
        decisions.c.id != (besides or ""),
        # Of hundreds approved at once only those that cost money are read.
        decisions.c.cost.is_not(None) | (decisions.c.kind == "inventory.reorder"),
    )
    approved = [read_decision(row) for row in books.connection.execute(query)]
    return sum((planned_spend(decision.proposal) for decision in approved), Decimal(0))
