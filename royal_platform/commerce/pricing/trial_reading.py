"""What a price test showed: its elasticity by randomisation inference, and carry-over.

The randomisation test is inverted (Fisher 1935; Bojinov, Simchi-Levi and Zhao 2023 for
switchbacks): an elasticity belongs to the interval unless, with the units of each week put back to
today's price by it, the order that was drawn stands out among all orders that could have been.
It rests on the draw alone, on no model of the noise; it asks that the price of a turn moves the
demand of its last week in proportion, and that this week does not remember the turn before. The
weeks of a turn before its last are a burn-in (Hu and Wager 2022): what they sold is not counted.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from royal_platform.commerce.forecasting.model import Floats, Integers

COVERAGE = 0.80
# Shares of a week in stock below this say more about luck than about demand.
_MIN_IN_STOCK = 4 / 7
_GRID = np.round(np.arange(-10.0, 6.0001, 0.02), 2)
# Standard deviations from the middle to the end of an 80 % interval of a normal distribution.
_HALF = 1.2816
_CARRIED = 0.10
# Of the orders of four blocks of two one in eight is as far out: fewer never exclude anything.
_LEAST_ORDERS = 16
_MOST_ORDERS = 1296


@dataclass(frozen=True, slots=True)
class TrialWeek:
    """One week of a test: the price drawn for it and what came of it.

    ``stood`` is False where another price was in force for more than its first day;
    ``in_stock`` is the share of its days with stock.
    """

    price: float
    units: float
    in_stock: float
    stood: bool


@dataclass(frozen=True, slots=True)
class TrialEstimate:
    """A test's own elasticity with its 80 % interval; ``sd`` is the interval's half width in
    standard deviations. ``carried`` is the chance that a draw alone makes the price of the turn
    before look as if it mattered; ``blocks`` are those it rests on, ``units`` those of the weeks
    that count.
    """

    point: float
    low: float
    high: float
    sd: float
    carried: float
    blocks: int
    units: int

    @property
    def remembers(self) -> bool:
        """Whether demand seems to answer to the price of the turn before: not the test's answer."""
        return self.carried < _CARRIED


@dataclass(frozen=True, slots=True)
class TrialUnknown:
    """Why a test says nothing: a stable ``reason`` and a sentence with its numbers."""

    reason: str
    detail: str


def reading(weeks: Sequence[TrialWeek], arms: int, turn_weeks: int) -> TrialEstimate | TrialUnknown:
    """The estimate from ``weeks`` in their order, complete blocks of ``arms`` turns.

    A block with a week whose price did not stand, or a counted week out of stock, is left out
    whole: what is left is still as drawn.
    """
    size = arms * turn_weeks
    blocks = [weeks[at : at + size] for at in range(0, len(weeks) - size + 1, size)]
    whole = [block[turn_weeks - 1 :: turn_weeks] for block in blocks]
    used = [
        n
        for n, counted in enumerate(whole)
        if all(week.stood for week in blocks[n]) and all(_usable(week) for week in counted)
    ]
    if not used:
        return TrialUnknown("no_block", f"None of {len(whole)} blocks of weeks went as drawn.")
    prices = np.log([[week.price for week in whole[n]] for n in used])
    units = np.array([[week.units / week.in_stock for week in whole[n]] for n in used])
    sold = int(sum(week.units for n in used for week in whole[n]))
    orders = _orders(arms, len(used))
    if len(orders) < _LEAST_ORDERS:
        return TrialUnknown(
            "few_blocks", f"{len(used)} blocks of {size} weeks went as drawn: too few to tell."
        )
    if not (units.sum(axis=1) > 0).any():
        return TrialUnknown("nothing_sold", "Nothing was sold in the weeks that went as drawn.")
    chances = _chances(prices, units, orders)
    inside = _GRID[chances > 1 - COVERAGE]
    if not len(inside) or inside[0] == _GRID[0] or inside[-1] == _GRID[-1]:
        return TrialUnknown("too_wide", f"{sold} units sold: too few to bound the elasticity.")
    point = float(np.average(_GRID[chances >= chances.max() - 1e-9]))
    low, high = float(inside[0]), float(inside[-1])
    turns = weeks[turn_weeks - 1 :: turn_weeks]
    before = np.log([_before(turns, n * arms, arms) for n in used])
    return TrialEstimate(
        point, low, high, (high - low) / (2 * _HALF),
        _carried(prices, units, before, point), len(used), sold,
    )  # fmt: skip


