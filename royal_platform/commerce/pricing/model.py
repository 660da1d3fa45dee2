"""How demand answers to price, advice on a price, and refusals to advise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from royal_platform.commerce.decisions.costs import Part, UnitCosts, UnknownPart
from royal_platform.commerce.decisions.model import CostToServe, PriorPrice, Proposal
from royal_platform.commerce.forecasting.model import Floats, Integers
from royal_platform.commerce.pricing.competitors import Compared


@dataclass(frozen=True, slots=True)
class Elasticity:
    """Own-price elasticities: percent change of units per percent change of price, below zero.

    ``mean``/``sd`` describe the posterior of each variant before it is cut off at
    ``WRONG_SIGN_CUT``; ``own_weight`` is the share that the variant's own history has in it (the
    rest is its kin's); ``weeks`` the number of weeks used; ``group_mean`` its kin's elasticity;
    ``promotion`` the store's mean log lift by a promotion of strength 1.
    ``shared_variance`` is the part of every squared ``sd`` that is doubt about the store's mean.
    """

    mean: Floats
    sd: Floats
    own_weight: Floats
    weeks: Integers
    group_mean: Floats
    promotion: float
    shared_variance: float = 0.0


@dataclass(frozen=True, slots=True)
class Economics:
    """What one unit of a variant brings at a price: all in the store's currency.

    ``tax_rate`` is the fraction included in prices (0 where they exclude tax); ``fee_rate`` and
    ``fee_fixed`` are the payment's; ``return_rate`` the expected share of units that come back and
    whose price is paid back; ``discount_rate`` the fraction of the price that discount codes take
    off on average; ``serving`` what a unit sold costs in goods that came back for good, in handling
    returns, and in shipping that buyers do not pay.
    """

    unit_cost: float
    tax_rate: float
    fee_rate: float
    fee_fixed: float
    return_rate: float
    discount_rate: float = 0.0
    serving: float = 0.0

    def contribution(self, price: Floats | float) -> Floats | float:
        """Contribution per unit sold at ``price``: without tax, after discounts and all costs."""
        paid = price * (1 - self.discount_rate)
        kept = (1 - self.return_rate) * (paid / (1 + self.tax_rate) - self.unit_cost)
        return kept - self.fee_rate * paid - self.fee_fixed - self.serving

    @property
    def costs(self) -> UnitCosts:
        """The same as the gate computes with: exact decimals."""
        return UnitCosts(*(
            Decimal(str(each))
            for each in (self.unit_cost, self.tax_rate, self.fee_rate, self.fee_fixed,
                         self.return_rate, self.serving)
        ))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Demand:
    """Units expected over the horizon at today's price, and their standard deviation."""

    expected: float
    sd: float


@dataclass(frozen=True, slots=True)
class Interval:
    """A point with its 80 % interval."""

    point: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PriceAdvice:
    """A price worth proposing, with the contribution over the horizon now and then.

    ``gain`` is the difference; ``loss_probability`` the chance that it is negative;
    ``optimum_inside`` is False where a limit of the policy, not demand, decided the price.
    """

    price: Decimal
    gain: Interval
    contribution_now: Interval
    contribution_then: Interval
    units_now: Interval
    units_then: Interval
    elasticity: Interval
    loss_probability: float
    optimum_inside: bool


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why no price is proposed: a stable ``reason`` and a sentence with its numbers."""

    reason: str
    detail: str
    variant_id: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class PriceWindow:
    """Prices the policy lets an agent propose, both ends included, and the wanted ending.

    ``points`` are the only prices allowed, lowest first; empty for any.
    """

    low: Decimal
    high: Decimal
    ending: str | None
    minor_digits: int
    points: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """What the policy asks about a variant's past prices.

    ``reference`` is the price before any agent changed it, ``last_week`` every price in force in
    the last seven days, ``last_change_at`` the last change by a decision; ``rise_rejected_at`` and
    ``cut_rejected_at`` when a person last turned down a higher or a lower price; None = never.
    ``prior`` is what a crossed-out price must rest on, None where the policy does not ask.
    """

    reference: Decimal
    last_week: tuple[Decimal, ...] = ()
    last_change_at: datetime | None = None
    rise_rejected_at: datetime | None = None
    cut_rejected_at: datetime | None = None
    prior: PriorPrice | None = None


@dataclass(frozen=True, slots=True)
class PriceStudy:
    """What one pass knew of a variant's price: enough to draw its demand curve again.

    ``expected`` units over the horizon at ``price``, with their standard deviation; ``economics``
    None where the unit cost is unknown; ``low`` and ``high`` the policy's window at that moment.
    ``proposed`` is the price proposed, None where it was left alone for ``reason``. ``parts`` say
    where ``price`` goes, ``unknown`` which costs nobody told, ``served`` what was learned of them.
    ``competitors`` what others asked for it.
    """

    variant_id: str
    price: Decimal
    currency: str
    elasticity_mean: float
    elasticity_sd: float
    own_weight: float
    weeks: int
    expected: float
    expected_sd: float
    economics: Economics | None
    floor_percent: Decimal
    low: Decimal
    high: Decimal
    proposed: Decimal | None
    reason: str | None
    detail: str | None
    served: CostToServe | None = None
    parts: tuple[Part, ...] = ()
    unknown: tuple[UnknownPart, ...] = ()
    competitors: tuple[Compared, ...] = ()


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Units and contribution over the horizon at a price; None where the cost is unknown."""

    price: float
    units: Interval
    contribution: Interval | None


@dataclass(frozen=True, slots=True)
class PriceCurve:
    """A variant's demand curve around its price.

    ``best`` is the drawn price with the highest expected contribution, whatever the policy says,
    None where the cost is unknown; ``floor`` the lowest price that keeps the margin floor, None
    where no price does.
    """

    points: tuple[CurvePoint, ...]
    elasticity: Interval
    best: float | None
    floor: float | None


@dataclass(frozen=True, slots=True)
class TrialReading:
    """An elasticity that a price test of the variant read, with its standard deviation."""

    variant_id: str
    elasticity: float
    sd: float


@dataclass(frozen=True, slots=True)
class Trials:
    """What is known of a store's price tests, by variant.

    ``in_test``: its prices take turns, or the test is not read yet; ``waiting``: a test of it waits
    for a person or to begin; ``refused``: a test of it was turned down lately.
    """

    readings: tuple[TrialReading, ...] = ()
    in_test: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PricingOutcome:
    """Proposals, the most valuable first, and every variant left alone with the reason.

    ``studies`` hold what was known of each of them, proposed or not; ``tests`` are price tests
    worth their cost; ``served`` is what selling a unit costs, by variant, and "" for the store.
    """

    proposals: tuple[Proposal, ...]
    blocked: tuple[Blocked, ...]
    studies: tuple[PriceStudy, ...] = ()
    tests: tuple[Proposal, ...] = ()
    served: Mapping[str, CostToServe] = field(default_factory=dict)
