"""From a panel and its forecast to price proposals a person can check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from royal_platform.commerce.catalog.model import (
    Collection,
    DiscountRun,
    StoreTerms,
    Variant,
)
from royal_platform.commerce.decisions.costs import parts_of, unit_costs, unknown_parts
from royal_platform.commerce.decisions.model import Policy, Proposal
from royal_platform.commerce.forecasting.model import Forecast, Panel
from royal_platform.commerce.pricing import rules
from royal_platform.commerce.pricing.account import (
    HORIZON_DAYS,
    Case,
    Desk,
    competing,
    proposal_of,
    risk_of,
    too_risky,
    waiting,
)
from royal_platform.commerce.pricing.belief import believe
from royal_platform.commerce.pricing.clearing import markdown
from royal_platform.commerce.pricing.competitors import CompetitorPrice, compare
from royal_platform.commerce.pricing.elasticity import with_tests
from royal_platform.commerce.pricing.model import (
    Blocked,
    Demand,
    Economics,
    PriceAdvice,
    PriceHistory,
    PriceStudy,
    PriceWindow,
    PricingOutcome,
    Trials,
)
from royal_platform.commerce.pricing.optimum import Question, advise_all
from royal_platform.commerce.pricing.serving import OrderFacts, learn
from royal_platform.commerce.pricing.trial_account import TrialCase, tests
from royal_platform.commerce.shared.model import Money

_HORIZON_WEEKS = HORIZON_DAYS // 7
_UNKNOWN_COST = Blocked(
    "unknown_cost",
    "Its unit cost is unknown, so no margin can be computed. Enter the cost per item in the "
    "store's admin.",
)


_CROSSED_OUT = Blocked(
    "crossed_out",
    "It is shown as reduced. Beside another price the crossed-out one would have to be the lowest "
    "of the days before (Directive 98/6/EC), which today's price is below.",
)


_IN_TEST = Blocked("in_test", "Its prices take turns in a price test that is not read yet.")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A variant that may get another price, and the question which."""

    variant: Variant
    row: int
    past: PriceHistory
    question: Question
    short: bool


