"""How deep each week's discount was, so that a sale's weeks are not taken for the usual demand."""

from __future__ import annotations

import numpy as np

from royal_platform.commerce.forecasting.model import Floats, Panel

_WINDOW = 13
_DEEPEST = 0.9
_RATE = 0.05
# Below this share of units sold below the usual price, promotions say nothing worth correcting.
WORTH_CORRECTING = 0.005


def depths(panel: Panel) -> Floats:
    """Share of the usual price that buyers did not pay, 0 to 0.9; 0 in weeks without a sale.

    The usual price is the highest one asked in the last 13 weeks, the present one included: a cut
    that stays is a promotion for a quarter and the usual price afterwards. Discount codes count as
    much as lowered prices.
    """
    usual = np.full(panel.price.shape, np.nan)
    asked = np.where((panel.price > 0) & np.isfinite(panel.price), panel.price, np.nan)
    for back in range(min(_WINDOW, asked.shape[1])):
        usual[:, back:] = np.fmax(usual[:, back:], asked[:, : asked.shape[1] - back])
    sold = (panel.units > 0) & np.isfinite(panel.units) & np.isfinite(usual)
    sold &= (panel.revenue >= 0) & np.isfinite(panel.revenue)
    asked_for_all = np.where(sold, panel.units * usual, 1.0)
    depth = 1 - np.where(sold, panel.revenue, 0.0) / asked_for_all
    return np.where(sold, np.clip(depth, 0.0, _DEEPEST), 0.0)


def usual_depth(depth: Floats, origins: tuple[int, ...]) -> Floats:
    """What of the price is usually given away, smoothed up to each origin (origin, variant)."""
    level = np.zeros(len(depth))
    found = np.zeros((len(origins), len(depth)))
    for week in range(depth.shape[1] + 1):
        for k, origin in enumerate(origins):
            if origin == week:
                found[k] = level
        if week < depth.shape[1]:
            level = level + max(_RATE, 1 / (week + 1)) * (depth[:, week] - level)
    return found
