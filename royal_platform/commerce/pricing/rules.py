"""The price with the best expected contribution inside the policy's limits."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from statistics import NormalDist

import numpy as np

from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.forecasting.model import Floats, Panel
from royal_platform.commerce.pricing.model import (
    Blocked,
    Demand,
    Economics,
    Interval,
    PriceAdvice,
    PriceWindow,
)
from royal_platform.commerce.pricing.response import MIN_UNITS, MIN_WEEKS

WRONG_SIGN_CUT = -0.05
_MIN_HORIZON_UNITS = 3.0
_WORTH_SHARE = 0.01
_MAX_CANDIDATES = 60
_RETURN_PRIOR_UNITS = 50.0
# Midpoints of equal slices of the standard normal distribution, for expectations and quantiles.
_SLICES = 41
_NORMAL = NormalDist()


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
    units = np.maximum(demand.expected + demand.sd * normal_slices(), 0.0)
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
    if weeks < MIN_WEEKS:
        return Blocked("thin_history", f"{weeks} weeks in stock so far, {MIN_WEEKS} are needed.")
    if units_sold < MIN_UNITS:
        return Blocked(
            "thin_history", f"{units_sold:.0f} units sold so far, {MIN_UNITS} are needed."
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
def normal_slices() -> Floats:
    """Equal-weight points of the standard normal distribution."""
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