def stood(seen: Sequence[tuple[date, Decimal]], price: Decimal, first: date, last: date) -> bool:
    """Whether ``price`` was the one in force at the end of ``first`` and no other until ``last``.

    ``seen`` are the days on which a price was seen to begin, oldest first.
    """
    before = [each for day, each in seen if day <= first][-1:]
    return before == [price] and all(each == price for day, each in seen if first < day <= last)


def _usable(week: TrialWeek) -> bool:
    return week.in_stock >= _MIN_IN_STOCK and np.isfinite(week.units)


def _orders(arms: int, blocks: int) -> Integers:
    """Every order that could have been drawn, or evenly spread ones of too many."""
    each = list(itertools.permutations(range(arms)))
    total = len(each) ** blocks
    places = np.unique(np.linspace(0, total - 1, min(total, _MOST_ORDERS)).astype(np.int64))
    digits = [(places // len(each) ** block) % len(each) for block in range(blocks)]
    found: Integers = np.array(each)[np.stack(digits, axis=1)]
    return found


def _chances(prices: Floats, units: Floats, orders: Integers) -> Floats:
    """For each elasticity how usual the drawn order is, two-sided, among all of them."""
    centred = prices - prices.mean(axis=1, keepdims=True)
    # As if every week had had the block's middle price.
    at_one = units * np.exp(-_GRID[:, None, None] * centred)
    sorted_prices = np.sort(centred, axis=1)
    drawn = np.argsort(np.argsort(centred, axis=1), axis=1)
    possible = sorted_prices[np.arange(len(prices))[None, :, None], orders]
    seen = (at_one * np.take_along_axis(sorted_prices, drawn, axis=1)).sum(axis=(1, 2))
    could = np.einsum("gbw,obw->go", at_one, possible)
    slack = 1e-9 * (np.abs(seen)[:, None] + 1)
    above = (could >= seen[:, None] - slack).mean(axis=1)
    below = (could <= seen[:, None] + slack).mean(axis=1)
    return np.asarray(np.minimum(2 * np.minimum(above, below), 1.0))


def _before(turns: Sequence[TrialWeek], at: int, arms: int) -> list[float]:
    """The prices of the turns before those of a block; its own where there was none."""
    return [turns[max(n - 1, 0)].price for n in range(at, at + arms)]


def _carried(prices: Floats, units: Floats, before: Floats, elasticity: float) -> float:
    """How usual the tie of what is left of demand to the last turn's price is, two-sided.

    What the turn's own price explains is taken out first, and of the last turn's price what goes
    along with it, as in a regression on both.
    """
    x = prices - prices.mean(axis=1, keepdims=True)
    rest = units * np.exp(-elasticity * x)
    usual = np.maximum(rest.mean(axis=1, keepdims=True), 1e-9)
    rest = rest / usual - 1
    z = before - before.mean(axis=1, keepdims=True)
    z = z - x * (z * x).sum() / max(float((x * x).sum()), 1e-12)
    spread = float((z * z).sum())
    if spread < 1e-9:
        return 1.0
    slope = float((z * rest).sum()) / spread
    left = rest - slope * z
    free = max(left.size - left.shape[0] - 2, 1)
    error = np.sqrt(float((left * left).sum()) / free / spread)
    if error <= 0:
        return 1.0
    # Student's t as the standard normal deviate next to it (Wallace 1959).
    deviate = math.sqrt(free * math.log1p((slope / error) ** 2 / free)) * (1 - 3 / (4 * free + 3))
    return math.erfc(deviate / math.sqrt(2))
