"""Weekly demand of a whole catalogue: corrected, smoothed, combined, with intervals that add up.

Demand is corrected for stock-outs (``Panel.demand``), promotions and the season; then the method of
each class of series is chosen at earlier origins. Variants are forecast and summed to products,
collections, categories and the store, so that the levels agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from royal_platform.commerce.forecasting import combination, intervals, series, treatment
from royal_platform.commerce.forecasting.combination import CHOICE_WEEKS
from royal_platform.commerce.forecasting.intervals import Backtest
from royal_platform.commerce.forecasting.model import (
    SERIES_CLASSES,
    Floats,
    Forecast,
    Groups,
    Integers,
    Panel,
    Sums,
)
from royal_platform.commerce.forecasting.season import WEEKS_OF_A_YEAR, seasonal_index
from royal_platform.commerce.forecasting.smoothing import SMOOTHERS
from royal_platform.commerce.forecasting.treatment import Treated

_ORIGINS = 9
_ORIGIN_STEP = 2
_MIN_TRAIN = 8
_SIMILAR = tuple(f"similar variants as {weight:g} weeks" for weight in series.SIMILAR_WEIGHTS)
METHODS = (
    *SMOOTHERS,
    *_SIMILAR,
    "mean of SES",
    "fitted combination",
)
# What serves a class unless something else was clearly better on it.
_DEFAULTS = np.full(len(SERIES_CLASSES), len(METHODS) - 1)
_DEFAULTS[series.NEW] = METHODS.index(_SIMILAR[-1])


def forecast(panel: Panel, horizon: int = 12) -> Forecast:
    """Forecast ``horizon`` weeks for every variant at once."""
    demand = panel.demand
    n, length = demand.shape
    origins = _origins(length)
    weeks = _extended(panel.weeks, max(horizon, CHOICE_WEEKS))
    product = np.arange(n) if panel.product is None else panel.product
    index = _seasons(panel, demand, weeks, origins)
    found = treatment.causes(panel, index, origins)
    treated = treatment.treat(demand, found, len(weeks) - length)
    classes = treated.past.classes
    path, methods = _paths(treated, panel.category, product)
    path = path[:, :horizon]
    test = Backtest(
        demand,
        origins,
        intervals.pools(classes, path),
        path,
        treated.levels.variance.astype(np.float64),
    )
    low, high, scored = intervals.bounds(test)
    total_low, total_high = intervals.total_bounds(test)
    return Forecast(
        variant_ids=panel.variant_ids,
        weeks=weeks[length : length + horizon],
        expected=path[0].T,
        low=low.T,
        high=high.T,
        cumulative_sd=intervals.cumulative_sd(test).T,
        total_expected=path[0].sum(axis=1),
        total_low=total_low,
        total_high=total_high,
        method=tuple(methods[c] for c in classes[0]),
        scored=scored,
        seasonal=length >= WEEKS_OF_A_YEAR,
        series_class=tuple(SERIES_CLASSES[c] for c in classes[0]),
        groups=tuple(_sums(test, groups) for groups in panel.groups),
        weekday=panel.weekday_shares[panel.category],
    )


def _origins(length: int) -> tuple[int, ...]:
    """Past origins, newest first, led by the present one at ``length``."""
    past = range(length - _ORIGIN_STEP, _MIN_TRAIN - 1, -_ORIGIN_STEP)
    return (length, *list(past)[:_ORIGINS])


def _extended(weeks: Sequence[date], horizon: int) -> tuple[date, ...]:
    last = weeks[-1]
    return (*weeks, *(last + timedelta(weeks=h) for h in range(1, horizon + 1)))


def _seasons(panel: Panel, demand: Floats, weeks: Sequence[date], origins: Sequence[int]) -> Floats:
    return np.stack([
        seasonal_index(demand, panel.category, len(panel.categories), weeks, until=origin)
        for origin in origins
    ])  # fmt: skip


def _paths(
    treated: Treated, category: Integers, product: Integers
) -> tuple[Floats, tuple[str, ...]]:
    """Forecasts (origin, week ahead, variant) by the best candidate of each class; their names."""
    levels, past = treated.levels, treated.past
    plain = np.einsum("s,son->on", combination.equal_weights(), levels.level)
    candidates = np.concatenate([
        levels.level,
        series.similar_levels(levels, category, product),
        plain[None],
        combination.combined(levels.level, past)[None],
    ])  # fmt: skip
    pick = combination.choose(combination.losses(candidates, past), _DEFAULTS)
    level = np.take_along_axis(candidates, pick[past.classes][None], axis=0)[0]
    # An early origin may have no combination yet: the plain one stands in for it.
    level = np.where(np.isfinite(level), level, plain)
    names = tuple(METHODS[m] + treated.names[c] for c, m in enumerate(pick))
    return level[:, None, :] * past.ahead, names


def _sums(test: Backtest, groups: Groups) -> Sums:
    above = intervals.summed(test, groups)
    low, high, _ = intervals.bounds(above)
    expected = above.path[0]
    return Sums(groups.level, groups.ids, expected.T, np.minimum(low, expected).T, high.T)
