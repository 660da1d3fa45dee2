"""The prices with the best expected contribution inside their limits, a whole catalogue at once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from royal_platform.commerce.forecasting.model import Flags, Floats, Integers
from royal_platform.commerce.pricing.model import (
    Blocked,
    Demand,
    Economics,
    Interval,
    PriceAdvice,
    PriceWindow,
)
from royal_platform.commerce.pricing.rules import (
    SLICES,
    candidates,
    normal_slices,
    truncated,
)

_WORTH_SHARE = 0.01
# So many variants are weighed at once: every price of each on every draw of its elasticity.
_PART = 256
# Of the draws of a gain in order, the one at its 10 % quantile: above zero means that no more than
# so many are not. The quantile itself, which costs a sort, is only taken of the chosen price.
_TENTH = (SLICES * SLICES - 1) // 10
_NO_ROOM = Blocked("no_room", "No price inside the policy's limits differs from today's.")


@dataclass(frozen=True, slots=True)
class Question:
    """One variant to be priced; ``elasticity`` is the posterior's mean and standard deviation."""

    price: Decimal
    demand: Demand
    elasticity: tuple[float, float]
    economics: Economics
    limits: PriceWindow
    floor_percent: Decimal


@dataclass(frozen=True, slots=True)
class _Weighed:
    """Variants by prices: expected gain, which prices are worth a change, and per slice of
    elasticity how many units of today one becomes and what an expected unit gains."""

    mean: Floats
    good: Flags
    response: Floats
    per_unit: Floats
    unit_then: Floats
    unit_now: Floats
    betas: Floats
    units: Floats


def advise_all(questions: Sequence[Question]) -> list[PriceAdvice | Blocked]:
    """For each the candidate with the highest expected gain whose 10 % quantile is above zero.

    The margin floor is applied exactly as the gate does. ``Blocked`` when nothing is worthwhile.
    """
    found: list[PriceAdvice | Blocked] = [_NO_ROOM] * len(questions)
    options = [_allowed(each) for each in questions]
    asked = [n for n, each in enumerate(options) if each]
    for at in range(0, len(asked), _PART):
        part = asked[at : at + _PART]
        answers = _answers([questions[n] for n in part], [options[n] for n in part])
        for n, answer in zip(part, answers, strict=True):
            found[n] = answer
    return found


def _allowed(question: Question) -> tuple[Decimal, ...]:
    """Candidates above the margin floor: the margin rises with the price, so a suffix of them."""
    prices, costs = candidates(question.price, question.limits), question.economics.costs
    first = bisect_left(prices, True, key=lambda price: costs.keeps(price, question.floor_percent))
    return prices[first:]


def _answers(
    questions: Sequence[Question], options: Sequence[tuple[Decimal, ...]]
) -> list[PriceAdvice | Blocked]:
    found = _weigh(questions, options)
    worth = np.asarray(found.good.any(axis=1))
    best = np.where(found.good, found.mean, -np.inf).argmax(axis=1)
    best = np.where(worth, best, found.mean.argmax(axis=1))
    rows = np.arange(len(questions))
    units = found.units
    gains = _draws(found.per_unit[rows, best], units)
    gain = _intervals(gains)
    loss = (gains < 0).mean(axis=1)
    now, units_now = _intervals(found.unit_now[:, None] * units), _intervals(units)
    then = _draws(found.response[rows, best], units)
    contribution = _intervals(then * found.unit_then[rows, best][:, None])
    units_then, betas = _intervals(then), _intervals(found.betas)
    return [
        PriceAdvice(
            price=options[n][best[n]], gain=gain[n], contribution_now=now[n],
            contribution_then=contribution[n], units_now=units_now[n], units_then=units_then[n],
            elasticity=betas[n], loss_probability=float(loss[n]),
            optimum_inside=bool(0 < best[n] < len(options[n]) - 1),
        )
        if worth[n]
        else _not_worthwhile(options[n][best[n]], gain[n])
        for n in range(len(questions))
    ]  # fmt: skip


def _weigh(questions: Sequence[Question], options: Sequence[tuple[Decimal, ...]]) -> _Weighed:
    now = np.array([float(each.price) for each in questions])
    prices, real = _padded(options, now)
    betas = np.stack([truncated(*each.elasticity) for each in questions])
    expected, sd = np.array([(each.demand.expected, each.demand.sd) for each in questions]).T
    units = np.maximum(expected[:, None] + sd[:, None] * normal_slices(), 0.0)
    unit_now = np.array([float(each.economics.contribution(float(each.price)))
                         for each in questions])  # fmt: skip
    unit_then = np.stack([np.asarray(each.economics.contribution(row))
                          for each, row in zip(questions, prices, strict=True)])  # fmt: skip
    response = np.exp(betas[:, None, :] * np.log(prices / now[:, None])[:, :, None])
    per_unit = response * unit_then[:, :, None] - unit_now[:, None, None]
    mean = np.where(real, per_unit.mean(axis=2) * units.mean(axis=1)[:, None], -np.inf)
    least = np.maximum(np.abs(unit_now) * expected * _WORTH_SHARE, 1.0)
    good = real & (mean >= least[:, None]) & (_not_gaining(per_unit, units) <= _TENTH)
    return _Weighed(mean, good, response, per_unit, unit_then, unit_now, betas, units)


def _padded(options: Sequence[tuple[Decimal, ...]], now: Floats) -> tuple[Floats, Flags]:
    """Prices in rows of one length, filled up with today's, and which of them are real."""
    width = max(map(len, options))
    prices = np.repeat(now[:, None], width, axis=1)
    for row, each in zip(prices, options, strict=True):
        row[: len(each)] = [float(price) for price in each]
    lengths = np.array([len(each) for each in options])
    return prices, np.arange(width)[None, :] < lengths[:, None]


def _not_gaining(per_unit: Floats, units: Floats) -> Integers:
    """How many draws of elasticity and demand bring nothing or a loss, variants by prices."""
    gaining = (per_unit > 0).sum(axis=2)
    return np.asarray(SLICES * SLICES - gaining * (units > 0).sum(axis=1)[:, None])


def _draws(by_elasticity: Floats, by_demand: Floats) -> Floats:
    """Every slice of elasticity with every slice of demand, in one row for a variant."""
    return np.asarray((by_elasticity[:, :, None] * by_demand[:, None, :]).reshape(
        len(by_demand), -1))  # fmt: skip


def _intervals(values: Floats) -> list[Interval]:
    low, high = np.quantile(values, [0.1, 0.9], axis=1)
    return [Interval(*map(float, each))
            for each in zip(values.mean(axis=1), low, high, strict=True)]  # fmt: skip


def _not_worthwhile(price: Decimal, gain: Interval) -> Blocked:
    detail = (
        f"The best price, {price}, would bring {gain.point:+.2f} in 28 days, 80 % interval "
        f"{gain.low:+.2f} to {gain.high:+.2f}: not worth it."
    )
    return Blocked("not_worthwhile", detail)
