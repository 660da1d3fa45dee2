"""A path of falling prices that clears what is left by a date, and what it earns over holding.

The price that is right for a stock and a date is nearly a fixed one (Gallego and van Ryzin 1994,
"Optimal dynamic pricing of inventories with stochastic demand over finite horizons"). A merchant's
policy lets prices fall by steps only, so a path goes down by the largest step to a last price and
stays there; every last price is tried on the same draws of elasticity and demand. What is not sold
on the last day brings its salvage value: what a unit cost is spent either way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from royal_platform.commerce.forecasting.model import Floats
from royal_platform.commerce.pricing.model import Economics, Interval
from royal_platform.commerce.pricing.rules import normal_slices, truncated

_DAYS_OF_A_WEEK = 7
MAX_WEEKS = 26
# Every seventh quantile of the 41 that a price is weighed on: weeks multiply the draws.
_THIN = slice(3, None, 7)


@dataclass(frozen=True, slots=True)
class Clearance:
    """What is to be cleared, and what limits its prices.

    ``weekly`` are the units expected in each week to the date at ``price``, ``spread`` their
    standard deviation as a share; ``salvage`` what a unit left over still brings; ``step`` the
    largest fall of one change as a fraction, ``rest_days`` the days between two changes.
    """

    price: float
    weekly: Floats
    spread: float
    stock: int
    salvage: float
    step: float
    rest_days: int


@dataclass(frozen=True, slots=True)
class MarkdownPath:
    """The best path: what its first and last prices are and what it brings against holding.

    ``gain`` is over the whole time to the date, ``first_gain`` over its first ``first_days`` days
    at the first price, both counted above salvage; ``left`` and ``left_held`` the units expected
    on the date with the path and without it.
    """

    first: float
    last: float
    gain: Interval
    first_gain: Interval
    first_days: int
    left: float
    left_held: float
    loss_probability: float


def best_path(
    case: Clearance, elasticity: tuple[float, float], economics: Economics,
    firsts: Floats, lasts: Floats,
) -> MarkdownPath:  # fmt: skip
    """The path with the highest expected gain.

    ``firsts`` are the prices that may be asked now, ``lasts`` those a path may end at, all below
    today's price and none empty.
    """
    betas = truncated(*elasticity)[_THIN]
    luck = np.maximum(1 + case.spread * normal_slices()[_THIN], 0.0)
    above = replace(economics, unit_cost=case.salvage)
    held, left_held = _earned(case, np.full(len(case.weekly), case.price), betas, luck, above)
    paths = [_path(case, float(first), float(last)) for last in lasts
             for first in (_nearest(firsts, float(last)),)]  # fmt: skip
    found = [_earned(case, path, betas, luck, above) for path in paths]
    best = int(np.argmax([earned.mean() for earned, _ in found]))
    earned, left = found[best]
    days = min(4, len(case.weekly))
    soon = replace(case, weekly=case.weekly[:days])
    one, _ = _earned(soon, np.full(days, paths[best][0]), betas, luck, above)
    none, _ = _earned(soon, np.full(days, case.price), betas, luck, above)
    gain = earned - held
    return MarkdownPath(
        first=float(paths[best][0]), last=float(paths[best][-1]), gain=_interval(gain),
        first_gain=_interval(one - none), first_days=days * _DAYS_OF_A_WEEK,
        left=float(left.mean()), left_held=float(left_held.mean()),
        loss_probability=float((gain < 0).mean()),
    )  # fmt: skip


def _nearest(firsts: Floats, last: float) -> float:
    """The lowest price allowed now that does not undercut the last one, else the lowest."""
    above = firsts[firsts >= last - 1e-9]
    return float(above.min() if len(above) else firsts.min())


def _path(case: Clearance, first: float, last: float) -> Floats:
    """Weekly prices: ``first``, then down by the largest step to ``last``."""
    rest = max(math.ceil(case.rest_days / _DAYS_OF_A_WEEK), 1)
    steps = np.arange(len(case.weekly)) // rest
    return np.asarray(np.maximum(first * (1 - case.step) ** steps, min(last, first)))


def _earned(
    case: Clearance, path: Floats, betas: Floats, luck: Floats, above: Economics
) -> tuple[Floats, Floats]:
    """Contribution above salvage and units left, for every draw of elasticity and demand."""
    response = np.exp(np.outer(betas, np.log(path / case.price)))
    wanted = (response[:, None, :] * luck[None, :, None] * case.weekly).reshape(-1, len(path))
    served = np.minimum(np.cumsum(wanted, axis=1), case.stock)
    sold = np.diff(served, axis=1, prepend=0.0)
    each = np.asarray(above.contribution(path))
    return sold @ each, case.stock - served[:, -1]


def _interval(values: Floats) -> Interval:
    low, high = np.quantile(values, [0.1, 0.9])
    return Interval(float(values.mean()), float(low), float(high))