def propose_prices(
    variants: Sequence[Variant],
    panel: Panel,
    forecast: Forecast,
    policy: Policy,
    *,
    store: StoreTerms,
    now: datetime,
    history: Mapping[str, PriceHistory] | None = None,
    available_now: Mapping[str, int | None] | None = None,
    run_id: str | None = None,
    limit: int = 25,
    today: date | None = None,
    trials: Trials | None = None,
    orders: OrderFacts | None = None,
    collections: Sequence[Collection] = (),
    discounts: Sequence[DiscountRun] | None = None,
    competitors: Mapping[str, Sequence[CompetitorPrice]] | None = None,
    carried: Mapping[str, Decimal] | None = None,
) -> PricingOutcome:
    """Propose at most ``limit`` price changes, the largest expected gain first.

    Every active variant is either proposed or listed in ``blocked`` with its reason: cost
    unknown, thin history, cool-down, not worthwhile, no room inside the policy, turned down by a
    person less than the policy's cool-down ago, or waiting its turn behind the limit. Prices that
    the gate would deny are never proposed, given the same history. What is to be cleared by a date
    is marked down for ``today`` in the store, before the others. Where the price is left alone
    because too little is known of it, a price test is proposed if that is worth its cost; what
    ``trials`` read is believed, and a variant in one is left alone. What ``orders`` say of
    shipping, returned goods and taxes is part of every margin; ``studies`` name what they do not.
    What is ``carried`` to its buyer by a supplier, by variant, costs what he takes for it instead.
    How buyers mind a price is pooled in ``collections`` (in product types without them); weeks of
    the store's ``discounts`` are not read as an answer to prices, None where they are not told.
    What ``competitors`` asked, by variant, stands beside a price as evidence; where the policy
    says so, no price goes further from the lowest of them than it allows.
    """
    trials = trials or Trials()
    rows = {variant_id: row for row, variant_id in enumerate(panel.variant_ids)}
    past = believe(panel, variants, collections, discounts)
    believed = with_tests(past.elasticity, [
        (rows[each.variant_id], each.elasticity, each.sd)
        for each in trials.readings if each.variant_id in rows
    ])  # fmt: skip
    served = learn(panel, orders or OrderFacts(), store.tax_rate, carried)
    desk = Desk(
        panel, forecast, believed, policy, store, now, run_id, served, rules.discount_rate(panel),
        available_now or {}, today or now.date(), past.kin, past.promoted,
        {
            variant_id: compare(
                found, store.currency, now, timedelta(days=policy.competitor_max_age_days)
            )
            for variant_id, found in (competitors or {}).items()
        },
    )  # fmt: skip
    asked: list[_Asked] = []
    cleared: list[Proposal] = []
    blocked: list[Blocked] = []
    seen: list[Variant] = []
    for variant in variants:
        if variant.status.lower() != "active" or variant.id not in rows:
            continue
        seen.append(variant)
        found = (
            _IN_TEST
            if variant.id in trials.in_test
            else _consider(desk, variant, rows[variant.id], (history or {}).get(variant.id))
        )
        if isinstance(found, Proposal):
            cleared.append(found)
        elif isinstance(found, Blocked):
            blocked.append(replace(found, variant_id=variant.id, title=variant.title))
        else:
            asked.append(found)
    cases, refused = _answered(desk, asked)
    blocked += refused
    cases.sort(key=lambda case: (-case.advice.gain.point, case.variant.id))
    total = sum(max(case.advice.contribution_now.point, 0.0) for case in cases)
    proposals = _most_valuable(cleared)[:limit]
    blocked += [_next_time(each, limit) for each in _most_valuable(cleared)[limit:]]
    for case in cases:
        risk = risk_of(desk, case, total)
        if risk.score >= policy.risk_deny_min:
            blocked.append(too_risky(case, risk, policy))
        elif len(proposals) >= limit:
            blocked.append(waiting(case, limit))
        else:
            proposals.append(proposal_of(desk, case, risk))
    left = {each.variant_id: each for each in blocked}
    wanted = {each.subject.id: Decimal(each.arguments["price"]) for each in proposals}
    studies = tuple(
        _study(
            desk, variant, (history or {}).get(variant.id), row=rows[variant.id],
            proposed=wanted.get(variant.id), left=left.get(variant.id),
        )
        for variant in seen
        if variant.price.amount > 0 and variant.price.currency == store.currency
    )  # fmt: skip
    studied = {each.variant_id: each for each in studies}
    spared = trials.in_test | trials.waiting | trials.refused
    fit = [
        case
        for variant in seen
        if variant.id in studied and variant.id not in spared
        for case in _fit_for_test(
            desk, variant, rows[variant.id], studied[variant.id], history or {}
        )
    ]  # fmt: skip
    running = len(trials.in_test | trials.waiting)
    wanted_tests = tests(desk, fit, running=running, seed=run_id or now.isoformat())
    return PricingOutcome(tuple(proposals), tuple(blocked), studies, wanted_tests, served)


def _fit_for_test(
    desk: Desk, variant: Variant, row: int, study: PriceStudy, history: Mapping[str, PriceHistory]
) -> Iterator[TrialCase]:
    """A variant with stock, no crossed-out price and no date to be gone by."""
    if variant.compare_at is not None or variant.clear_by is not None:
        return
    past = history.get(variant.id)
    limits, short = _limits(desk, variant, row, past)
    reach = rules.reach(past.reference if past else variant.price.amount, desk.policy, limits)
    price, (low, high) = variant.price.amount, competing(desk, variant)
    # A test comes back to today's price, which therefore has to be an allowed one itself.
    if short or (low is not None and price < low) or (high is not None and price > high):
        return
    yield TrialCase(study, limits, rules.beside(price, (low, high), reach), variant)


