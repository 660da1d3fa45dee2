"""The one order-risk score: a scorecard whose every factor shows what it adds.

A logistic scorecard. Each factor is a number between 0 and 1 (how strongly it speaks) with a weight
in log-odds. What a factor adds to the probability is its integrated gradient (Sundararajan, Taly
and Yan, 2017), exact for a logistic function: the contributions and the base sum to the score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from royal_platform.commerce.decisions.model import Risk, RiskFactor
from royal_platform.commerce.security.order_facts import Linked, OrderFacts, StoreOpinion, Usual

Floats = npt.NDArray[np.float64]
Level = Literal["low", "medium", "high"]

# Weight of each factor in log-odds where it speaks fully; the sign is what we know beforehand. The
# sizes are stated, not measured: outcomes correct them (``order_risk_learning``).
WEIGHTS: dict[str, float] = {
    "value_for_shop": 1.2,
    "value_for_customer": 0.8,
    "first_order": 0.5,
    "known_customer": -1.5,
    "velocity": 1.5,
    "shared_address": 2.5,
    "shared_network": 1.2,
    "address_mismatch": 0.9,
    "contact_mismatch": 0.6,
    "disposable_mail": 2.5,
    "failed_payments": 1.2,
    "payment_checks": 1.5,
    "store_high": 2.6,
    "store_medium": 1.0,
    "store_low": -0.4,
}
FACTORS = tuple(WEIGHTS)
# One order in a hundred, before anything is known of it: card-not-present fraud is of that order.
BASE = math.log(0.01 / 0.99)
# An order this likely to be fraud waits for a person; that likely, cancelling is proposed.
HOLD_FROM, CANCEL_FROM = 0.35, 0.85
_MEDIUM_FROM = 0.10
_NEVER_BELOW = 1e-12
_LEAST = 0.01


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A base and one weight for each of ``FACTORS``, in log-odds.

    ``learned_from`` counts the bad and the good orders that corrected it.
    """

    base: float = BASE
    weights: tuple[float, ...] = tuple(WEIGHTS.values())
    learned_from: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class OrderRisk:
    """An order's probability of being fraud, and what each factor that spoke adds to it.

    The base and the contributions sum to ``score``. ``level`` is low, medium or high.
    """

    order_id: str
    score: float
    base: float
    factors: tuple[RiskFactor, ...]

    @property
    def level(self) -> Level:
        """How it is told in one word."""
        return level_of(self.score)

    def as_risk(self) -> Risk:
        """For a decision: the base is one of the factors, so that they sum to the index."""
        base = RiskFactor("base", self.base, "Any paid order, before anything is known of it.")
        return Risk(self.score, (base, *self.factors))


def level_of(score: float) -> Level:
    """low, medium or high."""
    if score >= HOLD_FROM:
        return "high"
    return "medium" if score >= _MEDIUM_FROM else "low"


def features(orders: Sequence[Linked], shop: Usual) -> Floats:
    """How strongly each factor speaks: one row per order, a column per ``FACTORS``, 0 to 1."""
    rows = [_row(each, shop) for each in orders]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(FACTORS))


def scores(matrix: Floats, card: Scorecard) -> Floats:
    """Probability of fraud per row of ``features``."""
    logits = card.base + matrix @ np.array(card.weights)
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -40.0, 40.0))), dtype=np.float64)


def contributions(matrix: Floats, card: Scorecard) -> Floats:
    """What each factor adds to the probability, per row: with the base's they sum to ``scores``."""
    points = matrix * np.array(card.weights)
    total = points.sum(axis=1)
    base = _sigmoid(card.base)
    gained = scores(matrix, card) - base
    flat = np.abs(total) < _NEVER_BELOW
    slope = np.where(flat, base * (1.0 - base), gained / np.where(flat, 1.0, total))
    return np.asarray(points * slope[:, None], dtype=np.float64)


