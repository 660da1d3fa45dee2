"""A price advised, as a proposal that a person can check: words, evidence, risk, undo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from royal_platform.commerce.catalog.model import StoreTerms, Variant
from royal_platform.commerce.decisions.competition import bounds
from royal_platform.commerce.decisions.costs import missing, parts_of, unknown_parts
from royal_platform.commerce.decisions.model import (
    CostToServe,
    Evidence,
    Inverse,
    Policy,
    Prediction,
    Proposal,
    Risk,
    RiskFactor,
    Subject,
)
from royal_platform.commerce.forecasting.model import Flags, Forecast, Panel
from royal_platform.commerce.forecasting.service import UNCATEGORISED
from royal_platform.commerce.pricing.competitors import Compared, Ignored, cheapest
from royal_platform.commerce.pricing.kin import Kin
from royal_platform.commerce.pricing.model import (
    Blocked,
    Demand,
    Economics,
    Elasticity,
    PriceAdvice,
)
from royal_platform.commerce.shared.model import Money

AGENT_ID = "inventory_pricing"
HORIZON_DAYS = 28
_VALID_DAYS = 7
_CENT = Decimal("0.01")
_SERVING = {
    "lost_goods": "Returned goods that cannot be sold again",
    "handled_returns": "Handling returns",
    "shipping": "Shipping that buyers do not pay",
}
_COMPETITOR: Mapping[Ignored | None, str] = {
    None: "A competitor's price",
    "stale": "A competitor's price, too old to count",
    "currency": "A competitor's price, in other money",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One variant with all that its advice was computed from."""

    variant: Variant
    row: int
    demand: Demand
    economics: Economics
    advice: PriceAdvice
    short_of_stock: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """What all variants of one pass share."""

    panel: Panel
    forecast: Forecast
    elasticity: Elasticity
    policy: Policy
    store: StoreTerms
    now: datetime
    run_id: str | None
    served: Mapping[str, CostToServe]
    discount_rate: float
    available_now: Mapping[str, int | None]
    today: date
    kin: Kin
    running: Flags | None
    competitors: Mapping[str, tuple[Compared, ...]]

    def alike(self, row: int) -> str:
        """The products whose answer to prices a variant borrows, in words."""
        name = self.kin.name(row)
        return "the rest of the store" if name == UNCATEGORISED else f"other products of {name!r}"


def waiting(case: Case, limit: int) -> Blocked:
    worth = money_of(case.advice.gain.point, case.variant.price.currency)
    detail = f"Worth {worth} in 28 days; {limit} others are worth more."
    return Blocked("limit", detail, case.variant.id, case.variant.title)


def too_risky(case: Case, risk: Risk, policy: Policy) -> Blocked:
    detail = f"Its risk index {risk.score:.2f} reaches the policy's {policy.risk_deny_min:.2f}."
    return Blocked("risk", detail, case.variant.id, case.variant.title)


def proposal_of(desk: Desk, case: Case, risk: Risk) -> Proposal:
    variant, advice = case.variant, case.advice
    price, currency = variant.price, desk.store.currency
    ids = {"product_id": variant.product_id, "variant_id": variant.id}
    gain = money_of(advice.gain.point, currency)
    return Proposal(
        agent_id=AGENT_ID,
        kind="price.set",
        subject=Subject("variant", variant.id, variant.title),
        arguments={**ids, "price": format(advice.price, "f"), "currency": currency},
        precondition={
            "price": format(price.amount, "f"),
            "unit_cost": format(variant.unit_cost.amount, "f") if variant.unit_cost else None,
        },
        evidence=_evidence(desk, case),
        rationale=_why(desk, case),
        prediction=Prediction(
            metric="contribution_gain",
            unit=currency,
            point=gain.amount,
            low=money_of(advice.gain.low, currency).amount,
            high=money_of(advice.gain.high, currency).amount,
            horizon_days=HORIZON_DAYS,
        ),
        risk=risk,
        cost=None,
        money_at_stake=gain,
        inverse=Inverse(
            "price.set",
            {**ids, "price": format(price.amount, "f"), "currency": currency},
            f"Sets the price back to {price}.",
        ),
        expires_at=desk.now + timedelta(days=_VALID_DAYS),
        run_id=desk.run_id,
    )


