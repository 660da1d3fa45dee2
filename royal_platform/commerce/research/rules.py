"""The five factors, the phase of a trend, and what is nearly the same. Weights sum to one."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
import numpy.typing as npt

from royal_platform.commerce.decisions.costs import unit_costs
from royal_platform.commerce.decisions.model import CostToServe, Policy
from royal_platform.commerce.research.model import Badge, Category, Factor, Trend
from royal_platform.commerce.suppliers.model import Offer, Reliability
from royal_platform.commerce.suppliers.rules import landed_cost

Floats = npt.NDArray[np.float32]

WEIGHTS = {"margin": 0.30, "trend": 0.25, "viability": 0.20, "reliability": 0.15, "shipping": 0.10}
# Above this cosine two titles of the shop's own catalogue are variants of one article.
NEAR_BY_MEANING = 0.95
NEAR_BY_WORDS = 0.75
Z80 = 1.2815515655446004
_FULL_MARGIN = 0.5
_ENOUGH_ORDERS = 5
_FASTEST_DAYS, _SLOWEST_DAYS = 2, 21
_WINDOW_DAYS = 28
# As where returns are learned: nothing is kept of a price that is always paid back.
_MOST_RETURNED = 0.95
_WORD = re.compile(r"[^\W_]+")


def trend_of(category: Category | None) -> Trend:
    """The phase of what the shop sells of this kind.

    The logarithm of a ratio of two counts has the variance 1/a + 1/b (Poisson, delta method, each
    count plus a half); a phase is named only when the 80 % interval leaves one out.
    """
    if category is None or category.units + category.units_before == 0:
        return Trend("unknown")
    now, before = category.units + 0.5, category.units_before + 0.5
    middle, half = math.log(now / before), Z80 * math.sqrt(1 / now + 1 / before)
    return phased(middle, half)


def phased(middle: float, half: float) -> Trend:
    """The trend whose growth has this logarithm, with half the width of its 80 % interval."""
    low, high = math.exp(middle - half), math.exp(middle + half)
    phase = "rising" if low > 1 else "falling" if high < 1 else "steady"
    return Trend(phase, math.exp(middle), low, high)  # type: ignore[arg-type]


def margin_factor(margin: float | None, detail: str) -> Factor:
    """Half of the price without tax left is a full score; nothing left is none."""
    score = None if margin is None else _clip(margin / _FULL_MARGIN)
    return Factor("margin", WEIGHTS["margin"], score, detail)


def trend_factor(
    trend: Trend, lead_days: int | None, told: Mapping[str, Trend] | None = None
) -> Factor:
    """Doubling in 28 days is a full score, halving none; a falling trend may end before arrival.

    ``told``: what the trend is made of, where that is more than the shop's own sales.
    """
    if trend.growth is None or trend.low is None or trend.high is None:
        return Factor("trend", WEIGHTS["trend"], None, "The shop has sold nothing of this kind.")
    score = _clip(0.5 + math.log2(trend.growth) / 2)
    detail = (
        f"{trend.phase}: {trend.growth:.2f} times the 28 days before "
        f"(80 % interval {trend.low:.2f} to {trend.high:.2f})"
    )
    if trend.phase == "falling" and lead_days is not None:
        score *= max(0.0, 1 - lead_days / _WINDOW_DAYS)
        detail += f"; it goes on falling during {lead_days} days of delivery"
    parts = [
        f"{name} {part.growth:.2f} ({part.low:.2f} to {part.high:.2f})"
        for name, part in (told or {}).items()
        if part.growth is not None
    ]
    if parts:
        detail += f". Made of: {', '.join(parts)}"
    return Factor("trend", WEIGHTS["trend"], score, detail)


def viability_factor(category: Category | None, usual: float | None) -> Factor:
    """Units per variant against the shop's usual: as much as usual is a half."""
    if category is None or category.variants == 0 or usual is None:
        return Factor(
            "viability", WEIGHTS["viability"], None, "The shop sells nothing of this kind."
        )
    each = category.units / category.variants
    score = each / (each + usual) if each + usual > 0 else 0.0
    detail = (
        f"{each:.1f} units per variant of {category.name} in 28 days, {usual:.1f} is usual here"
    )
    return Factor("viability", WEIGHTS["viability"], score, detail)


def reliability_factor(known: Reliability | None) -> Factor:
    """The lower end of the interval of orders in time: few orders prove little."""
    if known is None or known.low is None or known.judged < _ENOUGH_ORDERS:
        seen = 0 if known is None else known.judged
        detail = f"{seen} promised orders are over; {_ENOUGH_ORDERS} are needed"
        return Factor("reliability", WEIGHTS["reliability"], None, detail)
    detail = f"{known.on_time} of {known.judged} orders in time, at least {known.low:.0%} likely"
    return Factor("reliability", WEIGHTS["reliability"], known.low, detail)


def shipping_factor(offer: Offer) -> Factor:
    """Two days are a full score, three weeks none."""
    days = offer.lead_days_high
    if days is None:
        return Factor("shipping", WEIGHTS["shipping"], None, "The supplier promises no lead time.")
    score = _clip((_SLOWEST_DAYS - days) / (_SLOWEST_DAYS - _FASTEST_DAYS))
    cost = "unknown" if offer.shipping is None else str(offer.shipping)
    return Factor("shipping", WEIGHTS["shipping"], score, f"{days} days at most, shipping {cost}")


def total(factors: Sequence[Factor]) -> tuple[float, float]:
    """(score over what is known, weight that is known)."""
    known = [(each.weight, each.score) for each in factors if each.score is not None]
    quality = sum(weight for weight, _ in known)
    score = sum(weight * value for weight, value in known) / quality if quality else 0.0
    return score, quality


def badge_of(quality: float) -> Badge:
    """How much of the score rests on something."""
    return "good" if quality >= 0.84 else "fair" if quality >= 0.6 else "poor"


def margin_of(
    offer: Offer, price: Decimal, served: CostToServe, policy: Policy, *, returned: float
) -> float | None:
    """What a sale leaves, as a fraction of what is kept of its price; None where it is not known.

    Of the costs by which prices are weighed and judged; of the kind's units ``returned`` come back.
    Shipping that the supplier tells brings the unit to its buyer: the policy's cost of shipping an
    order is not counted on top of it, only where the supplier tells none.
    """
    if offer.cost is None or landed_cost(offer) is None or price <= 0:
        return None
    share = Decimal(str(round(min(returned, _MOST_RETURNED), 4)))
    told = None if offer.shipping is None else offer.shipping.amount
    costs = unit_costs(offer.cost.amount, replace(served, return_rate=share, carried=told), policy)
    return float(costs.margin(price) / costs.kept(price))


def nearest(wanted: Floats, known: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """For each row of unit vectors the most similar known row, and their cosine."""
    similar = wanted @ known.T
    best = similar.argmax(axis=1)
    return best, similar[np.arange(len(wanted)), best]


def word_likeness(first: str, second: str) -> float:
    """Shared words of two titles over all their words (Jaccard)."""
    a, b = set(_WORD.findall(first.lower())), set(_WORD.findall(second.lower()))
    return len(a & b) / len(a | b) if a | b else 0.0


def handle_of(title: str, supplier_sku: str) -> str:
    """An address for the product, unique by the supplier's number."""
    words = [
        "-".join(re.findall(r"[a-z0-9]+", text.lower()))[:most].strip("-")
        for text, most in ((title, 60), (supplier_sku, 40))
    ]
    return "-".join(word for word in words if word) or "product"


def _clip(value: float) -> float:
    return min(max(value, 0.0), 1.0)
