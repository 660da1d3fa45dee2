"""How one variant's units answered to its own price: Poisson regressions, all variants at once.

Each variant's weekly units follow its log price, its promotions, a trend and how busy its week was.
Weeks mostly out of stock are left out and the others count by their days in stock, so that an empty
shelf is not taken for buyers who stayed away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from royal_platform.commerce.forecasting.model import (
    MIN_SHARE_IN_STOCK,
    Flags,
    Floats,
    Integers,
    Panel,
)

# Mean own-price elasticity of Bijmolt, van Heerde and Pieters (2005), and its spread of studies.
PRIOR_MEAN, PRIOR_SD = -2.62, 0.8
MIN_UNITS = 20
MIN_WEEKS = 13
_ITERATIONS = 8
_TREND_RIDGE = 4.0
_ELASTICITY_RIDGE = 0.002
# A variant's own answer to promotions is believed to lie within about 0.5 (log) of the store's.
_PROMOTION_RIDGE = 4.0
_PROMOTION_MAX = 3.0
_LOG_PRICE_LIMIT = 1.0
_TYPE_PULL = 20.0
_CONVERGED = 1e-5
# So many variants are fitted at once: a large catalogue does not need its memory several times.
_PART = 4_000


def promotions(panel: Panel, group: Integers | None = None, running: Flags | None = None) -> Floats:
    """Discount given on the asked price by week, variants by weeks, as -log of the share paid.

    A week without a sale of its own takes what its ``group`` (its product type without one) gave:
    leaving it at nothing would book the promotion's quiet weeks on the full price. ``running``
    marks the weeks with a passing discount of the store, None where that is not told. Outside of
    them a variant takes what its group gave: the one buyer who used a welcome code was no
    promotion. Inside them a group that sold nothing takes what the store gave.
    """
    group = panel.category if group is None else group
    asked = np.where(np.isfinite(panel.price), panel.price, 0.0) * panel.units
    paid = np.where(asked > 0, panel.revenue, 0.0)
    of_store = _share(paid.sum(axis=0), asked.sum(axis=0), np.ones(asked.shape[1]))
    quiet = np.ones(asked.shape[1]) if running is None else np.where(running, of_store, 1.0)
    usual = _share(group_sums(paid, group), group_sums(asked, group), quiet)
    own = _share(paid, asked, usual)
    share = own if running is None else np.where(running, own, usual)
    return np.asarray(-np.log(np.clip(share, 0.1, 1.0)))


def _share(paid: Floats, asked: Floats, otherwise: Floats) -> Floats:
    """Of what was asked, the part that was paid; ``otherwise`` where nothing was asked."""
    return np.where(asked > 0, paid / np.maximum(asked, 1e-9), otherwise)


@dataclass(frozen=True, slots=True)
class Reading:
    """What each variant's own history says: estimate, variance (inf without price movement), weeks.

    ``promotion`` is the store's mean log lift by a promotion of strength 1.
    """

    estimate: Floats
    variance: Floats
    weeks: Integers
    promotion: float


def own_estimates(panel: Panel, promoted: Floats) -> Reading:
    """Read every variant's history; ``promoted`` is the promotions' strength by week, 0 = none."""
    x, known = _price_moves(panel)
    usable = panel.alive & (panel.in_stock >= MIN_SHARE_IN_STOCK) & known
    units = np.where(usable, panel.units, 0.0)
    weeks = usable.sum(axis=1)
    x = np.where(usable, x - _mean_where(x, usable), 0.0)
    x = np.clip(x, -_LOG_PRICE_LIMIT, _LOG_PRICE_LIMIT)
    lift = _promotion_lift(panel, units, x, promoted, usable)
    offset = week_level(panel, usable, x, lift * promoted) * panel.in_stock
    coefficients, hessian, expected = _poisson(
        units, np.stack([x, promoted], axis=2), offset * np.exp(lift * promoted), usable
    )
    residual = np.where(usable, (units - expected) / np.sqrt(np.maximum(expected, 1e-9)), 0.0)
    freedom = np.maximum(weeks - 3, 1)
    dispersion = (residual**2).sum(axis=1) / freedom
    pooled = float(np.median(dispersion[weeks >= MIN_WEEKS])) if (weeks >= MIN_WEEKS).any() else 1
    dispersion = np.maximum((freedom * dispersion + 10 * pooled) / (freedom + 10), 1.0)
    variance = np.linalg.inv(hessian)[:, 1, 1] * dispersion * _autocorrelation(residual, usable)
    moved = (x**2).sum(axis=1) > 1e-4
    informed = moved & (weeks >= MIN_WEEKS) & (units.sum(axis=1) >= MIN_UNITS)
    variance = np.where(informed & np.isfinite(variance), variance, np.inf)
    return Reading(coefficients[:, 1], variance, weeks, lift)


def _promotion_lift(
    panel: Panel, units: Floats, x: Floats, promoted: Floats, usable: Flags
) -> float:
    """The store's mean log lift by a promotion of strength 1; 0 where there was none."""
    if not (promoted[usable] > 0).any():
        return 0.0
    offset = week_level(panel, usable, x, np.zeros_like(x)) * panel.in_stock
    coefficients, hessian, _ = _poisson(units, np.stack([x, promoted], axis=2), offset, usable)
    # What the ridge alone knows of a variant that was never promoted is no reading.
    precision = np.maximum(1 / np.linalg.inv(hessian)[:, 2, 2] - _PROMOTION_RIDGE, 0.0)
    if precision.sum() <= 0:
        return 0.0
    unshrunk = coefficients[:, 2] * (precision + _PROMOTION_RIDGE)
    return float(np.clip(unshrunk.sum() / precision.sum(), 0.0, _PROMOTION_MAX))