def risk_of(desk: Desk, case: Case, total: float) -> Risk:
    """Five factors whose weights sum to 1: each contribution is a weight times a share of it."""
    advice, now = case.advice, case.variant.price.amount
    step = abs(advice.price - now) / now * 100
    widest = max(float(desk.policy.price_step_max_percent), 1e-9)
    borrowed = 1 - float(desk.elasticity.own_weight[case.row])
    exposed = max(advice.contribution_now.point, 0.0) / total if total > 0 else 0.0
    width = (advice.gain.high - advice.gain.low) / max(abs(advice.gain.point), 1e-9)
    parts = (
        ("loss", 0.30, advice.loss_probability / 0.20,
         f"{advice.loss_probability:.0%} chance that it loses contribution"),
        ("step", 0.20, float(step) / widest, f"a step of {step:.1f} %"),
        ("borrowed elasticity", 0.20, borrowed,
         f"{borrowed:.0%} of the elasticity comes from {desk.alike(case.row)}"),
        ("exposure", 0.20, exposed / 0.10, f"{exposed:.1%} of the contribution under review"),
        ("uncertainty", 0.10, width / 4, "the interval's width against the expected gain"),
    )  # fmt: skip
    factors = tuple(
        RiskFactor(name, round(weight * min(max(share, 0.0), 1.0), 4), reason)
        for name, weight, share, reason in parts
    )
    return Risk(round(sum(factor.contribution for factor in factors), 4), factors)


def _why(desk: Desk, case: Case) -> str:
    """Short sentences with numbers: what, how demand answers, what it brings, what limits it."""
    variant, advice, currency = case.variant, case.advice, desk.store.currency
    now, then = variant.price.amount, advice.price
    own = float(desk.elasticity.own_weight[case.row])
    beta, gain = advice.elasticity, advice.gain

    weeks = int(desk.elasticity.weeks[case.row])
    before, after = advice.contribution_now.point, advice.contribution_then.point

    def told(amount: float) -> Money:
        return money_of(amount, currency)

    sentences = [
        (
            f"{'Raise' if then > now else 'Lower'} the price from {Money(now, currency)} to "
            f"{Money(then, currency)} ({(then - now) / now * 100:+.1f} %)."
        ),
        (
            f"Expected in 28 days: {advice.units_now.point:.0f} units at today's price, "
            f"{advice.units_then.point:.0f} at the new one (80 % interval: "
            f"{advice.units_then.low:.0f} to {advice.units_then.high:.0f})."
        ),
        (
            "What remains of them after tax, discounts, returns, shipping, fees and unit cost: "
            f"{told(before)} now, {told(after)} then; "
            f"{told(abs(gain.point))} {'more' if gain.point >= 0 else 'less'} (80 % interval: "
            f"{told(gain.low).amount} to {told(gain.high)})."
        ),
        (
            f"Buyers: 1 % dearer means about {-beta.point:.1f} % fewer units (80 % interval: "
            f"{-beta.high:.1f} to {-beta.low:.1f} %); {own:.0%} of that is read from the product's "
            f"own past prices over {weeks} weeks, the rest from {desk.alike(case.row)} and "
            "published studies."
        ),
    ]
    if not advice.optimum_inside:
        sentences.append(
            "It is as far as the policy, a crossed-out price or the stock allows; the best price "
            "may lie beyond."
        )
    beside = _beside(desk, variant, then)
    if beside is not None:
        sentences.append(beside)
    unknown = unknown_parts(desk.served[variant.id], desk.policy)
    if unknown:
        sentences.append(f"Not known, and so counted as nothing: {missing(unknown)}.")
    if case.short_of_stock:
        sentences.append("Stock does not last for the lead time, so only rises were considered.")
    return " ".join(sentences)


