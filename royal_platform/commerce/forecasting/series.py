"""What kind of series each variant has, and what is known of one that has hardly begun.

Classes after Syntetos, Boylan and Croston (2005): weeks between sales against the variation of
their sizes. A series of fewer than eight known weeks is new: its level leans on similar ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from royal_platform.commerce.forecasting.model import SERIES_CLASSES, Flags, Floats, Integers
from royal_platform.commerce.forecasting.smoothing import Levels

NEW = SERIES_CLASSES.index("new")
NEW_WEEKS = 8
# How many weeks of its own equal the word of similar variants.
SIMILAR_WEIGHTS = (1.0, 4.0)
_INTERVAL = 1.32
_VARIATION = 0.49
_STORE_MEMBERS = 3.0
_CATEGORY_MEMBERS = 2.0


def classes(demand: Floats, origins: Sequence[int]) -> Integers:
    """Index into ``SERIES_CLASSES`` for every origin and variant."""
    known = np.isfinite(demand)
    units = np.where(known, demand, 0.0)
    weeks, selling, total, squares = (
        _until(values, origins) for values in (known, units > 0, units, units**2)
    )
    selling_weeks = np.maximum(selling, 1)
    mean = total / selling_weeks
    variation = np.maximum(squares / selling_weeks - mean**2, 0) / np.maximum(mean, 1e-9) ** 2
    rare = weeks > _INTERVAL * selling
    wild = variation > _VARIATION
    found = np.where(rare, np.where(wild, 3, 2), np.where(wild, 1, 0))
    return np.where(weeks < NEW_WEEKS, NEW, found).astype(np.int64)


def _until(values: Floats | Flags, origins: Sequence[int]) -> Floats:
    """Sums over the weeks before each origin (origin, variant)."""
    summed = np.cumsum(values, axis=1, dtype=np.float64)
    return np.stack([summed[:, origin - 1] for origin in origins])


def similar_levels(levels: Levels, category: Integers, product: Integers) -> Floats:
    """Level of every variant, leaning on similar ones (weight, origin, variant).

    Similar are the other variants of its product, then its category, then the store; each lends
    its mean through the next wider one (empirical Bayes with fixed weights).
    """
    return np.stack(
        [
            _similar(levels.total[k], levels.weeks[k], category, product)
            for k in range(levels.total.shape[0])
        ],
        axis=1,
    )


def _similar(total: Floats, weeks: Floats, category: Integers, product: Integers) -> Floats:
    settled = weeks >= NEW_WEEKS
    rate = np.where(settled, total / np.maximum(weeks, 1), 0.0)
    store = rate.sum() / max(settled.sum(), 1)
    members = np.bincount(category, settled)
    by_category = (np.bincount(category, rate) + _STORE_MEMBERS * store) / (
        members + _STORE_MEMBERS
    )
    siblings = np.bincount(product, settled)[product] - settled
    lent = np.bincount(product, rate)[product] - rate
    prior = (lent + _CATEGORY_MEMBERS * by_category[category]) / (siblings + _CATEGORY_MEMBERS)
    return np.stack([(k * prior + total) / (k + weeks) for k in SIMILAR_WEIGHTS])
