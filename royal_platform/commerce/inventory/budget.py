"""Money for goods, given where a pack of it avoids most loss.

Expected loss avoided is concave in the packs ordered, so taking pack after pack by gain for money
is the best use of a budget (Fox 1966), up to the last pack that no longer fits.
"""

from __future__ import annotations

import numpy as np

from royal_platform.commerce.forecasting.model import Floats, Integers

# More steps than this say nothing more about where money goes.
_MOST_PACKS = 40


def allocate(
    wanted: Integers, least: Integers, pack: Integers, *, cost: Floats, worth: Floats,
    loss: Floats, budget: float, most_each: float,
) -> Integers:  # fmt: skip
    """Units of each variant to order (0 to ``wanted``, whole packs, at least ``least``).

    ``cost`` is a unit's, ``worth`` the contribution a unit that is not lost brings, both in one
    currency; ``loss`` (variants by slices) equally likely units lost without an order. ``budget``
    bounds the sum, ``most_each`` one order. A variant whose smallest order does not fit gets none.
    """
    steps = _steps(wanted, least, pack, cost=cost, worth=worth, loss=loss)
    given = np.zeros(len(wanted), dtype=np.int64)
    left = budget
    for row, units in steps:
        price = units * cost[row]
        # Packs of one variant come in falling worth: after one that did not fit none follows.
        if given[row] < 0 or price > left or (given[row] + units) * cost[row] > most_each:
            given[row] = given[row] if given[row] > 0 else -1
            continue
        given[row] += units
        left -= price
    return np.maximum(given, 0)


def _steps(
    wanted: Integers, least: Integers, pack: Integers, *, cost: Floats, worth: Floats, loss: Floats
) -> list[tuple[int, int]]:
    """(row, units) of every pack, the most loss avoided for its money first."""
    rows: list[int] = []
    units: list[int] = []
    gain: list[Floats] = []
    for row in np.flatnonzero(wanted > 0).tolist():
        edges = _edges(int(wanted[row]), int(least[row]), int(pack[row]))
        avoided = np.minimum(loss[row][:, None], edges[None, :]).mean(axis=0) * worth[row]
        sizes = np.diff(edges, prepend=0)
        rate = np.diff(avoided, prepend=0.0) / (sizes * max(float(cost[row]), 1e-9))
        rows += [row] * len(edges)
        units += [int(size) for size in sizes]
        # A smallest order may earn less for its money than what follows it: it still comes first.
        gain.append(np.minimum.accumulate(rate))
    order = np.argsort(-np.concatenate([np.zeros(0), *gain]), kind="stable").tolist()
    return [(rows[k], units[k]) for k in order]


def _edges(wanted: int, least: int, pack: int) -> Floats:
    packs = max(pack, (wanted // _MOST_PACKS // pack) * pack)
    first = min(max(packs, -(-least // pack) * pack), wanted)
    edges = np.arange(first, wanted + 1, packs, dtype=float)
    return edges if edges[-1] == wanted else np.append(edges, float(wanted))