def _evidence(desk: Desk, case: Case) -> tuple[Evidence, ...]:
    variant, panel, row, store = case.variant, desk.panel, case.row, desk.store
    first, last = panel.weeks[0], panel.weeks[-1] + timedelta(days=6)
    sales = f"daily_variant_sales variant_id={variant.id} day={first}..{last}"
    lookup = f"productVariant(id: {variant.id})"
    recent = panel.units[row, -13:]
    in_stock = panel.in_stock[row][panel.alive[row]]
    demand, beta, forecast = case.demand, case.advice.elasticity, desk.forecast
    seen = "seen in snapshots and inferred" if panel.seen_stockouts > 0 else "inferred from gaps"

    def fact(
        label: str, value: object, unit: str, query: str, source: str | None = None
    ) -> Evidence:
        at = variant.updated_at if query.startswith(lookup) else desk.now
        return Evidence(label, value, unit, source or store.source, query, at)

    currency = store.currency
    return (
        fact("Price now", format(variant.price.amount, "f"), currency, f"{lookup} price"),
        fact(
            "Unit cost",
            format(variant.unit_cost.amount, "f") if variant.unit_cost else None,
            currency,
            f"{lookup} inventoryItem.unitCost",
        ),
        fact("Units sold, last 13 weeks", int(recent.sum()), "units", sales),
        fact(f"Days in stock ({seen})", round(float(in_stock.mean()) * 100, 1), "percent", sales),
        fact(
            "Demand expected in 28 days, 80 % interval",
            {
                "point": round(demand.expected, 1),
                "low": round(case.advice.units_now.low, 1),
                "high": round(case.advice.units_now.high, 1),
            },
            "units",
            f"forecast {forecast.method[row]}, {int(forecast.scored[row])} past forecasts",
            "model",
        ),
        fact(
            "Elasticity of demand, 80 % interval",
            {"point": round(beta.point, 2), "low": round(beta.low, 2), "high": round(beta.high, 2)},
            "percent per percent",
            f"Poisson regression on {sales}, pooled with {desk.alike(row)}",
            "model",
        ),
        *_promoted_weeks(desk),
        *competitors_seen(desk, variant),
        fact("Returns expected", round(case.economics.return_rate * 100, 1), "percent", sales),
        fact(
            "Discounts given on the price",
            round(case.economics.discount_rate * 100, 1),
            "percent",
            "daily_variant_sales revenue / gross of the last 52 weeks",
        ),
        fact(
            "Payment fees and tax",
            {
                "fee_percent": str(desk.policy.payment_fee_percent),
                "fee_fixed": str(desk.policy.payment_fee_fixed),
                "tax_included_percent": f"{desk.served[variant.id].tax_rate * 100:.2f}",
            },
            "percent, " + currency,
            "policy payment_fee_percent, payment_fee_fixed; tax of orders by country",
            "policy",
        ),
        *_taxes(desk, variant),
        *_costs(desk, variant),
    )


def _taxes(desk: Desk, variant: Variant) -> Iterator[Evidence]:
    """The tax in the price where it has one, by country, and whose orders tell it."""
    told = {True: "order lines of the product", False: "all orders"}
    for each in desk.served[variant.id].countries if desk.served[variant.id].tax_rate else ():
        yield Evidence(
            "Tax in the price", round(float(each.rate) * 100, 2), "percent", desk.store.source,
            f"{told[each.of_product]} country={each.country or 'not told'} of 90 days", desk.now,
        )  # fmt: skip


def _promoted_weeks(desk: Desk) -> Iterator[Evidence]:
    """Where the store tells its discounts: how many weeks were not read as an answer to prices."""
    if desk.running is not None:
        yield Evidence(
            "Weeks with a discount of the store", int(desk.running.sum()), "weeks",
            desk.store.source, f"discounts in {desk.panel.weeks[0]}..{desk.today}", desk.now,
        )  # fmt: skip


def competing(desk: Desk, variant: Variant) -> tuple[Decimal | None, Decimal | None]:
    """Between which prices the policy keeps one beside the cheapest competitor's that counts."""
    lowest = cheapest(desk.competitors.get(variant.id, ()))
    return (None, None) if lowest is None else bounds(desk.policy, lowest.price.amount)


def competitors_seen(desk: Desk, variant: Variant) -> Iterator[Evidence]:
    """Every competitor's newest price with when it was seen; one that is old or foreign says so."""
    for each in desk.competitors.get(variant.id, ()):
        yield Evidence(
            _COMPETITOR[each.ignored], format(each.price.amount, "f"), each.price.currency,
            "import", f"competitor_prices source={each.source}", each.seen_at,
        )  # fmt: skip


def _beside(desk: Desk, variant: Variant, then: Decimal) -> str | None:
    """How the new price stands beside the cheapest competitor's that counts."""
    compared = desk.competitors.get(variant.id, ())
    lowest = cheapest(compared)
    if lowest is not None:
        step = (then - lowest.price.amount) / lowest.price.amount * 100
        return (
            f"The cheapest competitor seen lately, {lowest.source}, asked {lowest.price} on "
            f"{lowest.seen_at:%Y-%m-%d}: the new price is {step:+.1f} % from that."
        )
    return "Competitors' prices are too old or in other money: ignored." if compared else None


def _costs(desk: Desk, variant: Variant) -> Iterator[Evidence]:
    """Where today's price goes, part by part; a part that nobody told has no value."""
    if variant.unit_cost is None:
        return
    served = desk.served[variant.id]
    for part in parts_of(variant.price.amount, variant.unit_cost.amount, served, desk.policy):
        if part.name in _SERVING:
            limits = [
                f"policy {name}" for name in part.sources if name not in {"orders", "supplier"}
            ]
            yield Evidence(
                _SERVING[part.name],
                None if part.amount is None else f"{part.amount:.2f}",
                f"{desk.store.currency} per unit sold",
                "policy" if limits else desk.store.source,
                "; ".join(("orders, refunds and shipping lines of a year", *limits)),
                desk.now,
            )


def money_of(value: float, currency: str) -> Money:
    return Money(Decimal(f"{value:.4f}").quantize(_CENT), currency).rounded()
