"""A price that somebody asks for, as a proposal for the gate: who did, in which words, on what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum

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


class Voice(Enum):
    """Whose idea a price is: a person's own, or that of a model that speaks with or for one.

    ``provenance`` is kept with the decision, ``label`` and ``source`` with the words,
    ``proposes`` begins the rationale.
    """

    PERSON = ("person", "Asked for", "person", "{who} asks to")
    CONVERSATION = (
        "model", "Said in the conversation", "conversation",
        "AIRA proposes, in a conversation with {who}, to",
    )  # fmt: skip
    MCP = ("model", "Called over MCP", "mcp", "An MCP client with {who}'s token asks to")

    def __init__(self, provenance: str, label: str, source: str, proposes: str) -> None:
        self.provenance = provenance
        self.label = label
        self.source = source
        self.proposes = proposes


@dataclass(frozen=True, slots=True)
class Wording:
    """What was said, by whom, and where it can be read again ("" for nowhere)."""

    voice: Voice
    who: str
    words: str
    query: str = ""


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """Which price is wanted for what, how it was asked for, and the rows it was asked on.

    ``evidence`` is what was read; amounts are in the store's currency.
    """

    product_id: str
    variant_id: str
    title: str
    price_now: Money
    unit_cost: Money | None
    wanted: Decimal
    asked: Wording
    reason: str
    evidence: Sequence[Evidence]


def price_proposal(request: PriceRequest, policy: Policy, *, now: datetime) -> Proposal:
    """The proposal; nothing is predicted, and it says so. The gate judges it like any other."""
    currency = request.price_now.currency
    now_text, wanted = format(request.price_now.amount, "f"), format(request.wanted, "f")
    ids = {"product_id": request.product_id, "variant_id": request.variant_id}
    asked, voice = request.asked, request.asked.voice
    said = Evidence(voice.label, asked.words, "", voice.source, asked.query or asked.who, now)
    return Proposal(
        agent_id=ASSISTANT,
        kind="price.set",
        subject=Subject("variant", request.variant_id, request.title),
        arguments={**ids, "price": wanted, "currency": currency},
        precondition={
            "price": now_text,
            "unit_cost": format(request.unit_cost.amount, "f") if request.unit_cost else None,
        },
        evidence=(said, *request.evidence),
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
        provenance=voice.provenance,
    )


def _step_percent(request: PriceRequest) -> Decimal:
    before = request.price_now.amount
    return (request.wanted - before) / before * 100 if before > 0 else Decimal(100)


def _why(request: PriceRequest) -> str:
    rise = request.wanted > request.price_now.amount
    wanted = Money(request.wanted, request.price_now.currency)
    sentences = [
        (
            f"{_proposes(request.asked)} {'raise' if rise else 'lower'} the price from "
            f"{request.price_now} to {wanted} ({_step_percent(request):+.1f} %)."
        )
    ]
    if request.reason:
        end = "" if request.reason[-1] in ".!?…" else "."
        sentences.append(f"Because: {request.reason}{end}")
    sentences.append("Nothing was predicted: no method weighed this price.")
    return " ".join(sentences)


def _proposes(asked: Wording) -> str:
    return asked.voice.proposes.format(who=asked.who)


def _risk(request: PriceRequest, policy: Policy) -> Risk:
    step = abs(float(_step_percent(request)))
    share = min(step / max(float(policy.price_step_max_percent), 1e-9), 1.0)
    factors = (
        RiskFactor("unweighed", _UNWEIGHED, "a wish that no method weighed"),
        RiskFactor("step", round(_STEP_WEIGHT * share, 4), f"a step of {step:.1f} %"),
    )
    return Risk(round(sum(each.contribution for each in factors), 4), factors)
