"""Own-price elasticity by empirical Bayes, pooled from the variant up to the store.

The variants' own readings are pooled to products and to the groups of ``kin``: collections or
product types (normal-normal empirical Bayes, Efron and Morris 1975), the groups to the store's
mean. Past prices were no experiment, so the store's mean is itself taken as a biased reading of the
truth, which is held against the mean own-price elasticity of Bijmolt, van Heerde and Pieters
(2005).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from royal_platform.commerce.forecasting.model import Flags, Floats, Panel
from royal_platform.commerce.pricing.kin import Kin, by_type
from royal_platform.commerce.pricing.model import Elasticity
from royal_platform.commerce.pricing.response import (
    PRIOR_MEAN,
    PRIOR_SD,
    group_sums,
    own_estimates,
    promotions,
)

# How far a whole store's mean may be off because its past prices were no experiment (shelves run
# empty while the price is low, promotions meet other events). Bijmolt et al. find nothing that
# moves estimates more, always towards zero. An assumption: more history does not help.
DESIGN_SD = 0.6
# Where it is told which weeks were promoted, one of those reasons is gone. Chosen on Complete
# Journey's weeks 1-26 against 27-39.
_DESIGN_SD_PROMOTIONS_KNOWN = 0.3
_PRIOR_MEMBERS = 10.0  # so many products are believed half about how alike they are
_USUAL_SPREAD, _SPREAD_FLOOR = 0.5, 0.25


def elasticities(
    panel: Panel,
    promoted: Floats | None = None,
    *,
    kin: Kin | None = None,
    running: Flags | None = None,
) -> Elasticity:
    """Posterior own-price elasticity of every variant from its weekly history.

    ``promoted`` says how strongly each variant was promoted in each week (variants by weeks, zero
    for not at all); without it, what discounts took off the asked prices, read with the weeks in
    which a passing discount of the store was ``running``. That tells neither mailings nor what was
    shown where, so it counts as less known. ``kin`` are the groups to pool in, product types
    without them.
    """
    kin = by_type(panel) if kin is None else kin
    design_sd = DESIGN_SD if promoted is None else _DESIGN_SD_PROMOTIONS_KNOWN
    promoted = promotions(panel, kin.group, running) if promoted is None else promoted
    reading = own_estimates(panel, promoted)
    estimate, variance, first = _by_product(panel, reading.estimate, reading.variance)
    lasting, passing = _spreads(panel, promoted, estimate[first], variance[first])
    variance = variance + passing
    informed = np.isfinite(variance)
    own = np.where(informed, estimate, 0.0)
    weight = np.where(informed & first, 1 / (variance + lasting), 0.0)
    total = float(weight.sum())
    read = float((weight * own).sum()) / total if total else PRIOR_MEAN
    believed, believed_variance = _against_the_literature(
        read, 1 / total if total else math.inf, design_sd
    )
    # Half of what products differ in belongs to their group, half to themselves.
    within = lasting / 2
    weight = np.where(informed & first, 1 / (variance + within), 0.0)
    n_groups = len(kin.names)
    precision = np.bincount(kin.group, weight, n_groups) + 1 / within
    off = np.bincount(kin.group, weight * (own - read), n_groups) / precision
    group_mean = believed + off[kin.group]
    own_weight = np.where(informed, within / (within + variance), 0.0)
    rest = 1 - own_weight
    return Elasticity(
        mean=group_mean + own_weight * (own - read + believed - group_mean),
        sd=np.sqrt(rest * within + rest**2 / precision[kin.group] + believed_variance),
        own_weight=own_weight,
        weeks=reading.weeks,
        group_mean=group_mean,
        promotion=reading.promotion,
        shared_variance=believed_variance,
    )


def with_tests(known: Elasticity, tests: Sequence[tuple[int, float, float]]) -> Elasticity:
    """``known`` with what price tests read: (row, elasticity, standard deviation of the reading).

    A test was an experiment: its reading is no biased one, so it speaks about its own variant and,
    through the doubt that all share about the store's mean, about every other (normal-normal).
    """
    if not tests:
        return known
    rows = np.array([row for row, _, _ in tests])
    read = np.array([point for _, point, _ in tests])
    error = np.array([sd**2 for _, _, sd in tests])
    shared = known.shared_variance
    own = np.maximum(known.sd**2 - shared, 0.0)
    spread = own[rows] + error
    left = 1 / (1 / shared + (1 / spread).sum()) if shared > 0 else 0.0
    moved = left * float(((read - known.mean[rows]) / spread).sum())
    mean, variance = known.mean + moved, own + left
    weight = known.own_weight.copy()
    for row, point, noise in zip(rows, read, error, strict=True):
        said = own[row] / (own[row] + noise)
        mean[row] += said * (point - mean[row])
        own[row] *= 1 - said
        variance[row] = own[row] + (1 - said) ** 2 * left
        weight[row] += (1 - weight[row]) * said
    return replace(
        known, mean=mean, sd=np.sqrt(variance), own_weight=weight,
        group_mean=known.group_mean + moved, shared_variance=left,
    )  # fmt: skip


def _by_product(panel: Panel, estimate: Floats, variance: Floats) -> tuple[Floats, Floats, Flags]:
    """Estimates of whole products for each variant, and the first variant of every product.

    Sizes and colours are alike in how buyers mind the price, and are repriced together: apart
    they say little, and what misled one of them misled them all.
    """
    if panel.product is None:
        return estimate, variance, np.ones(len(estimate), dtype=bool)
    weight = np.where(np.isfinite(variance), 1 / variance, 0.0)
    said = group_sums(weight[:, None], panel.product)[:, 0]
    summed = group_sums((weight * np.where(weight > 0, estimate, 0.0))[:, None], panel.product)
    known = said > 0
    first = np.zeros(len(estimate), dtype=bool)
    first[np.unique(panel.product, return_index=True)[1]] = True
    return (
        np.where(known, summed[:, 0] / np.where(known, said, 1.0), 0.0),
        np.where(known, 1 / np.where(known, said, 1.0), np.inf),
        first,
    )


def _spreads(
    panel: Panel, promoted: Floats, estimate: Floats, variance: Floats
) -> tuple[float, float]:
    """Variances of products' elasticities: what lasts, and what only one stretch of time showed.

    What a product shows in both halves of its history is its own; what differs beyond chance
    between products but not again in the other half was the circumstances of its promotions.
    """
    weeks = panel.units.shape[1]
    halves = []
    for since, until in ((0, weeks // 2), (weeks // 2, weeks)):
        inside = np.zeros(weeks, dtype=bool)
        inside[since:until] = True
        half = replace(panel, alive=panel.alive & inside)
        reading = own_estimates(half, promoted)
        one, doubt, first = _by_product(half, reading.estimate, reading.variance)
        halves.append((one[first], doubt[first]))
    (early, early_doubt), (late, late_doubt) = halves
    both = np.isfinite(early_doubt + late_doubt)
    weight = np.where(both, 1 / (early_doubt + late_doubt), 0.0)
    share = float(both.sum()) / (float(both.sum()) + _PRIOR_MEMBERS)
    again = 0.0
    if both.any():
        early = early - np.average(early, weights=weight)
        late = late - np.average(late, weights=weight)
        again = float(np.average(early * late, weights=weight))
    lasting = max(share * again + (1 - share) * _USUAL_SPREAD**2, _SPREAD_FLOOR**2)
    known = np.isfinite(variance)
    return lasting, max(_between(estimate[known], variance[known]) - lasting, 0.0)


def _between(estimate: Floats, variance: Floats) -> float:
    """Variance of estimates beyond their own sampling variances, by moments (iterated)."""
    between = _USUAL_SPREAD**2
    for _ in range(20 if len(estimate) else 0):
        weight = 1 / (variance + between)
        mean = (weight * estimate).sum() / weight.sum()
        excess = (weight**2 * ((estimate - mean) ** 2 - variance)).sum()
        between = max(float(excess / (weight**2).sum()), 0.0)
    return between


def _against_the_literature(
    read: float, read_variance: float, design_sd: float
) -> tuple[float, float]:
    """The store's mean elasticity and its variance, its own reading not taken at face value."""
    weight = PRIOR_SD**2 / (PRIOR_SD**2 + design_sd**2 + read_variance)
    return PRIOR_MEAN + weight * (read - PRIOR_MEAN), PRIOR_SD**2 * (1 - weight)