def _study(
    desk: Desk,
    variant: Variant,
    history: PriceHistory | None,
    *,
    row: int,
    proposed: Decimal | None,
    left: Blocked | None,
) -> PriceStudy:
    demand = _demand(desk, row)
    limits, _ = _limits(desk, variant, row, history)
    cost = variant.unit_cost
    known = cost is not None and cost.currency == desk.store.currency
    served = desk.served[variant.id]
    return PriceStudy(
        variant_id=variant.id,
        price=variant.price.amount,
        currency=variant.price.currency,
        elasticity_mean=float(desk.elasticity.mean[row]),
        elasticity_sd=float(desk.elasticity.sd[row]),
        own_weight=float(desk.elasticity.own_weight[row]),
        weeks=int(desk.elasticity.weeks[row]),
        expected=demand.expected,
        expected_sd=demand.sd,
        economics=_economics(desk, cost, variant) if cost is not None and known else None,
        floor_percent=desk.policy.margin_floor_percent,
        low=limits.low,
        high=limits.high,
        proposed=proposed,
        reason=None if left is None else left.reason,
        detail=None if left is None else left.detail,
        served=served,
        parts=parts_of(variant.price.amount, cost.amount, served, desk.policy)
        if cost is not None and known
        else (),
        unknown=unknown_parts(served, desk.policy),
        competitors=desk.competitors.get(variant.id, ()),
    )


def _economics(desk: Desk, cost: Money, variant: Variant) -> Economics:
    costs = unit_costs(cost.amount, desk.served[variant.id], desk.policy)
    return Economics(
        unit_cost=float(costs.unit_cost),
        tax_rate=float(costs.tax_rate),
        fee_rate=float(costs.fee_rate),
        fee_fixed=float(costs.fee_fixed),
        return_rate=float(costs.return_rate),
        discount_rate=desk.discount_rate,
        serving=float(costs.serving),
    )


def _limits(
    desk: Desk, variant: Variant, row: int, history: PriceHistory | None
) -> tuple[PriceWindow, bool]:
    """Prices that may be proposed, and whether stock is too short for a cheaper one."""
    past = history or PriceHistory(variant.price.amount)
    limits = rules.window(
        variant.price.amount, past.reference, past.last_week, desk.policy,
        variant.price.minor_digits,
    )  # fmt: skip
    limits = rules.beside(variant.price.amount, competing(desk, variant), limits)
    if variant.compare_at is not None and _is_reduced(variant) and variant.clear_by is None:
        # A price at or above the crossed-out one would make the discount a lie.
        unit = Decimal(1).scaleb(-limits.minor_digits)
        limits = replace(limits, high=min(limits.high, variant.compare_at.amount - unit))
    # What is to be gone is not ordered again: no stock of it has to last.
    short = variant.clear_by is None and _short_of_stock(desk, variant, row)
    if short:
        limits = replace(limits, low=max(limits.low, variant.price.amount))
    return limits, short


def _consider(
    desk: Desk, variant: Variant, row: int, history: PriceHistory | None
) -> _Asked | Proposal | Blocked:
    cost = variant.unit_cost
    if cost is None:
        return _UNKNOWN_COST
    if {cost.currency, variant.price.currency} != {desk.store.currency}:
        detail = (
            f"Its price is in {variant.price.currency}, its cost in {cost.currency}, the store "
            f"sells in {desk.store.currency}: amounts of different money are not compared."
        )
        return Blocked("currency_mismatch", detail)
    refusal = _refusal(desk, variant, row, history)
    if refusal is not None:
        return refusal
    policy = desk.policy
    demand = _demand(desk, row)
    economics = _economics(desk, cost, variant)
    past = history or PriceHistory(variant.price.amount)
    limits, short = _limits(desk, variant, row, history)
    if variant.clear_by is not None:
        return markdown(
            desk, variant, row, demand=demand, economics=economics, limits=limits, past=past
        )
    beta = (float(desk.elasticity.mean[row]), float(desk.elasticity.sd[row]))
    question = Question(
        variant.price.amount, demand, beta, economics, limits, policy.margin_floor_percent
    )
    return _Asked(variant, row, past, question, short)


