"""80 % intervals from the errors of past forecasts.

Split-conformal (Lei et al. 2018) on normalised errors, pooled by class of series and by how much
sells; where a pool is too small the whole store's takes its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from royal_platform.commerce.forecasting.model import Floats, Groups, Integers

_VOLUME_EDGES = (0.25, 1.0, 5.0)  # units per week: sparse, slow, medium, fast
_MIN_SCORES = 30
_Z80 = 1.2816


@dataclass(frozen=True, slots=True)
class Backtest:
    """What was predicted at each origin, and what came: the present origin comes first.

    ``demand`` series by weeks; ``path`` (origin, week ahead, series); ``variance`` of one-week
    errors (origin, series); ``groups`` (origin, series) of series that share their errors.
    """

    demand: Floats
    origins: tuple[int, ...]
    groups: Integers
    path: Floats
    variance: Floats

    def past(self) -> Iterator[tuple[Floats, Floats, Floats, Integers]]:
        """(actual, predicted, variance, group) of each past origin, weeks ahead by series."""
        horizon = self.path.shape[1]
        for k, origin in enumerate(self.origins[1:], start=1):
            actual = self.demand[:, origin : origin + horizon].T
            yield actual, self.path[k, : len(actual)], self.variance[k], self.groups[k]


def pools(classes: Integers, path: Floats) -> Integers:
    """Number of the pool of every origin and series: its class and the volume expected of it."""
    volume = np.digitize(path.mean(axis=1), _VOLUME_EDGES)
    return np.asarray(classes * (len(_VOLUME_EDGES) + 1) + volume, dtype=np.int64)


def bounds(test: Backtest) -> tuple[Floats, Floats, Integers]:
    """80 % bounds (week ahead, series), and the number of past forecasts behind each series."""
    path, groups = test.path[0], test.groups[0]
    told = list(test.past())
    scores = [(y - f) / _spread(f, v) for y, f, v, _ in told]
    flat = np.concatenate([np.empty(0), *(s.ravel() for s in scores)])
    owner = np.concatenate(
        [np.empty(0, np.int64), *(np.broadcast_to(g, s.shape).ravel() for s, (*_, g) in
         zip(scores, told, strict=True))]
    )  # fmt: skip
    known = np.isfinite(flat)
    flat, owner = flat[known], owner[known]
    shared = _conformal(flat) if flat.size >= _MIN_SCORES else (-_Z80, _Z80)
    lower, upper = np.full(groups.shape, shared[0]), np.full(groups.shape, shared[1])
    scored = np.full(groups.shape, flat.size if flat.size >= _MIN_SCORES else 0, dtype=np.int64)
    for group in np.unique(groups):
        pool, members = flat[owner == group], groups == group
        if pool.size >= _MIN_SCORES:
            lower[members], upper[members] = _conformal(pool)
            scored[members] = pool.size
    spread = _spread(path, test.variance[0])
    low = np.maximum(path + np.minimum(lower, 0) * spread, 0.0)
    return low, path + np.maximum(upper, 0) * spread, scored


def total_bounds(test: Backtest) -> tuple[Floats, Floats]:
    """80 % bounds of the store's weekly total from the relative errors of past totals."""
    ratios = []
    for actual, predicted, _, _ in test.past():
        ahead = np.where(np.isfinite(actual), predicted, 0.0).sum(axis=1)
        ratios.append(np.log((np.nansum(actual, axis=1) + 1) / (ahead + 1)))
    total = test.path[0].sum(axis=1)
    poisson = _Z80 * np.sqrt(total)
    if not ratios:
        return np.maximum(total - poisson, 0.0), total + poisson
    # The weeks after one origin err together: an origin says as much as one score.
    low, high = _conformal(np.concatenate(ratios), independent=len(ratios))
    return (
        np.minimum(total * np.exp(low), np.maximum(total - poisson, 0.0)),
        np.maximum(total * np.exp(high), total + poisson),
    )


def summed(test: Backtest, groups: Groups) -> Backtest:
    """The same backtest one level up: the members of each group added up, one pool for all."""
    horizon = test.path.shape[1]
    path = np.stack([_add(each, groups) for each in test.path])
    # Weeks that are not known add what was expected of them, so that both sides tell of the same.
    demand = np.nan_to_num(test.demand)
    for k, origin in enumerate(test.origins[1:], start=1):
        span = slice(origin, min(origin + horizon, demand.shape[1]))
        unknown = ~np.isfinite(test.demand[:, span])
        demand[:, span] += np.where(unknown, test.path[k, : unknown.shape[1]].T, 0.0)
    variance = _add(test.variance, groups)
    pool = pools(np.zeros(variance.shape, dtype=np.int64), path)
    return Backtest(_add(demand.T, groups).T, test.origins, pool, path, variance)


def cumulative_sd(test: Backtest) -> Floats:
    """Standard deviation of the demand over the first 1..H weeks (week ahead, variant).

    From the past errors of cumulated demand, by pool and length; beyond the longest length with
    enough errors, that length's factor holds.
    """
    groups, horizon = test.groups[0], test.path.shape[1]
    size = int(test.groups.max()) + 1
    lengths = np.arange(1, horizon + 1, dtype=np.float64)[:, None]
    squares, count = np.zeros((horizon, size)), np.zeros((horizon, size))
    for actual, predicted, variance, then in test.past():
        ahead = np.cumsum(predicted, axis=0)
        spread = _spread(ahead, variance, lengths[: len(ahead)])
        scores = ((np.cumsum(actual, axis=0) - ahead) / spread) ** 2  # nan once unknown
        for h, row in enumerate(scores):
            known = np.isfinite(row)
            squares[h] += np.bincount(then[known], row[known], size)
            count[h] += np.bincount(then[known], minlength=size)
    factor = np.empty_like(squares)
    last = np.ones(size)
    for h in range(horizon):
        measured = np.sqrt(squares[h] / np.maximum(count[h], 1))
        factor[h] = last = np.where(count[h] >= _MIN_SCORES, measured, last)
    ahead = np.cumsum(test.path[0], axis=0)
    calibrated = factor[:, groups] * _spread(ahead, test.variance[0], lengths)
    return np.asarray(np.maximum(calibrated, np.sqrt(ahead)))


def _spread(expected: Floats, variance: Floats, weeks: Floats | int = 1) -> Floats:
    """Standard deviation before calibration: own errors, kept above Poisson's where few."""
    return np.asarray(np.sqrt(np.maximum(expected, 0.5 * variance * weeks) + 0.05))


def _conformal(pool: Floats, independent: int | None = None) -> tuple[float, float]:
    """10 % and 90 % quantiles of the scores, widened for the number of independent ones."""
    tail = max(0.1 - 0.9 / (independent or pool.size), 0.0)
    low, high = np.quantile(pool, [tail, 1 - tail])
    return float(low), float(high)


def _add(values: Floats, groups: Groups) -> Floats:
    """Sums over the last axis by group."""
    return np.stack([
        np.bincount(groups.group, row[groups.rows], len(groups.ids)) for row in values
    ])  # fmt: skip
