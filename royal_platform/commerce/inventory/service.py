"""From a forecast and stock levels to reorder proposals a person can check."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from royal_platform.commerce.catalog.model import StoreTerms, Variant
from royal_platform.commerce.decisions.model import (
    Evidence,
    Inverse,
    Policy,
    Prediction,
    Proposal,
    Risk,
    RiskFactor,
    Subject,
)
from royal_platform.commerce.forecasting.model import Forecast
from royal_platform.commerce.inventory import rules
from royal_platform.commerce.inventory.model import (
    PurchaseOrder,
    ReorderAdvice,
    ReorderOutcome,
    StockLevel,
    SupplyTerms,
    Unseen,
)
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import OfferVersion, Reliability

AGENT_ID = "inventory_pricing"
_VALID_DAYS = 7
_ENOUGH_DELIVERIES = 5
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class _Case:
    """One variant with all that its advice was computed from."""

    variant: Variant
    row: int
    levels: tuple[StockLevel, ...]
    available: int
    on_order: int
    terms: SupplyTerms
    advice: ReorderAdvice

    @property
    def cost(self) -> Money | None:
        """What a unit costs: as the supplier offers it, else as the store has it noted."""
        offered = self.terms.unit_cost
        return self.variant.unit_cost if offered is None else offered

    @property
    def stake(self) -> Money:
        """Sales value, or contribution before fees where the cost is known, that is at risk."""
        price, cost = self.variant.price, self.cost
        unit = price - cost if cost is not None and cost.amount < price.amount else price
        return (unit * _decimal(self.advice.lost_point)).rounded()


@dataclass(frozen=True, slots=True)
class _Desk:
    """What all variants of one pass share."""

    forecast: Forecast
    policy: Policy
    store: StoreTerms
    now: datetime
    run_id: str | None


def propose_reorders(
    variants: Sequence[Variant],
    forecast: Forecast,
    levels: Sequence[StockLevel],
    policy: Policy,
    *,
    store: StoreTerms,
    now: datetime,
    on_order: Sequence[PurchaseOrder] = (),
    terms: Mapping[str, SupplyTerms] | None = None,
    rejected_at: Mapping[str, datetime] | None = None,
    run_id: str | None = None,
    limit: int = 25,
) -> ReorderOutcome:
    """Propose at most ``limit`` reorders, the largest expected loss avoided first.

    ``terms`` holds a supplier's terms by variant; where absent the policy's lead time is assumed
    and named as an assumption. A variant whose cost is unknown is still proposed: the gate then
    asks. ``rejected_at`` says when a person last turned a reorder of a variant down: until the
    policy's cool-down has passed it is not proposed again. ``unseen`` lists untracked variants,
    those without a level, those turned down, and those behind the limit.
    """
    desk = _Desk(forecast, policy, store, now, run_id)
    by_variant: dict[str, list[StockLevel]] = defaultdict(list)
    for level in levels:
        by_variant[level.variant_id].append(level)
    coming: dict[str, int] = defaultdict(int)
    for order in on_order:
        coming[order.variant_id] += order.quantity
    rows = {variant_id: row for row, variant_id in enumerate(forecast.variant_ids)}
    cases: list[_Case] = []
    unseen: list[Unseen] = []
    enough = 0
    for variant in variants:
        if variant.status.lower() != "active" or variant.id not in rows:
            continue
        stock = by_variant[variant.id]
        available = rules.total_available(stock)
        if not variant.tracked or available is None:
            unseen.append(_unseen(variant))
            continue
        supply = (terms or {}).get(variant.id, _assumed(policy))
        advice = _advise(
            desk, rows[variant.id], stock, available, ours=coming[variant.id], terms=supply
        )
        if advice is None:
            enough += 1
            continue
        turned_down = _rejected_lately(desk, variant, (rejected_at or {}).get(variant.id))
        if turned_down is not None:
            unseen.append(turned_down)
            continue
        cases.append(
            _Case(variant, rows[variant.id], tuple(stock), available, coming[variant.id], supply,
                  advice)
        )  # fmt: skip
    cases.sort(key=lambda case: (-case.stake.amount, case.variant.id))
    unseen += [_waiting(case, limit) for case in cases[limit:]]
    return ReorderOutcome(
        tuple(_proposal(desk, case) for case in cases[:limit]), tuple(unseen), enough
    )


def offered_terms(
    offers: Mapping[str, OfferVersion],
    reliability: Mapping[str, Reliability],
    names: Mapping[str, str],
    policy: Policy,
) -> dict[str, SupplyTerms]:
    """Supply terms by variant from its best offer; a variant whose lead time is unknown has none.

    What was delivered tells the lead time once there are five deliveries; until then the longest
    promise is the mean, because a promise is rarely beaten, and half its range the spread.
    """
    found: dict[str, SupplyTerms] = {}
    for variant_id, version in offers.items():
        offer = version.offer
        if offer.lead_days_high is None:
            continue
        name = names.get(offer.supplier_id, offer.supplier_id)
        mean, sd = Decimal(offer.lead_days_high), _promised_spread(version, policy)
        source = f"offer of {name}"
        known = reliability.get(offer.supplier_id)
        if known is not None and known.judged >= _ENOUGH_DELIVERIES and known.mean_lead_days:
            mean = _decimal(known.mean_lead_days)
            sd = sd if known.sd_lead_days is None else _decimal(known.sd_lead_days)
            source = f"deliveries of {name}"
        found[variant_id] = SupplyTerms(
            lead_time_days=mean,
            lead_time_sd_days=sd,
            minimum_order=offer.minimum_order or 1,
            pack_size=offer.pack_size or 1,
            source=source,
            unit_cost=offer.cost,
        )
    return found


def _promised_spread(version: OfferVersion, policy: Policy) -> Decimal:
    low, high = version.offer.lead_days_low, version.offer.lead_days_high
    if low is None or high is None or low == high:
        return _assumed(policy).lead_time_sd_days
    return Decimal(high - low) / 2


def _advise(
    desk: _Desk,
    row: int,
    levels: Sequence[StockLevel],
    available: int,
    *,
    ours: int,
    terms: SupplyTerms,
) -> ReorderAdvice | None:
    # Shopify may already count our order as incoming: the larger of the two, never the sum.
    incoming = max(sum(level.incoming or 0 for level in levels), ours)
    return rules.reorder(
        available + incoming,
        available,
        expected=desk.forecast.expected[row],
        cumulative_sd=desk.forecast.cumulative_sd[row],
        terms=terms,
        service_level=float(desk.policy.service_level_percent) / 100,
    )


def _assumed(policy: Policy) -> SupplyTerms:
    return SupplyTerms(
        Decimal(policy.lead_time_days),
        Decimal(policy.lead_time_sd_days),
        source="policy",
    )


def _unseen(variant: Variant) -> Unseen:
    if not variant.tracked:
        return Unseen(
            variant.id, variant.title, "untracked",
            "The store does not track its quantity, so its stock cannot be seen.",
        )  # fmt: skip
    return Unseen(
        variant.id, variant.title, "no_level", "No location reports a quantity for it."
    )  # fmt: skip


def _rejected_lately(desk: _Desk, variant: Variant, rejected_at: datetime | None) -> Unseen | None:
    """A refusal while a person's no to a reorder is younger than the cool-down."""
    if rejected_at is None:
        return None
    free_at = rejected_at + timedelta(days=desk.policy.cooldown_days)
    if desk.now >= free_at:
        return None
    detail = (
        f"A person turned down a reorder on {rejected_at:%Y-%m-%d}; proposed again from "
        f"{free_at:%Y-%m-%d} if it is still needed."
    )
    return Unseen(variant.id, variant.title, "rejected_lately", detail)


