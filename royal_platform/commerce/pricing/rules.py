"""Own-price elasticity by empirical Bayes, and the price with the best expected contribution.

Each variant's units follow a Poisson regression on its own log price with a trend and the week's
level of the store; the estimates are pooled to the product type (normal-normal empirical Bayes,
Efron and Morris 1975), the product types to a weak prior around -1.8, the mean own-price
elasticity of Bijmolt, van Heerde and Pieters (2005) drawn towards zero for smaller shops.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
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
PRIOR_MEAN, PRIOR_SD = -1.8, 0.8
_PRIOR_MEMBERS = 10.0  # a group of this size is believed half about how alike its members are
_SPREAD_FLOOR = 0.25
# Past prices were not drawn by lot: promotions meet slow weeks and sizes move together. On the
# sandbox's truth that moved estimates by 0.4; no amount of history takes it away.
_BIAS_SD = 0.35
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
    informed = np.isfinite(variance)
    category = panel.category
    n_types = len(panel.categories)
    types = np.empty((n_types, 3))
    store = _pool(estimate[informed], variance[informed], PRIOR_MEAN, PRIOR_SD)
    for c in range(n_types):
        mine = informed & (category == c)
        types[c] = _pool(estimate[mine], variance[mine], store[0], math.hypot(store[1], store[2]))
    prior_mean, prior_sd, mean_sd = types[category].T
    prior_variance = prior_sd**2
    own_weight = np.where(informed, prior_variance / (prior_variance + variance), 0.0)
    own = np.where(informed, estimate, prior_mean)
    return Elasticity(
        mean=own_weight * own + (1 - own_weight) * prior_mean,
        sd=np.sqrt(
            (1 - own_weight) * prior_variance + ((1 - own_weight) * mean_sd) ** 2 + _BIAS_SD**2
        ),
        own_weight=own_weight,
        weeks=weeks,
        type_mean=prior_mean,
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
    usable = panel.alive & (panel.in_stock >= MIN_SHARE_IN_STOCK) & np.isfinite(panel.price)
    units = np.where(usable, panel.units, 0.0)
    log_price = np.log(np.where(usable, np.maximum(panel.price, 1e-6), 1.0))
    weeks = usable.sum(axis=1)
    count = np.maximum(weeks, 1)[:, None]
    mean_log = (log_price * usable).sum(axis=1, keepdims=True) / count
    x = np.clip(np.where(usable, log_price - mean_log, 0.0), -_LOG_PRICE_LIMIT, _LOG_PRICE_LIMIT)
    offset = _week_level(panel, usable) * panel.in_stock
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


def _week_level(panel: Panel, usable: Flags) -> Floats:
    """How busy each week was for a variant: its type's week against the usual one, without it.

    Its whole product is left out: sizes are mostly repriced together, and a product that sells
    more at a lower price would seem to have had a busy week. A small type's week says little and
    is pulled to the store's.
    """
    usual = np.where(usable, panel.units, 0.0).sum(axis=1) / np.maximum(usable.sum(axis=1), 1)
    potential = usable * panel.in_stock * usual[:, None]
    sold = panel.units * usable
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


def _pool(
    estimate: Floats, variance: Floats, prior_mean: float, prior_sd: float
) -> tuple[float, float, float]:
    """A group's mean elasticity, the spread of its members, and the mean's own uncertainty.

    All are drawn to the level above, the more the fewer members say something.
    """
    mean, spread = prior_mean, prior_sd**2
    weight = np.zeros(0)
    hyper = 1 / prior_sd**2
    for _ in range(20 if len(estimate) else 0):
        weight = 1 / (variance + spread)
        mean = float(((weight * estimate).sum() + hyper * prior_mean) / (weight.sum() + hyper))
        excess = (weight**2 * ((estimate - mean) ** 2 - variance)).sum()
        between = max(float(excess / (weight**2).sum()), 0.0)
        share = len(estimate) / (len(estimate) + _PRIOR_MEMBERS)
        spread = max(share * between + (1 - share) * prior_sd**2, _SPREAD_FLOOR**2)
    return mean, math.sqrt(spread), math.sqrt(1 / (float(weight.sum()) + hyper))
