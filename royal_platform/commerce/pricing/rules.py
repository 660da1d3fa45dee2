"""Which prices the policy allows, how much comes back, and the draws prices are weighed on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from statistics import NormalDist

import numpy as np

from royal_platform.commerce.decisions.ladder import price_points
from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.forecasting.model import Floats, Integers, Panel
from royal_platform.commerce.pricing.model import Blocked, PriceWindow
from royal_platform.commerce.pricing.response import MIN_UNITS, MIN_WEEKS

WRONG_SIGN_CUT = -0.05
_MIN_HORIZON_UNITS = 3.0
_MAX_CANDIDATES = 60
_MOST_STEPS = 400
_RETURN_PRIOR_UNITS = 50.0
# Midpoints of equal slices of the standard normal distribution, for expectations and quantiles.
SLICES = 41
_NORMAL = NormalDist()


def return_rates(panel: Panel) -> Floats:
    """Expected share of units that come back: own history pooled to product and product type."""
    units, returned = panel.units.sum(axis=1), panel.returned.sum(axis=1)
    by_type = _over_group(returned, panel.category), _over_group(units, panel.category)
    rate = by_type[0] / np.maximum(by_type[1], 1)
    if panel.product is not None:
        rate = _pulled(
            _over_group(returned, panel.product), _over_group(units, panel.product), rate
        )
    return np.asarray(np.clip(_pulled(returned, units, rate), 0, 0.95))


def _over_group(values: Floats, group: Integers) -> Floats:
    """For each member the sum over its group."""
    return np.asarray(np.bincount(group, values)[group], dtype=np.float64)


def _pulled(part: Floats, of: Floats, towards: Floats) -> Floats:
    return np.asarray((part + _RETURN_PRIOR_UNITS * towards) / (of + _RETURN_PRIOR_UNITS))


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
        points=() if policy.price_points is None else price_points(policy.price_points),
    )


def reach(reference: Decimal, policy: Policy, limits: PriceWindow) -> PriceWindow:
    """Prices inside the policy's band, where an agent may come to in some steps."""
    unit, hundred = Decimal(1).scaleb(-limits.minor_digits), Decimal(100)
    low = max(reference * policy.price_band_low_percent / hundred, unit)
    high = reference * policy.price_band_high_percent / hundred
    return replace(
        limits,
        low=low.quantize(unit, rounding=ROUND_CEILING),
        high=high.quantize(unit, rounding=ROUND_FLOOR),
    )


def beside(
    price: Decimal, bounds: tuple[Decimal | None, Decimal | None], limits: PriceWindow
) -> PriceWindow:
    """Those of the prices that lie inside bounds, or nearer to them than today's ``price``."""
    unit = Decimal(1).scaleb(-limits.minor_digits)
    low, high = bounds
    if high is not None:
        top = max(high.quantize(unit, rounding=ROUND_FLOOR), price - unit)
        limits = replace(limits, high=min(limits.high, top))
    if low is not None:
        bottom = min(low.quantize(unit, rounding=ROUND_CEILING), price + unit)
        limits = replace(limits, low=max(limits.low, bottom))
    return limits


def candidates(price: Decimal, limits: PriceWindow) -> tuple[Decimal, ...]:
    """Prices to compare: those with the wanted ending, or with the ending of today's price.

    Where no such price lies in the window, evenly spread prices are used instead; where the
    merchant keeps price points, only these.
    """
    if limits.points:
        return tuple(p for p in limits.points if limits.low <= p <= limits.high and p != price)
    for modulus, rest in _endings(price, limits):
        first = int(((limits.low - rest) / modulus).to_integral_value(ROUND_CEILING))
        last = int(((limits.high - rest) / modulus).to_integral_value(ROUND_FLOOR))
        today = (price - rest) / modulus
        steps = [n for n in range(first, min(last, first + _MOST_STEPS) + 1) if n != today]
        if len(steps) >= 2:
            stride = max(1, math.ceil(len(steps) / _MAX_CANDIDATES))
            return tuple(n * modulus + rest for n in steps[::stride])
    return ()


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
        return np.full(SLICES, min(mean, WRONG_SIGN_CUT))
    ceiling = _NORMAL.cdf((WRONG_SIGN_CUT - mean) / sd)
    share = (np.arange(SLICES) + 0.5) / SLICES * max(ceiling, 1e-6)
    return np.minimum(mean + sd * _quantiles(share), WRONG_SIGN_CUT)


@cache
def normal_slices() -> Floats:
    """Equal-weight points of the standard normal distribution."""
    return _quantiles((np.arange(SLICES) + 0.5) / SLICES)


def _quantiles(shares: Floats) -> Floats:
    return np.array([_NORMAL.inv_cdf(share) for share in shares])


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
