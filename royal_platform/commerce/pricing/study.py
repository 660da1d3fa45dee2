"""The demand curve behind a price: what would be sold and earned at the prices around it."""

from __future__ import annotations

import numpy as np

from royal_platform.commerce.forecasting.model import Floats
from royal_platform.commerce.pricing.model import (
    CurvePoint,
    Interval,
    PriceCurve,
    PriceStudy,
)
from royal_platform.commerce.pricing.rules import normal_slices, truncated

# From 40 % cheaper to 60 % dearer. Past prices rarely went further, and neither does the policy.
_REACH = np.linspace(0.6, 1.6, 41)


def curve(study: PriceStudy) -> PriceCurve:
    """Units and contribution over the horizon at 41 prices, each with its 80 % interval.

    The same draws of elasticity and demand that the advice was weighed on.
    """
    betas = truncated(study.elasticity_mean, study.elasticity_sd)
    units = np.maximum(study.expected + study.expected_sd * normal_slices(), 0.0)
    prices = float(study.price) * _REACH
    response = np.exp(betas[None, :] * np.log(_REACH)[:, None])
    sold = (response[:, :, None] * units[None, None, :]).reshape(len(prices), -1)
    sold_low, sold_high = np.quantile(sold, [0.1, 0.9], axis=1)
    mean = sold.mean(axis=1)
    each = None if study.economics is None else np.asarray(study.economics.contribution(prices))
    points = tuple(
        CurvePoint(
            float(price),
            Interval(float(mean[i]), float(sold_low[i]), float(sold_high[i])),
            None if each is None else _earned(float(each[i]), mean[i], sold_low[i], sold_high[i]),
        )
        for i, price in enumerate(prices)
    )
    low, high = np.quantile(betas, [0.1, 0.9])
    costs = None if study.economics is None else study.economics.costs
    lowest = None if costs is None else costs.lowest_price(study.floor_percent)
    return PriceCurve(
        points=points,
        elasticity=Interval(float(betas.mean()), float(low), float(high)),
        best=None if each is None else float(prices[int((each * mean).argmax())]),
        floor=None if lowest is None else float(lowest),
    )


def _earned(per_unit: float, mean: Floats, low: Floats, high: Floats) -> Interval:
    """Below cost, more units earn less: the ends change places."""
    ends = sorted((per_unit * float(low), per_unit * float(high)))
    return Interval(per_unit * float(mean), ends[0], ends[1])