def _waiting(case: _Case, limit: int) -> Unseen:
    detail = f"{case.advice.quantity} units wanted; {limit} other reorders are worth more."
    return Unseen(case.variant.id, case.variant.title, "limit", detail)


def _proposal(desk: _Desk, case: _Case) -> Proposal:
    variant, advice, cost = case.variant, case.advice, case.cost
    location = case.levels[0].location_id if len(case.levels) == 1 else _largest(case.levels)
    return Proposal(
        agent_id=AGENT_ID,
        kind="inventory.reorder",
        subject=Subject("variant", variant.id, variant.title),
        arguments={
            "variant_id": variant.id,
            "sku": variant.sku,
            "quantity": advice.quantity,
            "unit_cost": format(cost.amount, "f") if cost is not None else None,
            "currency": desk.store.currency,
            "location_id": location,
            "expected_days": round(float(case.terms.lead_time_days)),
        },
        precondition={"available": case.available},
        evidence=_evidence(desk, case),
        rationale=_why(desk, case),
        prediction=Prediction(
            metric="lost_sales_avoided",
            unit="units",
            point=_decimal(advice.lost_point),
            low=_decimal(advice.lost_low),
            high=_decimal(advice.lost_high),
            horizon_days=_horizon(case.terms),
        ),
        risk=_risk(desk, case),
        cost=(cost * advice.quantity).rounded() if cost is not None else None,
        money_at_stake=case.stake,
        inverse=Inverse(
            "inventory.reorder_cancel",
            {"variant_id": variant.id, "sku": variant.sku, "quantity": advice.quantity},
            "Cancels the purchase order while the goods have not arrived.",
        ),
        expires_at=desk.now + timedelta(days=_VALID_DAYS),
        run_id=desk.run_id,
    )


def _largest(levels: Sequence[StockLevel]) -> str:
    """The location that holds most: where the variant is evidently sold from."""
    return max(levels, key=lambda level: (level.available or 0, level.location_id)).location_id


