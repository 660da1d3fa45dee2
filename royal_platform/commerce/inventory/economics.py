"""The cheapest policy where the cost of ordering, holding and falling short is known.

(s, S) under periodic review: the long-run cost of every pair is computed by renewal theory
(Zheng and Federgruen 1991) and the cheapest taken. (R, Q) under continuous review: the Q cheapest
inventory positions are neighbours, so one sort finds the optimum (Federgruen and Zheng 1992).
Single period: the critical ratio (Arrow, Harris and Marschak 1951). All catalogue-wide: rows are
variants, columns units (or equal lots of units).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from royal_platform.commerce.forecasting.model import Floats, Integers

# (chunk, positions, positions) doubles at once: 64 x 120 x 120 are 7 MB.
_CHUNK = 64


@dataclass(frozen=True, slots=True)
class Best:
    """Per variant: ``low`` is s or R, ``high`` is S or R + Q, ``cost`` per period of both."""

    low: Integers
    high: Integers
    cost: Floats


def economic_quantity(demand: Floats, order_cost: Floats, holding: Floats) -> Floats:
    """Units per order that balance ordering and holding (Harris 1913); holding above zero."""
    return np.asarray(np.sqrt(2 * order_cost * demand / holding))


def critical_ratio(short: Floats, over: Floats) -> Floats:
    """The probability of enough that costs least, from a unit's cost of too few and too many."""
    return np.asarray(short / (short + over))


def enough_for_once(chances: Floats, short: Floats, over: Floats) -> Integers:
    """Units to have where an order costs nothing, from the chances of 0, 1, 2, ... units.

    ``chances`` are variants by units, of the demand of the days that an order has to cover.
    """
    wanted = critical_ratio(short, over)
    enough = np.cumsum(chances, axis=1) >= wanted[:, None] - 1e-12
    return np.asarray(enough.argmax(axis=1), dtype=np.int64)


def expected_cost(chances: Floats, positions: Floats, short: Floats, over: Floats) -> Floats:
    """Holding and shortage per period at each inventory position (variants by positions).

    ``chances`` are those of the demand that a position has to cover, backlogged beyond it.
    """
    units = np.arange(chances.shape[1])
    left = np.maximum(positions[:, None] - units[None, :], 0.0)
    kept = chances @ left.T
    mean = chances @ units
    lacking = kept - positions[None, :] + mean[:, None]
    return np.asarray(over[:, None] * kept + short[:, None] * lacking)


def best_lot(cost: Floats, positions: Floats, demand: Floats, order_cost: Floats) -> Best:
    """(R, Q): positions R + 1 to R + Q are equally likely, an order is placed when R is reached.

    ``cost`` as ``expected_cost`` over the lead time; ``demand`` per period.
    Units are those of ``positions``, which ascend in ones.
    """
    width = cost.shape[1]
    ranked = np.argsort(cost, axis=1, kind="stable")
    total = np.cumsum(np.take_along_axis(cost, ranked, axis=1), axis=1)
    sizes = np.arange(1, width + 1)
    average = ((order_cost * demand)[:, None] + total) / sizes[None, :]
    size = average.argmin(axis=1) + 1
    rows = np.arange(len(cost))
    lowest = np.minimum.accumulate(ranked, axis=1)[rows, size - 1]
    low = positions[lowest].astype(np.int64) - 1
    return Best(low, low + size, average[rows, size - 1])


def best_levels(
    chances: Floats, cost: Floats, positions: Floats, order_cost: Floats, reach: int
) -> Best:
    """(s, S): reviewed each period, ordered up to S when at or below s.

    ``chances`` are one period's demand, ``cost`` as ``expected_cost`` over lead time and review;
    ``reach`` is the largest S - s looked at. Positions ascend in ones.
    """
    parts = [
        _levels(chances[at], cost[at], positions, order_cost[at], reach)
        for at in (slice(k, k + _CHUNK) for k in range(0, len(cost), _CHUNK))
    ]
    joined = (np.concatenate(column) for column in zip(*parts, strict=True))
    low, high, least = joined
    return Best(low.astype(np.int64), high.astype(np.int64), least)


def _levels(
    chances: Floats, cost: Floats, positions: Floats, order_cost: Floats, reach: int
) -> tuple[Floats, Floats, Floats]:
    visits = _visits(chances, reach)
    length = np.cumsum(visits, axis=1)
    width = cost.shape[1]
    # at[k, j]: the index of the position j below the k-th; below the first no pair is looked at.
    at = np.arange(width)[:, None] - np.arange(reach)[None, :]
    spent = np.cumsum(visits[:, None, :] * cost[:, np.maximum(at, 0)], axis=2)
    average = (order_cost[:, None, None] + spent) / length[:, None, :]
    average = np.where(at[None, :, :] >= 0, average, np.inf)
    flat = average.reshape(len(cost), -1)
    best = flat.argmin(axis=1)
    top, span = np.divmod(best, reach)
    high = positions[top]
    return high - span - 1, high, flat[np.arange(len(cost)), best]


def _visits(chances: Floats, reach: int) -> Floats:
    """Expected number of periods spent at each distance below S before an order."""
    padded = np.zeros((len(chances), reach))
    shared = min(reach, chances.shape[1])
    padded[:, :shared] = chances[:, :shared]
    stay = 1 / np.maximum(1 - padded[:, 0], 1e-12)
    visits = np.zeros_like(padded)
    visits[:, 0] = stay
    for j in range(1, reach):
        visits[:, j] = stay * (padded[:, 1 : j + 1] * visits[:, j - 1 :: -1]).sum(axis=1)
    return visits
