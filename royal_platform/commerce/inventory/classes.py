"""Which stock matters, how steadily it sells, what lies dead, and what empty shelves cost."""

from __future__ import annotations

import numpy as np

from royal_platform.commerce.forecasting.model import Flags, Floats, Panel

_A, _B = 0.80, 0.95
_X, _Y = 0.5, 1.0
_RECENT_WEEKS = 13
_DEAD_WEEKS = 13


def abc(value: Floats) -> tuple[str, ...]:
    """A: the variants that bring the first 80 % of the value, B to 95 %, C the rest (Dickie 1951).

    ``value`` is each variant's sales; without any it is C.
    """
    value = np.maximum(np.nan_to_num(value), 0.0)
    order = np.argsort(-value, kind="stable")
    total = value.sum()
    before = np.zeros(len(value))
    # The share of those ahead of it: so the largest is A, however large it is.
    before[order] = (np.cumsum(value[order]) - value[order]) / (total if total > 0 else 1.0)
    letters = np.where(before < _A, "A", np.where(before < _B, "B", "C"))
    return tuple(str(letter) for letter in np.where(value > 0, letters, "C"))


def xyz(panel: Panel) -> tuple[str | None, ...]:
    """X sells steadily (deviation of a week's demand under half its mean), Y to one, Z beyond.

    None where fewer than four weeks, or none with a sale, say anything.
    """
    demand = panel.demand[:, -_RECENT_WEEKS:]
    known = np.isfinite(demand)
    count = known.sum(axis=1)
    filled = np.where(known, demand, 0.0)
    mean = filled.sum(axis=1) / np.maximum(count, 1)
    spread = np.where(known, demand - mean[:, None], 0.0)
    sd = np.sqrt((spread**2).sum(axis=1) / np.maximum(count - 1, 1))
    ratio = np.where(mean > 0, sd / np.where(mean > 0, mean, 1.0), np.inf)
    letters = np.where(ratio < _X, "X", np.where(ratio < _Y, "Y", "Z"))
    said = (count >= 4) & (mean > 0)
    return tuple(str(x) if s else None for x, s in zip(letters, said, strict=True))


def recent_value(panel: Panel) -> Floats:
    """Revenue of the last 13 complete weeks, per variant."""
    return np.asarray(panel.revenue[:, -_RECENT_WEEKS:].sum(axis=1))


def dead(panel: Panel, available: Floats) -> Flags:
    """In stock now, and nothing sold in 13 weeks during which it existed and could be bought.

    ``available`` nan where unknown: nothing is said then.
    """
    weeks = slice(-_DEAD_WEEKS, None)
    units, alive = panel.units[:, weeks], panel.alive[:, weeks]
    on_sale = alive & (panel.in_stock[:, weeks] > 0)
    long_enough = (on_sale.sum(axis=1) >= _DEAD_WEEKS) & (units.shape[1] >= _DEAD_WEEKS)
    return np.asarray((np.nan_to_num(available) > 0) & long_enough & (units.sum(axis=1) <= 0))


def lost_sales(panel: Panel) -> Floats:
    """Units that were asked for in vain in the last 13 complete weeks, per variant.

    A week partly out of stock lost what its days in stock, scaled up, say beyond what was sold; a
    week mostly out lost the mean demand of the weeks that say something (nan: there is none).
    """
    weeks = slice(-_RECENT_WEEKS, None)
    demand, units = panel.demand[:, weeks], panel.units[:, weeks]
    alive, out = panel.alive[:, weeks], panel.in_stock[:, weeks] < 1
    known = np.isfinite(demand)
    count = known.sum(axis=1)
    mean = np.where(known, demand, 0.0).sum(axis=1) / np.maximum(count, 1)
    usual = np.where(count > 0, mean, np.nan)[:, None]
    wanted = np.where(known, demand, usual)
    missed = np.where(alive & out, np.maximum(wanted - units, 0.0), 0.0)
    return np.asarray(missed.sum(axis=1))
