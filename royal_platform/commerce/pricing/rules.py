"""Own-price elasticity by empirical Bayes, and the price with the best expected contribution.

Each variant's units follow a Poisson regression on its own log price with a trend and the week's
level of the store; the estimates are pooled to the product type (normal-normal empirical Bayes,
Efron and Morris 1975), the product types to the store's mean. Past prices were no experiment, so
the store's mean is itself taken as a biased reading of the truth, which is held against the mean
own-price elasticity of Bijmolt, van Heerde and Pieters (2005).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from statistics import NormalDist

import numpy as np

from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.forecasting.model import (
    MIN_SHARE_IN_STOCK,
    Flags,
    Floats,
    Integers,
    Panel,
)
from royal_platform.commerce.pricing.model import (
    Blocked,
    Demand,
    Economics,
    Elasticity,
    Interval,
    PriceAdvice,
    PriceWindow,
)

WRONG_SIGN_CUT = -0.05
PRIOR_MEAN, PRIOR_SD = -2.62, 0.8
# How far a whole store's mean may be off because its past prices were no experiment (shelves run
# empty while the price is low, promotions meet other events). Bijmolt et al. find nothing that
# moves estimates more, always towards zero. An assumption: more history does not help.
DESIGN_SD = 0.6
_PRIOR_MEMBERS = 10.0  # so many products are believed half about how alike they are
_USUAL_SPREAD, _SPREAD_FLOOR = 0.5, 0.25
_ITERATIONS = 8
_TREND_RIDGE = 4.0
_ELASTICITY_RIDGE = 0.002
_LOG_PRICE_LIMIT = 1.0
_TYPE_PULL = 20.0
_MIN_UNITS = 20
_MIN_WEEKS = 13
_MIN_HORIZON_UNITS = 3.0
_WORTH_SHARE = 0.01
_MAX_CANDIDATES = 60
_RETURN_PRIOR_UNITS = 50.0
# Midpoints of equal slices of the standard normal distribution, for expectations and quantiles.
_SLICES = 41
_NORMAL = NormalDist()


def elasticities(panel: Panel) -> Elasticity:
    """Posterior own-price elasticity of every variant from its weekly history."""
    estimate, variance, weeks = _own_estimates(panel)
    estimate, variance, first = _by_product(panel, estimate, variance)
    lasting, passing = _spreads(panel, estimate[first], variance[first])
    variance = variance + passing
    informed = np.isfinite(variance)
    own = np.where(informed, estimate, 0.0)
    weight = np.where(informed & first, 1 / (variance + lasting), 0.0)
    total = float(weight.sum())
    read = float((weight * own).sum()) / total if total else PRIOR_MEAN
    believed, believed_variance = _against_the_literature(read, 1 / total if total else math.inf)
    # Half of what products differ in belongs to their type, half to themselves.
    within = lasting / 2
    weight = np.where(informed & first, 1 / (variance + within), 0.0)
    n_types = len(panel.categories)
    precision = np.bincount(panel.category, weight, n_types) + 1 / within
    off = np.bincount(panel.category, weight * (own - read), n_types) / precision
    type_mean = believed + off[panel.category]
    own_weight = np.where(informed, within / (within + variance), 0.0)
    rest = 1 - own_weight
    return Elasticity(
        mean=type_mean + own_weight * (own - read + believed - type_mean),
        sd=np.sqrt(rest * within + rest**2 / precision[panel.category] + believed_variance),
        own_weight=own_weight,
        weeks=weeks,
        type_mean=type_mean,
    )


def return_rates(panel: Panel) -> Floats:
    """Expected share of units that come back: own history pooled to the product type."""
    units, returned = panel.units.sum(axis=1), panel.returned.sum(axis=1)
    n_types = len(panel.categories)
    by_type = np.bincount(panel.category, returned, n_types) / np.maximum(
        np.bincount(panel.category, units, n_types), 1
    )
    rate = (returned + _RETURN_PRIOR_UNITS * by_type[panel.category]) / (
        units + _RETURN_PRIOR_UNITS
    )
    return np.asarray(np.clip(rate, 0, 0.95))


def discount_rate(panel: Panel) -> float:
    """The fraction of asked prices that discount codes took off in the panel's last year."""
    asked = (panel.price * panel.units)[:, -52:]
    known = np.isfinite(asked) & (panel.units[:, -52:] > 0)
    total = float(asked[known].sum())
    paid = float(panel.revenue[:, -52:][known].sum())
    return min(max(1 - paid / total, 0.0), 0.9) if total > 0 else 0.0


