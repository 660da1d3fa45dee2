"""A price that a person asks for, as a proposal for the gate: their words and what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from royal_platform.commerce.decisions.model import (
    Evidence,
    Inverse,
    Policy,
    Proposal,
    Risk,
    RiskFactor,
    Subject,
)
from royal_platform.commerce.shared.model import Money

# The agent under which a person's wishes are recorded: it proposes and never acts alone.
ASSISTANT = "aira"
_VALID_DAYS = 7
# No method weighed this price, so the index alone sends it to a person: the policy's highest
# "may act alone" of a fresh store is 0.40.
_UNWEIGHED = 0.45
_STEP_WEIGHT = 0.20


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """Who wants which price for what, and the rows it was asked on.

    ``words`` is the request as it was made; ``evidence`` what was read; amounts are in the
    store's currency.
    """

    product_id: str
    variant_id: str
    title: str
    price_now: Money
    unit_cost: Money | None
    wanted: Decimal
    asked_by: str
    words: str
    reason: str
    evidence: Sequence[Evidence]


def price_proposal(request: PriceRequest, policy: Policy, *, now: datetime) -> Proposal:
    """The proposal; nothing is predicted, and it says so. The gate judges it like any other."""
    currency = request.price_now.currency
    now_text, wanted = format(request.price_now.amount, "f"), format(request.wanted, "f")
    ids = {"product_id": request.product_id, "variant_id": request.variant_id}
    asked = Evidence("Asked for", request.words, "", "person", request.asked_by, now)
    return Proposal(
        agent_id=ASSISTANT,
        kind="price.set",
        subject=Subject("variant", request.variant_id, request.title),
        arguments={**ids, "price": wanted, "currency": currency},
        precondition={
            "price": now_text,
            "unit_cost": format(request.unit_cost.amount, "f") if request.unit_cost else None,
        },
        evidence=(asked, *request.evidence),
        rationale=_why(request),
        prediction=None,
        risk=_risk(request, policy),
        cost=None,
        money_at_stake=None,
        inverse=Inverse(
            "price.set",
            {**ids, "price": now_text, "currency": currency},
            f"Sets the price back to {request.price_now}.",
        ),
        expires_at=now + timedelta(days=_VALID_DAYS),
        provenance="person",
    )


def _step_percent(request: PriceRequest) -> Decimal:
    before = request.price_now.amount
    return (request.wanted - before) / before * 100 if before > 0 else Decimal(100)


def _why(request: PriceRequest) -> str:
    rise = request.wanted > request.price_now.amount
    wanted = Money(request.wanted, request.price_now.currency)
    sentences = [
        (
            f"{request.asked_by} asks to {'raise' if rise else 'lower'} the price from "
            f"{request.price_now} to {wanted} ({_step_percent(request):+.1f} %)."
        )
    ]
    if request.reason:
        end = "" if request.reason[-1] in ".!?…" else "."
        sentences.append(f"Because: {request.reason}{end}")
    sentences.append("Nothing was predicted: no method weighed this price.")
    return " ".join(sentences)


def _risk(request: PriceRequest, policy: Policy) -> Risk:
    step = abs(float(_step_percent(request)))
    share = min(step / max(float(policy.price_step_max_percent), 1e-9), 1.0)
    factors = (
        RiskFactor("unweighed", _UNWEIGHED, "a person's wish that no method weighed"),
        RiskFactor("step", round(_STEP_WEIGHT * share, 4), f"a step of {step:.1f} %"),
    )
    return Risk(round(sum(each.contribution for each in factors), 4), factors)
