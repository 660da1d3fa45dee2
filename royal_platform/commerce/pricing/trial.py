"""A randomised price test of one variant: its prices, and which of them each week gets.

A switchback: the prices take turns, by whole store-local weeks (Monday to Sunday). In every block
each price has one turn, in an order drawn by a stable hash, so that seasons and trends fall on all
prices alike and the draw can be repeated and checked. A turn lasts two weeks and only its second
is counted: in the first some still answer to the price before (burn-in; Hu and Wager 2022).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

import numpy as np

from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.forecasting.model import Floats
from royal_platform.commerce.pricing.model import Demand, Economics, PriceWindow
from royal_platform.commerce.pricing.rules import (
    WRONG_SIGN_CUT,
    candidates,
    normal_slices,
)

# Prices of a test stay this close to today's, whatever the policy would let pass.
STEP_MAX = Decimal(12)
# So many blocks are weighed for two prices, and for three: fewer orders than ten cannot carry an
# 80 % interval, and a test of more than a quarter of a year meets another season.
BLOCKS = {2: (4, 5, 6), 3: (3, 4)}
WEEK_DAYS = 7
# A turn's weeks. Buyers who stocked up or waited come back within days; of a test whose turns were
# one week, half of the answer coming a week late left the truth out of every second interval.
TURN_WEEKS = 2
# How long what is learned is used, an assumption: elasticities drift with assortment and season.
USED_WEEKS = 26
_HORIZON_WEEKS = 4
# A test may not be expected to cost more than this share of what its weeks bring, even where
# demand answers as badly as in one case of ten.
_LOSS_MAX = 0.05
# What is learned must be worth its price with something left over for being wrong about it.
_WORTH = 1.5
_TENTH = 4
# An interval that rests on the draw alone is a little wider than the noise asks (simulated).
_OF_THE_DRAW = 1.3
# A reading that is less sure than this bounds nothing, whatever it would be worth.
_READING_SD_MAX = 3.0


@dataclass(frozen=True, slots=True)
class TrialPlan:
    """Which prices take turns (today's first) in how many blocks, and what that is worth.

    ``worth`` is the expected gain of knowing more over ``USED_WEEKS``, ``cost`` the contribution
    expected to be forgone in the test's weeks against the best price known now, ``at_risk`` what
    its weeks may lose against today's price in one case of ten: all in the store's currency.
    ``reading_sd`` is the standard deviation the test's own elasticity is expected to have.
    """

    prices: tuple[Decimal, ...]
    blocks: int
    worth: float
    cost: float
    at_risk: float
    reading_sd: float

    @property
    def weeks(self) -> int:
        """Weeks that the test lasts."""
        return self.blocks * len(self.prices) * TURN_WEEKS


@dataclass(frozen=True, slots=True)
class TrialQuestion:
    """One variant that might be tested; ``elasticity`` is its posterior (mean, sd).

    ``limits`` are the prices the policy lets pass now, ``reach`` those that it lets an agent come
    to in some steps: what is learned is used there.
    """

    price: Decimal
    demand: Demand
    elasticity: tuple[float, float]
    economics: Economics
    limits: PriceWindow
    reach: PriceWindow


def assignment(seed: str, arms: int, blocks: int, turn_weeks: int = TURN_WEEKS) -> tuple[int, ...]:
    """The arm of each week: in every block each has one turn, in an order that ``seed`` decides."""
    return tuple(
        arm
        for block in range(blocks)
        for arm in sorted(range(arms), key=lambda each: _drawn(seed, block, each))
        for _ in range(turn_weeks)
    )


def plan(question: TrialQuestion, policy: Policy) -> TrialPlan | None:
    """The test with the most worth beyond its cost; None where none is worth it, or allowed.

    Expected value of sample information (Raiffa and Schlaifer 1961): what the best price after the
    test is expected to bring more than the best price before it.
    """
    allowed = _allowed(question, question.limits, policy)
    if not allowed or question.demand.expected <= 0:
        return None
    later = _allowed(question, question.reach, policy)
    options = np.array([float(each) for each in (question.price, *allowed, *later)])
    found = [
        each
        for prices in _arms(question.price, allowed, policy)
        for blocks in BLOCKS[len(prices)]
        if (each := _weighed(question, prices, blocks, options, len(allowed) + 1)) is not None
    ]
    return max(found, key=lambda each: each.worth - each.cost, default=None)


def within_steps(prices: Sequence[Decimal], policy: Policy) -> bool:
    """Whether any of the prices may follow any other within the policy's steps."""
    limit = min(policy.price_step_max_percent, policy.price_week_max_percent)
    return all(abs(a - b) * 100 <= limit * b for a in prices for b in prices)


def _drawn(seed: str, block: int, arm: int) -> bytes:
    return sha256(f"{seed}:{block}:{arm}".encode()).digest()


def _allowed(question: TrialQuestion, limits: PriceWindow, policy: Policy) -> tuple[Decimal, ...]:
    """Other prices above the margin floor; none where today's own is below it."""
    floor, costs = policy.margin_floor_percent, question.economics.costs

    def leaves_enough(price: Decimal) -> bool:
        return price > 0 and costs.keeps(price, floor)

    if not leaves_enough(question.price):
        return ()
    return tuple(p for p in candidates(question.price, limits) if leaves_enough(p))


def _arms(
    price: Decimal, allowed: Sequence[Decimal], policy: Policy
) -> Iterator[tuple[Decimal, ...]]:
    """Today's price with the farthest ones below, above, and both."""
    near = [p for p in allowed if abs(p - price) * 100 <= STEP_MAX * price]
    lower = [p for p in near if p < price and within_steps((p, price), policy)][:1]
    higher = [p for p in near if p > price and within_steps((p, price), policy)][-1:]
    yield from ((price, each) for each in (*lower, *higher))
    pairs = [
        (low, high)
        for low in near
        for high in near
        if low < price < high and within_steps((low, price, high), policy)
    ]
    if pairs:
        low, high = max(pairs, key=lambda pair: min(price / pair[0], pair[1] / price))
        yield (price, low, high)


def _weighed(
    question: TrialQuestion, prices: tuple[Decimal, ...], blocks: int, options: Floats, now: int
) -> TrialPlan | None:
    mean, sd = question.elasticity
    variance = _reading_variance(question, prices, blocks)
    after = sd * np.sqrt(variance / (variance + sd**2))
    means = mean + np.sqrt(max(sd**2 - after**2, 0.0)) * normal_slices()
    units = question.demand.expected / _HORIZON_WEEKS
    today = float(question.price)
    brings = np.asarray(question.economics.contribution(options)) * units
    betas = np.minimum(means[:, None] + after * normal_slices(), WRONG_SIGN_CUT)
    each = np.exp(betas[:, :, None] * np.log(options / today)).mean(axis=1) * brings
    worth = float(each.max(axis=1).mean() - each.mean(axis=0).max()) * USED_WEEKS
    arms = np.array([float(price) for price in prices])
    by_arm = np.asarray(question.economics.contribution(arms)) * units
    prior = np.minimum(mean + sd * normal_slices(), WRONG_SIGN_CUT)
    tried = np.exp(prior[:, None] * np.log(arms / today)) * by_arm
    weeks = blocks * len(prices) * TURN_WEEKS
    cost = max(float(each.mean(axis=0)[:now].max() - tried.mean()) * weeks, 0.0)
    lost = np.sort((by_arm[0] - tried.mean(axis=1)) * weeks)[-1 - _TENTH]
    if variance > _READING_SD_MAX**2:
        return None
    if worth < _WORTH * max(cost, 0.01) or lost > _LOSS_MAX * abs(by_arm[0]) * weeks:
        return None
    return TrialPlan(prices, blocks, worth, cost, max(float(lost), 0.0), float(np.sqrt(variance)))


def _reading_variance(question: TrialQuestion, prices: Sequence[Decimal], blocks: int) -> float:
    """Sampling variance of the slope: noise of a week's log units over the spread of log prices."""
    expected, sd = question.demand.expected, question.demand.sd
    noise = _HORIZON_WEEKS / expected + max(sd**2 - expected, 0.0) / expected**2
    x = np.log([float(each) for each in prices])
    return float(_OF_THE_DRAW * noise / (blocks * ((x - x.mean()) ** 2).sum()))