def window(
    price: Decimal, reference: Decimal, last_week: tuple[Decimal, ...], policy: Policy,
    minor_digits: int,
) -> PriceWindow:  # fmt: skip
    """Prices inside step, week and band, rounded inwards to what the currency can pay."""
    unit = Decimal(1).scaleb(-minor_digits)
    hundred = Decimal(100)
    lows = [reference * policy.price_band_low_percent / hundred]
    highs = [reference * policy.price_band_high_percent / hundred]
    limits = [(price, policy.price_step_max_percent)]
    limits += [(before, policy.price_week_max_percent) for before in last_week]
    for base, percent in limits:
        lows.append(base * (hundred - percent) / hundred)
        highs.append(base * (hundred + percent) / hundred)
    return PriceWindow(
        low=max(*lows, unit).quantize(unit, rounding=ROUND_CEILING),
        high=min(highs).quantize(unit, rounding=ROUND_FLOOR),
        ending=policy.price_ending,
        minor_digits=minor_digits,
    )


def candidates(price: Decimal, limits: PriceWindow) -> tuple[Decimal, ...]:
    """Prices to compare: those with the wanted ending, or with the ending of today's price.

    Where no such price lies in the window, evenly spread prices are used instead.
    """
    for modulus, rest in _endings(price, limits):
        first = (limits.low - rest) / modulus
        n = first.to_integral_value(ROUND_CEILING)
        found: list[Decimal] = []
        while (value := n * modulus + rest) <= limits.high and len(found) < 400:
            if value != price:
                found.append(value)
            n += 1
        if len(found) >= 2:
            stride = max(1, math.ceil(len(found) / _MAX_CANDIDATES))
            return tuple(found[::stride])
    return ()


def advise(
    price: Decimal,
    demand: Demand,
    elasticity: tuple[float, float],
    economics: Economics,
    limits: PriceWindow,
    *,
    floor_percent: Decimal,
) -> PriceAdvice | Blocked:
    """The candidate with the highest expected gain whose 10 % quantile is worth a change.

    ``elasticity`` is the posterior's mean and standard deviation; the margin floor is applied
    exactly as the gate does. Returns ``Blocked`` when nothing is worthwhile.
    """
    options = [
        p for p in candidates(price, limits) if margin_percent(p, economics) >= floor_percent
    ]
    if not options:
        return Blocked("no_room", "No price inside the policy's limits differs from today's.")
    betas = truncated(*elasticity)
    units = np.maximum(demand.expected + demand.sd * _normal_slices(), 0.0)
    now = float(price)
    prices = np.array([float(p) for p in options])
    unit_now = float(economics.contribution(now))
    unit_then = np.asarray(economics.contribution(prices))
    # Candidate by elasticity slice: what an expected unit of today brings more or less.
    response = np.exp(betas[None, :] * np.log(prices / now)[:, None])
    per_unit = response * unit_then[:, None] - unit_now
    gains = (per_unit[:, :, None] * units[None, None, :]).reshape(len(options), -1)
    low = np.quantile(gains, 0.1, axis=1)
    mean = gains.mean(axis=1)
    worth = max(abs(unit_now) * demand.expected * _WORTH_SHARE, 1.0)
    good = low > 0
    good &= mean >= worth
    if not good.any():
        best = int(mean.argmax())
        detail = (
            f"The best price, {options[best]}, would bring {mean[best]:+.2f} in 28 days, 80 % "
            f"interval {low[best]:+.2f} to {np.quantile(gains[best], 0.9):+.2f}: not worth it."
        )
        return Blocked("not_worthwhile", detail)
    best = int(np.where(good, mean, -np.inf).argmax())
    return PriceAdvice(
        price=options[best],
        gain=_interval(gains[best]),
        contribution_now=_interval(unit_now * units),
        contribution_then=_interval(np.outer(response[best] * unit_then[best], units)),
        units_now=_interval(units),
        units_then=_interval(np.outer(response[best], units)),
        elasticity=_interval(betas),
        loss_probability=float((gains[best] < 0).mean()),
        optimum_inside=bool(0 < best < len(options) - 1),
    )


def margin_percent(price: Decimal, economics: Economics) -> Decimal:
    """Share of the price without tax that remains after unit cost and payment fees, in percent."""
    gross = Decimal(price)
    net = gross / (1 + Decimal(str(economics.tax_rate)))
    fees = gross * Decimal(str(economics.fee_rate)) + Decimal(str(economics.fee_fixed))
    return (net - fees - Decimal(str(economics.unit_cost))) / net * 100


def too_thin(units_sold: float, weeks: int, horizon_units: float) -> Blocked | None:
    """A refusal where history says too little about a variant, else None."""
    if weeks < _MIN_WEEKS:
        return Blocked("thin_history", f"{weeks} weeks in stock so far, {_MIN_WEEKS} are needed.")
    if units_sold < _MIN_UNITS:
        return Blocked(
            "thin_history", f"{units_sold:.0f} units sold so far, {_MIN_UNITS} are needed."
        )
    if horizon_units < _MIN_HORIZON_UNITS:
        return Blocked(
            "thin_history", f"Only {horizon_units:.1f} units are expected in the next 28 days."
        )
    return None


