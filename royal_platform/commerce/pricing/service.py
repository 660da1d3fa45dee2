"""From a panel and its forecast to price proposals a person can check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from royal_platform.commerce.catalog.model import StoreTerms, Variant
from royal_platform.commerce.decisions.model import (
    Policy,
    Proposal,
)
from royal_platform.commerce.forecasting.model import Forecast, Panel
from royal_platform.commerce.pricing import rules
from royal_platform.commerce.pricing.account import (
    HORIZON_DAYS,
    Case,
    Desk,
    proposal_of,
    risk_of,
    too_risky,
    waiting,
)
from royal_platform.commerce.pricing.elasticity import elasticities
from royal_platform.commerce.pricing.model import (
    Blocked,
    Demand,
    Economics,
    PriceHistory,
    PriceStudy,
    PriceWindow,
    PricingOutcome,
)
from royal_platform.commerce.shared.model import Money

_HORIZON_WEEKS = HORIZON_DAYS // 7
_UNKNOWN_COST = Blocked(
    "unknown_cost",
    "Its unit cost is unknown, so no margin can be computed. Enter the cost per item in the "
    "store's admin.",
)


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
) -> PricingOutcome:
    """Propose at most ``limit`` price changes, the largest expected gain first.

    Every active variant is either proposed or listed in ``blocked`` with its reason: cost
    unknown, thin history, cool-down, not worthwhile, no room inside the policy, turned down by a
    person less than the policy's cool-down ago, or waiting its turn behind the limit. Prices that
    the gate would deny are never proposed, given the same history.
    """
    desk = Desk(
        panel, forecast, elasticities(panel), policy, store, now, run_id,
        [float(rate) for rate in rules.return_rates(panel)], rules.discount_rate(panel),
        available_now or {},
    )  # fmt: skip
    cases: list[Case] = []
    blocked: list[Blocked] = []
    seen: list[Variant] = []
    rows = {variant_id: row for row, variant_id in enumerate(panel.variant_ids)}
    for variant in variants:
        if variant.status.lower() != "active" or variant.id not in rows:
            continue
        seen.append(variant)
        found = _consider(desk, variant, rows[variant.id], (history or {}).get(variant.id))
        if isinstance(found, Blocked):
            blocked.append(replace(found, variant_id=variant.id, title=variant.title))
        else:
            cases.append(found)
    cases.sort(key=lambda case: (-case.advice.gain.point, case.variant.id))
    total = sum(max(case.advice.contribution_now.point, 0.0) for case in cases)
    proposals: list[Proposal] = []
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
    return PricingOutcome(tuple(proposals), tuple(blocked), studies)


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
        economics=_economics(desk, cost, row) if cost is not None and known else None,
        floor_percent=desk.policy.margin_floor_percent,
        low=limits.low,
        high=limits.high,
        proposed=proposed,
        reason=None if left is None else left.reason,
        detail=None if left is None else left.detail,
    )


def _economics(desk: Desk, cost: Money, row: int) -> Economics:
    policy = desk.policy
    return Economics(
        unit_cost=float(cost.amount),
        tax_rate=float(desk.store.tax_rate),
        fee_rate=float(policy.payment_fee_percent / 100),
        fee_fixed=float(policy.payment_fee_fixed),
        return_rate=desk.returns[row],
        discount_rate=desk.discount_rate,
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
    if variant.compare_at is not None and variant.compare_at.amount > variant.price.amount:
        # A price at or above the crossed-out one would make the discount a lie.
        unit = Decimal(1).scaleb(-limits.minor_digits)
        limits = replace(limits, high=min(limits.high, variant.compare_at.amount - unit))
    short = _short_of_stock(desk, variant, row)
    if short:
        limits = replace(limits, low=max(limits.low, variant.price.amount))
    return limits, short


def _consider(
    desk: Desk, variant: Variant, row: int, history: PriceHistory | None
) -> Case | Blocked:
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
    economics = _economics(desk, cost, row)
    past = history or PriceHistory(variant.price.amount)
    limits, short = _limits(desk, variant, row, history)
    advice = rules.advise(
        variant.price.amount,
        demand,
        (float(desk.elasticity.mean[row]), float(desk.elasticity.sd[row])),
        economics,
        limits,
        floor_percent=policy.margin_floor_percent,
    )
    if isinstance(advice, Blocked):
        return advice
    rejected = _rejected_lately(desk, variant.price, advice.price, past)
    return rejected or Case(variant, row, demand, economics, advice, short)


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
    return rules.too_thin(
        float(desk.panel.units[row].sum()),
        int(desk.elasticity.weeks[row]),
        _demand(desk, row).expected,
    )


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