def assess(orders: Sequence[Linked], shop: Usual, card: Scorecard | None = None) -> list[OrderRisk]:
    """The risk of each order with its factors, the strongest first."""
    card = card or Scorecard()
    matrix = features(orders, shop)
    probability, parts = scores(matrix, card), contributions(matrix, card)
    base = _sigmoid(card.base)
    found: list[OrderRisk] = []
    for place, each in enumerate(orders):
        reasons = _reasons(each, shop)
        factors = [
            RiskFactor(name, float(parts[place, column]), reasons[name])
            for column, name in enumerate(FACTORS)
            if matrix[place, column] != 0.0
        ]
        factors.sort(key=lambda factor: -abs(factor.contribution))
        score = float(probability[place])
        found.append(OrderRisk(each.facts.order_id, score, base, tuple(factors)))
    return found


def _row(each: Linked, shop: Usual) -> list[float]:
    one = each.facts
    first, known = _acquaintance(one)
    return [
        _value_for_shop(one.value, shop),
        _value_for_customer(one),
        first,
        known,
        min(1.0, each.velocity / 3.0),
        min(1.0, each.strangers_at_address / 2.0),
        min(1.0, max(0.0, each.strangers_on_network - shop.on_network) / 3.0),
        float(one.address_differs is True),
        float(one.name_differs is True),
        float(one.disposable_mail is True),
        min(1.0, (one.failed_payments or 0) / 3.0),
        float(one.checks_failed is True),
        float(one.opinion is StoreOpinion.HIGH),
        float(one.opinion is StoreOpinion.MEDIUM),
        float(one.opinion is StoreOpinion.LOW),
    ]


def _value_for_shop(value: float, shop: Usual) -> float:
    """0 up to the shop's median order, 1 from its 95th percentile on, by ratio."""
    if shop.median is None or shop.high is None or value <= shop.median or shop.median < _LEAST:
        return 0.0
    span = math.log(max(shop.high, shop.median * 1.5) / shop.median)
    return min(1.0, math.log(value / shop.median) / span)


def _value_for_customer(one: OrderFacts) -> float:
    """0 up to the customer's own mean, 1 from four times that on."""
    if not one.earlier_orders or one.earlier_spent is None:
        return 0.0
    mean = one.earlier_spent / one.earlier_orders
    # Against orders for nothing any order is large: that says nothing.
    if mean < _LEAST or one.value <= mean:
        return 0.0
    return min(1.0, math.log(one.value / mean) / math.log(4.0))


def _acquaintance(one: OrderFacts) -> tuple[float, float]:
    """(a first order, how well the customer is known): fully from the fourth earlier order on."""
    if one.earlier_orders is None:
        return 0.0, 0.0
    return float(one.earlier_orders == 0), min(1.0, one.earlier_orders / 4.0)


def _reasons(each: Linked, shop: Usual) -> dict[str, str]:
    """Why each factor speaks, in words with its numbers."""
    one = each.facts
    mean = (one.earlier_spent or 0.0) / (one.earlier_orders or 1)
    return {
        "value_for_shop": f"{one.value:.2f} where half of the orders are below "
        f"{shop.median or 0:.2f} and 95 % below {shop.high or 0:.2f}.",
        "value_for_customer": f"{one.value:.2f} from a customer whose orders were {mean:.2f} in "
        "the mean.",
        "first_order": "The first order of this customer.",
        "known_customer": f"{one.earlier_orders} earlier orders of this customer.",
        "velocity": f"{each.velocity} other orders with the same customer, mail, phone or address "
        "within a day.",
        "shared_address": f"{each.strangers_at_address} other customers at this address within 30 "
        "days.",
        "shared_network": f"{each.strangers_on_network} other customers on this network address "
        f"within 7 days, where up to {shop.on_network:.0f} are usual.",
        "address_mismatch": "The goods go to another address than the bill.",
        "contact_mismatch": "The parcel is for another name than the bill.",
        "disposable_mail": "The mail address is of a kind that is thrown away.",
        "failed_payments": f"{one.failed_payments} payment attempts failed before one passed.",
        "payment_checks": "The card's address or security code was not confirmed.",
        "store_high": "The store's own check says: high risk.",
        "store_medium": "The store's own check says: medium risk.",
        "store_low": "The store's own check says: low risk.",
    }


def _sigmoid(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-logit))