def _price_moves(panel: Panel) -> tuple[Floats, Flags]:
    """Log price against the variant's own mean, and where it is known.

    A week without a sale shows no price. Leaving such weeks out would keep the dear weeks that
    sold and drop those that did not, so they take the move of the product's other variants.
    """
    known = np.isfinite(panel.price) & (panel.price > 0) & panel.alive
    log_price = np.log(np.where(known, panel.price, 1.0))
    moves = np.where(known, log_price - _mean_where(log_price, known), 0.0)
    if panel.product is None:
        return moves, known
    seen = group_sums(known.astype(np.float64), panel.product)
    siblings = group_sums(moves, panel.product) / np.maximum(seen, 1)
    return np.where(known, moves, siblings), known | (
        panel.alive & (seen > 0) & known.any(axis=1, keepdims=True)
    )


def _mean_where(values: Floats, flags: Flags) -> Floats:
    """Each row's mean over its flagged columns, as a column."""
    count = np.maximum(flags.sum(axis=1, keepdims=True), 1)
    return np.asarray((values * flags).sum(axis=1, keepdims=True) / count)


def week_level(panel: Panel, usable: Flags, moves: Floats, lifted: Floats) -> Floats:
    """How busy each week was for a variant: its type's week against the usual one, without it.

    What the others sold more because they were cheaper or promoted is not busyness: their usual
    week is taken at their price, with the elasticity of the literature, and with ``lifted``, what
    a promotion adds to the log of their units.

    Its whole product is left out: sizes are mostly repriced together, and a product that sells
    more at a lower price would seem to have had a busy week. A small type's week says little and
    is pulled to the store's.
    """
    sold = panel.units * usable
    potential = usable * panel.in_stock * np.exp(PRIOR_MEAN * moves + lifted)
    potential *= (sold.sum(axis=1) / np.maximum(potential.sum(axis=1), 1e-9))[:, None]
    product = np.arange(len(sold)) if panel.product is None else panel.product
    own_sold, own_potential = group_sums(sold, product), group_sums(potential, product)
    store = (sold.sum(axis=0) - own_sold) / np.maximum(potential.sum(axis=0) - own_potential, 1e-9)
    others_sold = group_sums(sold, panel.category) - own_sold
    others_potential = group_sums(potential, panel.category) - own_potential
    level = (np.maximum(others_sold, 0) + _TYPE_PULL * store) / (
        np.maximum(others_potential, 0) + _TYPE_PULL
    )
    return np.asarray(np.maximum(level, 1e-3))


def group_sums(values: Floats, group: Integers) -> Floats:
    """Each row's group total, week by week."""
    totals = np.zeros((int(group.max()) + 1, values.shape[1]))
    np.add.at(totals, group, values)
    return np.asarray(totals[group])


def _poisson(
    units: Floats, covariates: Floats, offset: Floats, usable: Flags
) -> tuple[Floats, Floats, Floats]:
    """Ridge Poisson regressions of all variants: coefficients, Hessians, expected units.

    ``covariates`` are log price and promotion, variants by weeks by two. Coefficients: level,
    elasticity, promotion, trend.
    """
    parts = [slice(i, i + _PART) for i in range(0, len(units), _PART)]
    found = [_newton(units[p], covariates[p], offset[p], usable[p]) for p in parts]
    coefficients, hessian, expected = zip(*found, strict=True)
    return np.concatenate(coefficients), np.concatenate(hessian), np.concatenate(expected)


def _newton(
    units: Floats, covariates: Floats, offset: Floats, usable: Flags
) -> tuple[Floats, Floats, Floats]:
    n, weeks = units.shape
    trend = np.broadcast_to(np.linspace(-0.5, 0.5, weeks)[:, None], (n, weeks, 1))
    design = np.concatenate([np.ones((n, weeks, 1)), covariates, trend], axis=2)
    design *= usable[:, :, None]
    # Coefficients by variants by weeks: sums over weeks become one matrix product per variant.
    columns = np.ascontiguousarray(design.transpose(0, 2, 1))
    ridge = np.diag([1e-6, _ELASTICITY_RIDGE, _PROMOTION_RIDGE, _TREND_RIDGE])
    base = np.where(usable, offset, 0.0)
    coefficients = np.zeros((n, 4))
    coefficients[:, 0] = np.log((units.sum(axis=1) + 0.5) / np.maximum(base.sum(axis=1), 1e-6))
    hessian = np.broadcast_to(np.eye(4), (n, 4, 4))
    for _ in range(_ITERATIONS):
        expected = _expected(columns, coefficients, base)
        gradient = np.matmul(columns, (units - expected)[:, :, None])[:, :, 0]
        gradient -= coefficients @ ridge
        hessian = np.matmul(columns * expected[:, None, :], design) + ridge
        step = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
        coefficients += np.clip(step, -1.0, 1.0)
        if np.abs(step).max(initial=0.0) < _CONVERGED:
            break
    return coefficients, hessian, _expected(columns, coefficients, base)


def _expected(columns: Floats, coefficients: Floats, base: Floats) -> Floats:
    linear = np.matmul(coefficients[:, None, :], columns)[:, 0, :]
    return np.asarray(base * np.exp(np.clip(linear, -12, 12)))


def _autocorrelation(residual: Floats, usable: Flags) -> float:
    """Variance inflation for residuals that resemble last week's, pooled over variants."""
    both = usable[:, 1:] & usable[:, :-1]
    product = (residual[:, 1:] * residual[:, :-1] * both).sum()
    rho = float(np.clip(product / max((residual[:, 1:] ** 2 * both).sum(), 1e-9), 0.0, 0.8))
    return (1 + rho) / (1 - rho)
