"""A reorder as a proposal: its words, its evidence, its risk and what undoes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

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
from royal_platform.commerce.inventory import rules
from royal_platform.commerce.inventory.model import ReorderAdvice, StockLevel, SupplyTerms
from royal_platform.commerce.inventory.weighing import Weighed
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import OrderedFrom

AGENT_ID = "inventory_pricing"
_VALID_DAYS = 7
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Case:
    """One variant with all that its advice was computed from."""

    variant: Variant
    row: int
    levels: tuple[StockLevel, ...]
    available: int
    terms: SupplyTerms
    advice: ReorderAdvice
    cheapest: bool
    run_id: str | None
    source: OrderedFrom | None = None

    @property
    def stake(self) -> Money:
        """Sales value, or contribution before fees where the cost is known, that is at risk."""
        price, cost = self.variant.price, self.variant.unit_cost
        unit = price - cost if cost is not None and cost.amount < price.amount else price
        return (unit * _decimal(self.advice.lost_point)).rounded()


def reorder_proposal(desk: Weighed, case: Case) -> Proposal:
    """The proposal of one case; the gate judges it like any other."""
    variant, advice = case.variant, case.advice
    cost = variant.unit_cost
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
            **_told_source(case.source),
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
        run_id=case.run_id,
    )


def _told_source(source: OrderedFrom | None) -> dict[str, str]:
    if source is None:
        return {}
    return {"supplier_id": source.supplier_id, "supplier": source.name}


def _largest(levels: Sequence[StockLevel]) -> str:
    """The location that holds most: where the variant is evidently sold from."""
    return max(levels, key=lambda level: (level.available or 0, level.location_id)).location_id


def _horizon(terms: SupplyTerms) -> int:
    return round(float(terms.lead_time_days)) + terms.review_days + rules.ORDER_CYCLE_DAYS


def _risk(desk: Weighed, case: Case) -> Risk:
    """Four factors whose weights sum to 1: each contribution is a weight times a share of it."""
    forecast, row = desk.forecast, case.row
    expected = max(float(forecast.expected[row, :4].sum()), 1e-9)
    doubt = float(forecast.cumulative_sd[row, 3]) / expected
    budget = desk.policy.spend_per_month
    cost = case.variant.unit_cost
    share = float(cost.amount * case.advice.quantity / budget) if cost and budget > 0 else 1.0
    parts = (
        ("demand uncertainty", 0.35, doubt, f"demand of 28 days may be off by {doubt:.0%}"),
        ("money tied up", 0.25, share / 0.2, f"{share:.1%} of the month's budget"),
        ("assumed lead time", 0.15,
         1.0 if case.terms.source == "policy" and not case.terms.observed else 0.0,
         f"lead time: {_origin(case.terms)}"),
        ("unknown cost", 0.25, 0.0 if cost else 1.0,
         "the unit cost is known" if cost else "the unit cost is unknown"),
    )  # fmt: skip
    factors = tuple(
        RiskFactor(name, round(weight * min(max(share, 0.0), 1.0), 4), reason)
        for name, weight, share, reason in parts
    )
    return Risk(round(sum(factor.contribution for factor in factors), 4), factors)


def _why(desk: Weighed, case: Case) -> str:
    advice, terms = case.advice, case.terms
    per_week = float(desk.forecast.expected[case.row, :4].mean())
    days = advice.days_of_cover
    cover = "more than half a year" if days is None else f"{days} days"
    lasts = f"What is available lasts {cover}."
    cost = case.variant.unit_cost
    price = (
        f" at {cost}, together {(cost * advice.quantity).rounded()}" if cost is not None
        else "; their cost is neither entered in the store nor offered, so the total is unknown"
    )  # fmt: skip
    sentences = [
        f"Order {advice.quantity} {'unit' if advice.quantity == 1 else 'units'}{price}.",
        (
            f"Available: {case.available}; on their way: {advice.position - case.available}; "
            f"expected sales: {per_week:.1f} a week. {lasts}"
        ),
        (
            f"Delivery takes {terms.lead_time_days} ± {terms.lead_time_sd_days} days "
            f"({_origin(terms)})."
        ),
        (
            f"To be in stock with {desk.policy.service_level_percent} % probability, order when "
            f"{advice.reorder_point:.0f} are left or on their way, and fill up to "
            f"{advice.order_up_to:.0f}{_by_cost(case)}."
        ),
        (
            f"Without the order about {advice.lost_point:.0f} sales would be lost in "
            f"{_horizon(terms)} days (80 % interval: {advice.lost_low:.0f} to "
            f"{advice.lost_high:.0f})."
        ),
    ]
    if case.source is not None and case.source.by_mail:
        sentences.append(f"Once approved it is mailed to {case.source.name}.")
    if advice.quantity < advice.wanted:
        sentences.insert(1, f"{advice.wanted} would be wanted; the budget allows this much.")
    return " ".join(sentences)


def _by_cost(case: Case) -> str:
    return ": the cheapest for ordering, holding and missed sales" if case.cheapest else ""


def _origin(terms: SupplyTerms) -> str:
    named = {"policy": "the policy's assumption", "entered": "as entered"}
    start = named.get(terms.source, terms.source)
    if not terms.observed:
        return start
    deliveries = "1 delivery" if terms.observed == 1 else f"{terms.observed} deliveries"
    return f"{start}, learned from {deliveries}"


def _evidence(desk: Weighed, case: Case) -> tuple[Evidence, ...]:
    variant, forecast, row, store = case.variant, desk.forecast, case.row, desk.store
    stock_as_of = min(level.updated_at for level in case.levels)
    item = f"inventoryItem(id: {variant.inventory_item_id}) inventoryLevels quantities"
    terms, cost = case.terms, variant.unit_cost
    demand = {
        "point": round(float(forecast.expected[row, 0]), 2),
        "low": round(float(forecast.low[row, 0]), 2),
        "high": round(float(forecast.high[row, 0]), 2),
    }
    method = f"forecast {forecast.method[row]}, {int(forecast.scored[row])} past forecasts"
    terms_query = (
        "policy lead_time_days, lead_time_sd_days (an assumption: no delivery was observed)"
        if terms.source == "policy" and not terms.observed
        else f"supply terms and receipts of {variant.vendor or variant.id}"
    )
    lead = {"mean": str(terms.lead_time_days), "sd": str(terms.lead_time_sd_days)}
    source = "receipts" if terms.observed else terms.source
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
        Evidence("Lead time", lead, "days", source, terms_query, desk.now),
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