def _answered(desk: Desk, asked: Sequence[_Asked]) -> tuple[list[Case], list[Blocked]]:
    """All questions weighed at once: prices worth proposing, and refusals."""
    cases: list[Case] = []
    blocked: list[Blocked] = []
    for each, advice in zip(asked, advise_all([a.question for a in asked]), strict=True):
        variant, question = each.variant, each.question
        refusal = (
            advice
            if isinstance(advice, Blocked)
            else _rejected_lately(desk, variant.price, advice.price, each.past)
        )
        if refusal is not None:
            blocked.append(replace(refusal, variant_id=variant.id, title=variant.title))
        elif isinstance(advice, PriceAdvice):
            cases.append(Case(
                variant, each.row, question.demand, question.economics, advice, each.short
            ))  # fmt: skip
    return cases, blocked


def _rejected_lately(
    desk: Desk, price: Money, wanted: Decimal, past: PriceHistory
) -> Blocked | None:
    """A refusal while a person's no to the same direction is younger than the cool-down."""
    rise = wanted > price.amount
    rejected_at = past.rise_rejected_at if rise else past.cut_rejected_at
    if rejected_at is None:
        return None
    free_at = rejected_at + timedelta(days=desk.policy.cooldown_days)
    if desk.now >= free_at:
        return None
    detail = (
        f"A person turned down a {'higher' if rise else 'lower'} price on {rejected_at:%Y-%m-%d}; "
        f"proposed again from {free_at:%Y-%m-%d} if it is still worth it."
    )
    return Blocked("rejected_lately", detail)


def _refusal(
    desk: Desk, variant: Variant, row: int, history: PriceHistory | None
) -> Blocked | None:
    if variant.price.amount <= 0:
        return Blocked("no_price", "The variant has no price.")
    if history is not None and history.last_change_at is not None:
        free_at = history.last_change_at + timedelta(days=desk.policy.cooldown_days)
        if desk.now < free_at:
            return Blocked("cooldown", f"Its price was changed lately; free on {free_at:%Y-%m-%d}.")
    if (
        variant.clear_by is None
        and _is_reduced(variant)
        and desk.policy.prior_price_days is not None
    ):
        return _CROSSED_OUT
    return rules.too_thin(
        float(desk.panel.units[row].sum()),
        int(desk.elasticity.weeks[row]),
        _demand(desk, row).expected,
    )


def _most_valuable(cleared: Sequence[Proposal]) -> list[Proposal]:
    return sorted(
        cleared,
        key=lambda each: (-(each.money_at_stake.amount if each.money_at_stake else 0),
                          each.subject.id),
    )  # fmt: skip


def _next_time(proposal: Proposal, limit: int) -> Blocked:
    detail = f"{limit} other markdowns are worth more."
    return Blocked("limit", detail, proposal.subject.id, proposal.subject.title)


def _is_reduced(variant: Variant) -> bool:
    return variant.compare_at is not None and variant.compare_at.amount > variant.price.amount


def _demand(desk: Desk, row: int) -> Demand:
    return Demand(
        expected=float(desk.forecast.expected[row, :_HORIZON_WEEKS].sum()),
        sd=float(desk.forecast.cumulative_sd[row, _HORIZON_WEEKS - 1]),
    )


def _short_of_stock(desk: Desk, variant: Variant, row: int) -> bool:
    available = desk.available_now.get(variant.id)
    if available is None or not variant.tracked:
        return False
    per_day = float(desk.forecast.expected[row, :_HORIZON_WEEKS].mean()) / 7
    return available < per_day * desk.policy.lead_time_days
