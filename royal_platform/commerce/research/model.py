"""Articles that could be sold: five factors, each with its evidence, and a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from royal_platform.commerce.decisions.model import Proposal
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import OfferVersion

Phase = Literal["rising", "steady", "falling", "unknown"]
Badge = Literal["good", "fair", "poor"]


@dataclass(frozen=True, slots=True)
class Category:
    """What the shop itself sold of one product type in the last 28 days, and in the 28 before.

    ``markup`` is the median of price over unit cost of its variants, None where no cost is known.
    """

    name: str
    variants: int
    units: int
    units_before: int
    returned: int
    markup: Decimal | None


@dataclass(frozen=True, slots=True)
class Trend:
    """``growth`` is the ratio of two stretches of 28 days with its 80 % interval."""

    phase: Phase
    growth: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Twin:
    """What the shop sells that is nearly the same; ``how``: by meaning or by words."""

    product_id: str
    title: str
    similarity: float
    how: Literal["meaning", "words"]


@dataclass(frozen=True, slots=True)
class Factor:
    """One of the five: a score from 0 to 1, None where nothing is known, and what it rests on."""

    name: str
    weight: float
    score: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article with its verdict.

    ``score`` is the weighted mean of the known factors, ``quality`` the weight that is known.
    ``margin`` is what one sale leaves, as a fraction of the price without tax.
    """

    offer: OfferVersion
    supplier: str
    handle: str
    price: Money | None
    margin: float | None
    trend: Trend
    twin: Twin | None
    factors: tuple[Factor, ...]
    score: float
    quality: float
    badge: Badge
    why: str
    why_not: str | None


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Candidates, the best first, and the proposals for those that have nothing against them."""

    candidates: tuple[Candidate, ...]
    proposals: tuple[Proposal, ...]
    considered: int


@dataclass(frozen=True, slots=True)
class HitRate:
    """Of picks that were sold for at least 28 days, how many sold; None before the first."""

    picks: int
    judged: int
    hits: int
    share: float | None
    low: float | None
    high: float | None