def truncated(mean: float, sd: float) -> Floats:
    """Equal-weight points of the normal distribution cut off above ``WRONG_SIGN_CUT``."""
    if sd <= 0:
        return np.full(_SLICES, min(mean, WRONG_SIGN_CUT))
    ceiling = _NORMAL.cdf((WRONG_SIGN_CUT - mean) / sd)
    share = (np.arange(_SLICES) + 0.5) / _SLICES * max(ceiling, 1e-6)
    return np.minimum(mean + sd * _quantiles(share), WRONG_SIGN_CUT)


@cache
def _normal_slices() -> Floats:
    return _quantiles((np.arange(_SLICES) + 0.5) / _SLICES)


def _quantiles(shares: Floats) -> Floats:
    return np.array([_NORMAL.inv_cdf(share) for share in shares])


def _interval(values: Floats) -> Interval:
    low, high = np.quantile(values, [0.1, 0.9])
    return Interval(float(values.mean()), float(low), float(high))


def _endings(price: Decimal, limits: PriceWindow) -> Iterator[tuple[Decimal, Decimal]]:
    """Lattices (modulus, rest) of prices to try, the preferred one first."""
    unit = Decimal(1).scaleb(-limits.minor_digits)
    if limits.ending is not None:
        digits = limits.ending.rpartition(".")[2]
        modulus = unit * 10 ** len(digits)
        yield modulus, unit * int(digits)
    else:
        # Keep the shop's own habit: 24.95 becomes 26.95, or 25.45, or 25.05.
        for modulus in (unit * 100, unit * 50, unit * 10):
            yield modulus, price % modulus
    span = limits.high - limits.low
    stride = max(unit, (span / 40).quantize(unit, rounding=ROUND_CEILING))
    yield stride, limits.low % stride


def _own_estimates(panel: Panel) -> tuple[Floats, Floats, Integers]:
    """Each variant's own estimate, its variance (inf without price movement) and weeks used."""
    x, known = _price_moves(panel)
    usable = panel.alive & (panel.in_stock >= MIN_SHARE_IN_STOCK) & known
    units = np.where(usable, panel.units, 0.0)
    weeks = usable.sum(axis=1)
    x = np.where(usable, x - _mean_where(x, usable), 0.0)
    x = np.clip(x, -_LOG_PRICE_LIMIT, _LOG_PRICE_LIMIT)
    offset = _week_level(panel, usable, x) * panel.in_stock
    coefficients, hessian, expected = _poisson(units, x, offset, usable)
    residual = np.where(usable, (units - expected) / np.sqrt(np.maximum(expected, 1e-9)), 0.0)
    freedom = np.maximum(weeks - 3, 1)
    dispersion = (residual**2).sum(axis=1) / freedom
    pooled = float(np.median(dispersion[weeks >= _MIN_WEEKS])) if (weeks >= _MIN_WEEKS).any() else 1
    dispersion = np.maximum((freedom * dispersion + 10 * pooled) / (freedom + 10), 1.0)
    variance = np.linalg.inv(hessian)[:, 1, 1] * dispersion * _autocorrelation(residual, usable)
    moved = (x**2).sum(axis=1) > 1e-4
    informed = moved & (weeks >= _MIN_WEEKS) & (units.sum(axis=1) >= _MIN_UNITS)
    estimate = coefficients[:, 1]
    return estimate, np.where(informed & np.isfinite(variance), variance, np.inf), weeks


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
    seen = _group_sums(known.astype(np.float64), panel.product)
    siblings = _group_sums(moves, panel.product) / np.maximum(seen, 1)
    return np.where(known, moves, siblings), known | (
        panel.alive & (seen > 0) & known.any(axis=1, keepdims=True)
    )


def _mean_where(values: Floats, flags: Flags) -> Floats:
    """Each row's mean over its flagged columns, as a column."""
    count = np.maximum(flags.sum(axis=1, keepdims=True), 1)
    return np.asarray((values * flags).sum(axis=1, keepdims=True) / count)


