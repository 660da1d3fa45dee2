"""How good the forecast would have been on a store's own past, by the function agents call."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from royal_platform.commerce.forecasting import rules
from royal_platform.commerce.forecasting.model import Floats, Panel
from royal_platform.commerce.forecasting.smoothing import one_step_scale

HORIZON = 4
ORIGINS = 4
LEAST_WEEKS = 10  # before the earliest origin
_SES_RATE = 0.2
_REVENUE_WEEKS = 13


class ShortHistoryError(ValueError):
    """Too few complete weeks to hold some back and still learn from the rest."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """Forecasts of ``origins`` past moments, ``HORIZON`` weeks ahead each, against what was sold.

    ``rmsse`` (revenue-weighted, by method: ``royal``, ``ses``, ``last week``); ``inside`` the share
    of known variant-weeks within the 80 % interval, ``store_inside`` of the store's weeks; ``bias``
    all units forecast by all units demanded, less one.
    """

    weeks: int
    variants: int
    origins: int
    rmsse: dict[str, float]
    inside: float
    store_inside: float
    bias: float


def backtest(panel: Panel) -> Scorecard:
    """Hold back the last weeks, ``HORIZON`` at a time, and forecast them from those before.

    Stock-outs were found with all weeks in sight, which is the same for every method compared.
    Raises ``ShortHistoryError`` below ``LEAST_WEEKS + HORIZON`` complete weeks.
    """
    length = len(panel.weeks)
    splits = [length - HORIZON * back for back in range(1, ORIGINS + 1)]
    splits = [split for split in splits if split >= LEAST_WEEKS]
    if not splits:
        raise ShortHistoryError(
            f"{length} complete weeks of sales; {LEAST_WEEKS + HORIZON} are needed to hold "
            f"{HORIZON} back."
        )
    demand = panel.demand
    errors: dict[str, list[float]] = {"royal": [], "ses": [], "last week": []}
    inside, store, told, sold = [], [], 0.0, 0.0
    for split in splits:
        past = panel.until(split)
        forecast = rules.forecast(past, HORIZON)
        actual = demand[:, split : split + HORIZON]
        known = np.isfinite(actual)
        history = np.nan_to_num(past.demand)
        weight = past.revenue[:, -_REVENUE_WEEKS:].sum(axis=1)
        scale = one_step_scale(past.demand, split)
        for name, path in (
            ("royal", forecast.expected),
            ("ses", _ses(history)[:, None]),
            ("last week", history[:, -1:]),
        ):
            errors[name].append(_weighted(actual, path, scale, weight))
        within = (actual >= forecast.low) & (actual <= forecast.high)
        inside.append(within[known])
        total = np.where(known, actual, forecast.expected).sum(axis=0)
        store.append((total >= forecast.total_low) & (total <= forecast.total_high))
        told += float(forecast.expected[known].sum())
        sold += float(actual[known].sum())
    return Scorecard(
        weeks=length,
        variants=len(panel.variant_ids),
        origins=len(splits),
        rmsse={name: float(np.mean(values)) for name, values in errors.items()},
        inside=float(np.concatenate(inside).mean()),
        store_inside=float(np.concatenate(store).mean()),
        bias=told / max(sold, 1e-9) - 1,
    )


def _weighted(actual: Floats, path: Floats, scale: Floats, weight: Floats) -> float:
    """Revenue-weighted RMSSE (Makridakis et al. 2022) over the weeks whose demand is known."""
    known = np.isfinite(actual)
    squared = np.where(known, actual - path, 0.0) ** 2
    each = np.sqrt(squared.sum(axis=1) / np.maximum(known.sum(axis=1), 1) / scale)
    counted = weight * known.any(axis=1)
    return float((each * counted).sum() / max(counted.sum(), 1e-9))


def _ses(history: Floats) -> Floats:
    level = history[:, 0].copy()
    for week in history.T[1:]:
        level += _SES_RATE * (week - level)
    return level