def _horizon(terms: SupplyTerms) -> int:
    return round(float(terms.lead_time_days)) + terms.review_days + rules.ORDER_CYCLE_DAYS


def _risk(desk: _Desk, case: _Case) -> Risk:
    """Four factors whose weights sum to 1: each contribution is a weight times a share of it."""
    forecast, row = desk.forecast, case.row
    expected = max(float(forecast.expected[row, :4].sum()), 1e-9)
    doubt = float(forecast.cumulative_sd[row, 3]) / expected
    budget = desk.policy.spend_per_month
    cost = case.cost
    share = float(cost.amount * case.advice.quantity / budget) if cost and budget > 0 else 1.0
    parts = (
        ("demand uncertainty", 0.35, doubt, f"demand of 28 days may be off by {doubt:.0%}"),
        ("money tied up", 0.25, share / 0.2, f"{share:.1%} of the month's budget"),
        ("assumed lead time", 0.15, 1.0 if case.terms.source == "policy" else 0.0,
         f"lead time from: {case.terms.source}"),
        ("unknown cost", 0.25, 0.0 if cost else 1.0,
         "the unit cost is known" if cost else "the unit cost is unknown"),
    )  # fmt: skip
    factors = tuple(
        RiskFactor(name, round(weight * min(max(share, 0.0), 1.0), 4), reason)
        for name, weight, share, reason in parts
    )
    return Risk(round(sum(factor.contribution for factor in factors), 4), factors)


def _why(desk: _Desk, case: _Case) -> str:
    advice, terms = case.advice, case.terms
    per_week = float(desk.forecast.expected[case.row, :4].mean())
    cover = f"{advice.days_of_cover:.0f} days" if advice.days_of_cover is not None else "unknown"
    assumed = " (the policy's assumption)" if terms.source == "policy" else f" ({terms.source})"
    cost = case.cost
    price = (
        f" at {cost}, together {(cost * advice.quantity).rounded()}" if cost is not None
        else "; their cost is neither entered in the store nor offered, so the total is unknown"
    )  # fmt: skip
    sentences = [
        f"Order {advice.quantity} {'unit' if advice.quantity == 1 else 'units'}{price}.",
        (
            f"Available: {case.available}; on their way: {advice.position - case.available}; "
            f"expected sales: {per_week:.1f} a week. What is available lasts {cover}."
        ),
        f"Delivery takes {terms.lead_time_days} ± {terms.lead_time_sd_days} days{assumed}.",
        (
            f"To be in stock with {desk.policy.service_level_percent} % probability, order when "
            f"{advice.reorder_point:.0f} are left or on their way, and fill up to "
            f"{advice.order_up_to:.0f}."
        ),
        (
            f"Without the order about {advice.lost_point:.0f} sales would be lost in "
            f"{_horizon(terms)} days (80 % interval: {advice.lost_low:.0f} to "
            f"{advice.lost_high:.0f})."
        ),
    ]
    return " ".join(sentences)


def _evidence(desk: _Desk, case: _Case) -> tuple[Evidence, ...]:
    variant, forecast, row, store = case.variant, desk.forecast, case.row, desk.store
    stock_as_of = min(level.updated_at for level in case.levels)
    item = f"inventoryItem(id: {variant.inventory_item_id}) inventoryLevels quantities"
    terms, cost = case.terms, case.cost
    demand = {
        "point": round(float(forecast.expected[row, 0]), 2),
        "low": round(float(forecast.low[row, 0]), 2),
        "high": round(float(forecast.high[row, 0]), 2),
    }
    method = f"forecast {forecast.method[row]}, {int(forecast.scored[row])} past forecasts"
    terms_query = (
        "policy lead_time_days, lead_time_sd_days (an assumption: no delivery was observed)"
        if terms.source == "policy"
        else f"supply terms of {variant.id}"
    )
    lead = {"mean": str(terms.lead_time_days), "sd": str(terms.lead_time_sd_days)}
    unit_cost = format(cost.amount, "f") if cost is not None else None
    return (
        Evidence("Units available", case.available, "units", store.source, item, stock_as_of),
        Evidence(
            "Units on their way",
            case.advice.position - case.available,
            "units",
            store.source,
            f"{item}, purchase_orders open",
            desk.now,
        ),
        Evidence(
            "Demand next week, 80 % interval", demand, "units per week", "model", method, desk.now
        ),
        Evidence("Lead time", lead, "days", terms.source, terms_query, desk.now),
        Evidence(
            "Unit cost",
            unit_cost,
            store.currency,
            store.source if terms.unit_cost is None else terms.source,
            f"productVariant(id: {variant.id}) inventoryItem.unitCost"
            if terms.unit_cost is None
            else f"GET /v1/offers?variant_id={variant.id}",
            variant.updated_at if terms.unit_cost is None else desk.now,
        ),
    )


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:.3f}").quantize(_TENTH)