def _week_level(panel: Panel, usable: Flags, moves: Floats) -> Floats:
    """How busy each week was for a variant: its type's week against the usual one, without it.

    What the others sold more because they were cheaper is not busyness: their usual week is taken
    at their price, with the elasticity of the literature.

    Its whole product is left out: sizes are mostly repriced together, and a product that sells
    more at a lower price would seem to have had a busy week. A small type's week says little and
    is pulled to the store's.
    """
    sold = panel.units * usable
    potential = usable * panel.in_stock * np.exp(PRIOR_MEAN * moves)
    potential *= (sold.sum(axis=1) / np.maximum(potential.sum(axis=1), 1e-9))[:, None]
    product = np.arange(len(sold)) if panel.product is None else panel.product
    own_sold, own_potential = _group_sums(sold, product), _group_sums(potential, product)
    store = (sold.sum(axis=0) - own_sold) / np.maximum(potential.sum(axis=0) - own_potential, 1e-9)
    others_sold = _group_sums(sold, panel.category) - own_sold
    others_potential = _group_sums(potential, panel.category) - own_potential
    level = (np.maximum(others_sold, 0) + _TYPE_PULL * store) / (
        np.maximum(others_potential, 0) + _TYPE_PULL
    )
    return np.asarray(np.maximum(level, 1e-3))


def _group_sums(values: Floats, group: Integers) -> Floats:
    """Each row's group total, week by week."""
    totals = np.zeros((int(group.max()) + 1, values.shape[1]))
    np.add.at(totals, group, values)
    return np.asarray(totals[group])


def _poisson(
    units: Floats, x: Floats, offset: Floats, usable: Flags
) -> tuple[Floats, Floats, Floats]:
    """Ridge Poisson regressions (level, elasticity, trend) of all variants at once, by Newton."""
    n, weeks = units.shape
    trend = np.broadcast_to(np.linspace(-0.5, 0.5, weeks), (n, weeks))
    design = np.stack([np.ones((n, weeks)), x, trend], axis=2) * usable[:, :, None]
    ridge = np.diag([1e-6, _ELASTICITY_RIDGE, _TREND_RIDGE])
    base = np.where(usable, offset, 0.0)
    coefficients = np.zeros((n, 3))
    coefficients[:, 0] = np.log((units.sum(axis=1) + 0.5) / np.maximum(base.sum(axis=1), 1e-6))
    hessian = np.broadcast_to(np.eye(3), (n, 3, 3))
    for _ in range(_ITERATIONS):
        linear = np.clip((design * coefficients[:, None, :]).sum(axis=2), -12, 12)
        expected = base * np.exp(linear)
        gradient = np.einsum("nwk,nw->nk", design, units - expected) - coefficients @ ridge
        hessian = np.einsum("nwk,nw,nwl->nkl", design, expected, design, optimize=True) + ridge
        step = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
        coefficients += np.clip(step, -1.0, 1.0)
    linear = np.clip((design * coefficients[:, None, :]).sum(axis=2), -12, 12)
    return coefficients, hessian, base * np.exp(linear)


def _autocorrelation(residual: Floats, usable: Flags) -> float:
    """Variance inflation for residuals that resemble last week's, pooled over variants."""
    both = usable[:, 1:] & usable[:, :-1]
    product = (residual[:, 1:] * residual[:, :-1] * both).sum()
    rho = float(np.clip(product / max((residual[:, 1:] ** 2 * both).sum(), 1e-9), 0.0, 0.8))
    return (1 + rho) / (1 - rho)


def _by_product(panel: Panel, estimate: Floats, variance: Floats) -> tuple[Floats, Floats, Flags]:
    """Estimates of whole products for each variant, and the first variant of every product.

    Sizes and colours are alike in how buyers mind the price, and are repriced together: apart
    they say little, and what misled one of them misled them all.
    """
    if panel.product is None:
        return estimate, variance, np.ones(len(estimate), dtype=bool)
    weight = np.where(np.isfinite(variance), 1 / variance, 0.0)
    said = _group_sums(weight[:, None], panel.product)[:, 0]
    summed = _group_sums((weight * np.where(weight > 0, estimate, 0.0))[:, None], panel.product)
    known = said > 0
    first = np.zeros(len(estimate), dtype=bool)
    first[np.unique(panel.product, return_index=True)[1]] = True
    return (
        np.where(known, summed[:, 0] / np.where(known, said, 1.0), 0.0),
        np.where(known, 1 / np.where(known, said, 1.0), np.inf),
        first,
    )


def _spreads(panel: Panel, estimate: Floats, variance: Floats) -> tuple[float, float]:
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
        one, doubt, first = _by_product(half, *_own_estimates(half)[:2])
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


def _against_the_literature(read: float, read_variance: float) -> tuple[float, float]:
    """The store's mean elasticity and its variance, its own reading not taken at face value."""
    weight = PRIOR_SD**2 / (PRIOR_SD**2 + DESIGN_SD**2 + read_variance)
    return PRIOR_MEAN + weight * (read - PRIOR_MEAN), PRIOR_SD**2 * (1 - weight)
