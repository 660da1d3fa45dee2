"""A product to be sold out by a date: its markdown as a proposal that a person can check."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from royal_platform.commerce.catalog.model import Variant
from royal_platform.commerce.decisions.model import (
    Evidence,
    Inverse,
    Prediction,
    Proposal,
    Risk,
    RiskFactor,
    Subject,
)
from royal_platform.commerce.decisions.prices import MARKDOWN
from royal_platform.commerce.pricing import rules
from royal_platform.commerce.pricing.account import (
    AGENT_ID,
    Desk,
    competing,
    competitors_seen,
    money_of,
)
from royal_platform.commerce.pricing.markdown import (
    MAX_WEEKS,
    Clearance,
    MarkdownPath,
    best_path,
)
from royal_platform.commerce.pricing.model import (
    Blocked,
    Demand,
    Economics,
    PriceHistory,
    PriceWindow,
)

_VALID_DAYS = 7
_LOSS_WEIGHT, _STEP_WEIGHT, _BORROWED_WEIGHT = 0.35, 0.20, 0.25


def markdown(
    desk: Desk, variant: Variant, row: int, *, demand: Demand, economics: Economics,
    limits: PriceWindow, past: PriceHistory,
) -> Proposal | Blocked:  # fmt: skip
    """The first step of the best path to the date, or why none is proposed.

    ``limits`` are the prices allowed now. A crossed-out price is shown only where the history is
    long enough to know the lowest one of the days before, and then it is that one.
    """
    stock, today = desk.available_now.get(variant.id), desk.today
    if variant.clear_by is None or variant.clear_by <= today:
        return Blocked("clearing", f"It was to be sold out by {variant.clear_by}.")
    if not variant.tracked or stock is None or stock <= 0:
        return Blocked("clearing", "The store counts no stock of it that could be cleared.")
    case = _clearance(desk, variant, row, demand, stock=stock, today=today)
    firsts = _allowed(variant, economics, desk, limits)
    lasts = _allowed(variant, economics, desk, _down_to_band(desk, variant, past, limits))
    if not len(firsts):
        return Blocked("no_room", "No lower price is inside the policy's limits.")
    beta = (float(desk.elasticity.mean[row]), float(desk.elasticity.sd[row]))
    path = best_path(case, beta, economics, firsts, lasts)
    if path.gain.low <= 0:
        return Blocked("not_worthwhile", _held(path, variant.clear_by, desk.store.currency))
    return _proposal(desk, variant, path, case, past, row=row)


def _clearance(
    desk: Desk, variant: Variant, row: int, demand: Demand, *, stock: int, today: date
) -> Clearance:
    clear_by = variant.clear_by or today
    weeks = min(max((clear_by - today).days // 7, 1), MAX_WEEKS)
    known = desk.forecast.expected[row]
    weekly = np.resize(known, weeks) if weeks <= len(known) else np.concatenate(
        [known, np.full(weeks - len(known), known.mean())]
    )  # fmt: skip
    policy, cost = desk.policy, variant.unit_cost
    worth = Decimal(0) if cost is None else cost.amount
    step = min(policy.price_step_max_percent, policy.price_week_max_percent)
    return Clearance(
        price=float(variant.price.amount), weekly=np.maximum(weekly, 0.0),
        spread=demand.sd / max(demand.expected, 1e-9), stock=stock,
        salvage=float(worth * policy.salvage_percent / 100),
        step=float(step / 100), rest_days=policy.cooldown_days,
    )  # fmt: skip


def _allowed(
    variant: Variant, economics: Economics, desk: Desk, limits: PriceWindow
) -> np.ndarray[Any, np.dtype[np.float64]]:
    now, floor, costs = variant.price.amount, desk.policy.margin_floor_percent, economics.costs
    found = [
        price
        for price in rules.candidates(now, limits)
        if price < now and costs.keeps(price, floor)
    ]
    return np.array([float(price) for price in found])


def _down_to_band(
    desk: Desk, variant: Variant, past: PriceHistory, limits: PriceWindow
) -> PriceWindow:
    lowest = past.reference * desk.policy.price_band_low_percent / 100
    unit = Decimal(1).scaleb(-limits.minor_digits)
    down = PriceWindow(
        max(lowest, unit).quantize(unit, rounding="ROUND_CEILING"), variant.price.amount,
        limits.ending, limits.minor_digits, limits.points,
    )  # fmt: skip
    return rules.beside(variant.price.amount, competing(desk, variant), down)


def _proposal(
    desk: Desk, variant: Variant, path: MarkdownPath, case: Clearance, past: PriceHistory,
    *, row: int,
) -> Proposal:  # fmt: skip
    currency, price = desk.store.currency, variant.price
    ids = {"product_id": variant.product_id, "variant_id": variant.id, "currency": currency}
    wanted = Decimal(f"{path.first:.{price.minor_digits}f}")
    crossed, why = crossed_out(desk, variant, wanted, past)
    before = None if variant.compare_at is None else format(variant.compare_at.amount, "f")
    arguments: dict[str, Any] = {
        **ids, "price": format(wanted, "f"),
        "compare_at": None if crossed is None else format(crossed, "f"),
        "salvage": f"{case.salvage:.4f}",
    }  # fmt: skip
    prior = past.prior
    if crossed is not None and prior is not None and prior.lowest is not None:
        arguments["prior_price"] = format(prior.lowest, "f")
    gain = path.first_gain
    return Proposal(
        agent_id=AGENT_ID,
        kind=MARKDOWN,
        subject=Subject("variant", variant.id, variant.title),
        arguments=arguments,
        precondition={
            "price": format(price.amount, "f"),
            "compare_at": before,
            "unit_cost": format(variant.unit_cost.amount, "f") if variant.unit_cost else None,
        },
        evidence=_evidence(desk, variant, path, case, past),
        rationale=_why(desk, variant, path, case, why=why),
        prediction=Prediction(
            "contribution_gain", currency, money_of(gain.point, currency).amount,
            money_of(gain.low, currency).amount, money_of(gain.high, currency).amount,
            path.first_days,
        ),
        risk=_risk(desk, variant, path, row),
        cost=None,
        money_at_stake=money_of(path.gain.point, currency),
        inverse=Inverse(
            MARKDOWN, {**ids, "price": format(price.amount, "f"), "compare_at": before},
            f"Sets the price back to {price} and the crossed-out one to {before or 'none'}.",
        ),
        expires_at=desk.now + timedelta(days=_VALID_DAYS),
        run_id=desk.run_id,
    )  # fmt: skip


def crossed_out(
    desk: Desk, variant: Variant, wanted: Decimal, past: PriceHistory
) -> tuple[Decimal | None, str]:
    """The price to cross out beside ``wanted``, and in words what it is or why there is none."""
    days, prior = desk.policy.prior_price_days, past.prior
    if days is None:
        shown = variant.price.amount
        return shown, f"{shown}, today's price, is crossed out."
    if prior is None or prior.lowest is None or prior.known_days < days:
        known = 0 if prior is None else prior.known_days
        return None, (
            f"No price is crossed out: prices are known for {known} days, and a reduction carries "
            f"the lowest one of {days}."
        )
    if prior.lowest <= wanted:
        return None, f"No price is crossed out: {prior.lowest} was asked within {days} days."
    return prior.lowest, f"{prior.lowest}, the lowest price of {days} days, is crossed out."


def _why(desk: Desk, variant: Variant, path: MarkdownPath, case: Clearance, *, why: str) -> str:
    currency = desk.store.currency
    wanted = money_of(path.first, currency)
    told = {name: money_of(getattr(path.gain, name), currency) for name in ("point", "low", "high")}
    last = money_of(path.last, currency)
    return (
        f"Lower the price from {variant.price} to {wanted}: {case.stock} units "
        f"are to be sold by {variant.clear_by}. At today's price {path.left_held:.0f} are expected "
        f"to be left; going down to {last} in steps, {path.left:.0f}. That brings "
        f"{told['point']} more until then (80 % interval: {told['low'].amount} to "
        f"{told['high']}), a unit left over counted at {money_of(case.salvage, currency)}. {why}"
    )


def _held(path: MarkdownPath, clear_by: date, currency: str) -> str:
    return (
        f"The best path to {clear_by} would bring {money_of(path.gain.point, currency)}, 80 % "
        f"interval {path.gain.low:+.2f} to {path.gain.high:+.2f}: not worth a markdown."
    )


def _evidence(
    desk: Desk, variant: Variant, path: MarkdownPath, case: Clearance, past: PriceHistory
) -> tuple[Evidence, ...]:
    store, prior = desk.store, past.prior
    lookup = f"productVariant(id: {variant.id})"

    def fact(label: str, value: object, unit: str, query: str) -> Evidence:
        return Evidence(label, value, unit, store.source, query, desk.now)

    facts = [
        fact("Price now", format(variant.price.amount, "f"), store.currency, f"{lookup} price"),
        fact("To be sold by", str(variant.clear_by), "", "product tag clear-by"),
        fact("In stock", case.stock, "units", "inventory_levels"),
        fact("Left on that day at today's price", round(path.left_held, 1), "units", "forecast"),
        fact("Left on that day on this path", round(path.left, 1), "units", "forecast"),
    ]
    if prior is not None and prior.lowest is not None:
        days: Mapping[str, Any] = {"known_days": prior.known_days, "price": str(prior.lowest)}
        label = f"Lowest price of the last {desk.policy.prior_price_days} days"
        query = f"price_observations variant_id={variant.id}"
        facts.append(fact(label, days, store.currency, query))
    return (*facts, *competitors_seen(desk, variant))


def _risk(desk: Desk, variant: Variant, path: MarkdownPath, row: int) -> Risk:
    step = (1 - path.first / float(variant.price.amount)) * 100
    widest = max(float(desk.policy.price_step_max_percent), 1e-9)
    borrowed = 1 - float(desk.elasticity.own_weight[row])
    parts = (
        ("loss", _LOSS_WEIGHT, path.loss_probability / 0.20,
         f"{path.loss_probability:.0%} chance that holding the price brings more"),
        ("step", _STEP_WEIGHT, step / widest, f"a step of {step:.1f} %"),
        ("borrowed elasticity", _BORROWED_WEIGHT, borrowed,
         f"{borrowed:.0%} of the elasticity comes from {desk.alike(row)}"),
    )  # fmt: skip
    factors = tuple(
        RiskFactor(name, round(weight * min(max(share, 0.0), 1.0), 4), reason)
        for name, weight, share, reason in parts
    )
    return Risk(round(sum(factor.contribution for factor in factors), 4), factors)
