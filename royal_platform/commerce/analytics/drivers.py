"""What drives a metric away from its expectation: the dimension, and its values.

Adtributor (Bhagwan et al., NSDI 2014): a value explains by its share of the difference
(explanatory power), and is interesting by how much its share of the whole moved (surprise, the
Jensen-Shannon divergence); of all dimensions the one that moved most unexpectedly is named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from royal_platform.commerce.forecasting.model import Floats

# A value must explain this share of the difference, and those named together this much of it.
LEAST_EACH = 0.10
ENOUGH = 0.67
MOST_VALUES = 5


@dataclass(frozen=True, slots=True)
class Split:
    """One dimension: by value, what was and what was expected; a quotient has a ``bottom`` too."""

    keys: tuple[str | None, ...]
    actual: Floats
    expected: Floats
    bottom_actual: Floats | None = None
    bottom_expected: Floats | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """A value of the driving dimension: ``power`` is the share of the difference it explains."""

    key: str | None
    power: float
    surprise: float
    actual: float
    expected: float


@dataclass(frozen=True, slots=True)
class Driver:
    """The dimension that explains the difference best, with its values, the strongest first."""

    dimension: str
    causes: tuple[Cause, ...]
    surprise: float

    @property
    def power(self) -> float:
        """The share of the difference that the values together explain."""
        return sum(cause.power for cause in self.causes)


def driver(splits: Mapping[str, Split]) -> Driver | None:
    """The dimension whose few values explain most of the difference most unexpectedly.

    None when no dimension's few values explain enough: the whole moved alike.
    """
    found = [each for name, split in splits.items() if (each := _explained(name, split))]
    return max(found, key=lambda each: (each.surprise, each.power), default=None)


def powers(split: Split) -> Floats:
    """Each value's share of the difference; they sum to 1 (nan where there is no difference)."""
    change = split.actual - split.expected
    if split.bottom_actual is None or split.bottom_expected is None:
        told = change
    else:
        # The finite difference of a quotient in one value, the others as expected.
        top, bottom = split.expected.sum(), split.bottom_expected.sum()
        moved = split.bottom_actual - split.bottom_expected
        with np.errstate(divide="ignore", invalid="ignore"):
            told = (change * bottom - moved * top) / (bottom * (bottom + moved))
    whole = told.sum()
    if not np.isfinite(whole) or whole == 0:
        return np.full(len(told), np.nan)
    return np.asarray(told / whole)


def surprises(actual: Floats, expected: Floats) -> Floats:
    """Each value's part of the Jensen-Shannon divergence of the shares, in nats; never negative."""
    q, p = _shares(actual), _shares(expected)
    middle = p + q
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.where(p > 0, p * np.log(2 * p / middle), 0.0)
        right = np.where(q > 0, q * np.log(2 * q / middle), 0.0)
    return np.asarray(np.maximum(0.5 * (left + right), 0.0))


def _shares(values: Floats) -> Floats:
    kept = np.maximum(values, 0.0)
    return np.asarray(kept / kept.sum()) if kept.sum() > 0 else kept


def _explained(name: str, split: Split) -> Driver | None:
    if len(split.keys) < 2:
        return None
    power = powers(split)
    if not np.isfinite(power).all():
        return None
    surprise = surprises(split.actual, split.expected)
    if split.bottom_actual is not None and split.bottom_expected is not None:
        surprise = surprise + surprises(split.bottom_actual, split.bottom_expected)
    chosen = _chosen(power, surprise)
    if power[chosen].sum() < ENOUGH:
        return None
    causes = [
        Cause(split.keys[i], float(power[i]), float(surprise[i]), *_told(split, i)) for i in chosen
    ]
    causes.sort(key=lambda cause: -cause.power)
    return Driver(name, tuple(causes), float(surprise[chosen].sum()))


def _chosen(power: Floats, surprise: Floats) -> Sequence[int]:
    """The most surprising values that explain something, until they explain enough."""
    chosen: list[int] = []
    total = 0.0
    for i in np.argsort(-surprise, kind="stable"):
        if len(chosen) == MOST_VALUES or total >= ENOUGH:
            break
        if power[i] > LEAST_EACH:
            chosen.append(int(i))
            total += float(power[i])
    return chosen


def _told(split: Split, i: int) -> tuple[float, float]:
    """The value's own figure: its sum, or its quotient."""
    if split.bottom_actual is None or split.bottom_expected is None:
        return float(split.actual[i]), float(split.expected[i])
    return (
        _quotient(split.actual[i], split.bottom_actual[i]),
        _quotient(split.expected[i], split.bottom_expected[i]),
    )


def _quotient(top: float, bottom: float) -> float:
    return float(top / bottom) if bottom else 0.0
