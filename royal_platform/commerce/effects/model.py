"""Effects of executed decisions, records pooled from them, and what a record recommends."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from royal_platform.commerce.decisions.model import Autonomy

PRICE_METHOD = "before/after against forecast"
STOCK_METHOD = "goods sold beyond the stock there was"
TEST_METHOD = "switchback"


@dataclass(frozen=True, slots=True)
class Window:
    """The store-local days an effect is measured on, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class PriceCase:
    """One executed price change: prices with tax where the store's have it, cost without.

    ``serving`` is what a unit sold costs in returned goods, their handling, and shipping;
    ``tax_rate`` the tax in its prices, None for the store's.
    """

    decision_id: str
    variant_id: str
    before: float
    after: float
    unit_cost: float
    window: Window
    serving: float = 0.0
    tax_rate: float | None = None


@dataclass(frozen=True, slots=True)
class Fees:
    """What is taken from a paid price; all as fractions but ``fixed``, which is an amount."""

    tax_rate: float
    rate: float
    fixed: float


@dataclass(frozen=True, slots=True)
class ReorderCase:
    """One executed reorder: units ordered, and stock counted when it was placed and at the end.

    ``sold`` and ``returned`` are the units of the days between the two counts; ``earlier`` the
    units of older orders that were still on their way and so arrive first.
    """

    decision_id: str
    variant_id: str
    ordered: int
    stock_before: int
    stock_after: int
    sold: int
    returned: int
    earlier: int
    demand: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision did, with an 80 % interval, in the unit of its prediction.

    ``scale`` is what effects of this kind grow with (contribution or units without the change);
    ``shared_sd`` the part of ``sd`` that all effects measured on the same days have in common.
    ``sample`` says in JSON what it was counted from.
    """

    estimate: float
    low: float
    high: float
    sd: float
    shared_sd: float
    scale: float
    method: str
    sample: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotKnown:
    """Why an effect can never be known: a stable ``reason`` and a sentence with its numbers."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Told:
    """One measured effect beside what was predicted for the days it was measured on.

    ``group`` is equal for effects that share an error, those measured against one forecast.
    """

    estimate: float
    sd: float
    shared_sd: float
    scale: float
    group: str
    predicted: float
    predicted_low: float
    predicted_high: float


@dataclass(frozen=True, slots=True)
class Pooled:
    """The mean effect of one decision, 80 % interval, and what ``measured`` of them add up to."""

    measured: int
    mean: float
    low: float
    high: float
    total: float
    total_low: float
    total_high: float
    spread: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How many outcomes the predicted 80 % intervals held, with an 80 % interval of the share.

    ``predicted`` and ``realised`` are the means of one decision; ``noise_share`` is the part of
    the compared width that is the measurement's own error, 0 to 1.
    """

    measured: int
    inside: int
    share: float
    share_low: float
    share_high: float
    predicted: float
    realised: float
    noise_share: float


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a promotion: whether it is met, with the figure and what is wanted."""

    name: str
    met: bool
    actual: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Record:
    """One agent's record for one kind: what it is judged by, and what follows from it.

    ``recommended`` is a higher level that a person may confirm; ``demote_to`` a lower one that
    takes force by itself, ``why`` says on what grounds.
    """

    pooled: Pooled | None
    calibration: Calibration | None
    rules_broken: int
    conditions: tuple[Condition, ...]
    recommended: Autonomy | None
    demote_to: Autonomy | None
    why: str | None
