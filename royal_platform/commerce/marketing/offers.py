"""How much a code may give: never below the margin's floor, and no more than is at risk."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from royal_platform.commerce.decisions.costs import unit_costs
from royal_platform.commerce.decisions.discounts import DISCOUNT, END, cost_of, price_of
from royal_platform.commerce.decisions.discounts import room_percent as room_of
from royal_platform.commerce.decisions.model import (
    CostToServe,
    Evidence,
    Inverse,
    Policy,
    Proposal,
    Risk,
    RiskFactor,
    Subject,
)
from royal_platform.commerce.marketing.model import Enrolment, Flow, Offer, Step
from royal_platform.commerce.marketing.service import AGENT
from royal_platform.commerce.shared.model import Money

# A code may cost a tenth of what is at risk: more must be earned back by more than one in ten.
_SHARE = Decimal("0.10")
# Less than this moves nobody, and trains customers to wait.
_LEAST_PERCENT = 5
_LIFE = timedelta(hours=6)
_RISK = 0.2


@dataclass(frozen=True, slots=True)
class Good:
    """What the code is for; amounts in the store's currency."""

    variant_id: str
    price: Decimal
    unit_cost: Decimal | None
    quantity: int


@dataclass(frozen=True, slots=True)
class Stakes:
    """The goods the code would be for, what is at risk, and where that is from."""

    goods: tuple[Good, ...]
    at_risk: Decimal
    source: str

    @property
    def basket(self) -> Decimal:
        """What the goods cost together."""
        return sum((good.price * good.quantity for good in self.goods), Decimal(0))


def code_of(store_id: str, flow: str, enrolment_id: str, step: str) -> str:
    """The one code of this step for this customer; nobody guesses another's."""
    told = "\x1f".join((store_id, flow, enrolment_id, step))
    return f"YOURS-{b32encode(hashlib.sha256(told.encode()).digest()).decode()[:10]}".replace(
        "=", "A"
    )


def depth(
    offer: Offer, stakes: Stakes, served: Mapping[str, CostToServe], policy: Policy
) -> int | None:
    """Whole percent off; None when a code is not worth it or a cost is unknown.

    The least of three: what the flow allows, what the margin's floor leaves on every one of the
    goods, and a tenth of the value at risk spread over the basket.
    """
    costs = [good.unit_cost for good in stakes.goods]
    if not costs or stakes.basket <= 0 or any(cost is None for cost in costs):
        return None
    rooms = [
        room_of(good.price, unit_costs(cost, served[good.variant_id], policy), policy)
        for good, cost in zip(stakes.goods, costs, strict=True)
        if cost is not None
    ]
    worth = _SHARE * stakes.at_risk / stakes.basket * 100
    percent = int(max(Decimal(0), min(Decimal(offer.most_percent), worth, *rooms)))
    return percent if percent >= _LEAST_PERCENT else None


def discount_proposal(
    flow: Flow, enrolment: Enrolment, step: Step, stakes: Stakes, *, percent: int, code: str,
    days: int, mandate_id: str, source: str, currency: str, now: datetime,
) -> Proposal:  # fmt: skip
    """The code itself; the message with it is proposed once it is there."""
    known: dict[str, str | None] = {"code": None}
    for good in stakes.goods:
        known[price_of(good.variant_id)] = format(good.price, "f")
        known[cost_of(good.variant_id)] = (
            None if good.unit_cost is None else format(good.unit_cost, "f")
        )
    given = (stakes.basket * percent / 100).quantize(Decimal("0.01"))
    return Proposal(
        agent_id=AGENT,
        kind=DISCOUNT,
        subject=Subject("discount", code, f"{flow.name}: {percent} % off"),
        arguments={
            "code": code, "percent": percent, "customer_id": enrolment.customer_id,
            "variants": [good.variant_id for good in stakes.goods],
            "starts_at": now.isoformat(), "ends_at": (now + timedelta(days=days)).isoformat(),
            "flow": flow.id, "version": enrolment.version, "step": step.id,
            "mandate_id": mandate_id,
        },
        precondition=known,
        evidence=(
            Evidence("Value at risk", format(stakes.at_risk, "f"), currency, source,
                     stakes.source, now),
            Evidence("The goods together", format(stakes.basket, "f"), currency, source,
                     f"variants of {enrolment.id}", now),
        ),
        rationale=f"{percent} % of the goods is at most a tenth of what is at risk, and leaves "
        "the margin's floor on each of them.",
        prediction=None,
        risk=Risk(_RISK, (RiskFactor("discount", _RISK, "a code can be ended until it is used"),)),
        cost=None,
        money_at_stake=Money(given, currency),
        inverse=Inverse(END, {"code": code}, "Ends the code at once; an order made with it stays."),
        expires_at=now + _LIFE,
    )  # fmt: skip
