"""Weekly demand: stock-outs found, smoothing methods combined, intervals from past errors.

Methods: simple exponential smoothing, the 13-week mean, and TSB (Teunter, Syntetos, Babai 2011)
with a pooled seasonal index; which of them serves a class of series is decided by rolling origins.
Intervals are split-conformal (Lei et al. 2018) on normalised errors, pooled by class.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from royal_platform.commerce.forecasting.model import Flags, Floats, Forecast, Integers, Panel

_SES_RATES = (0.05, 0.1, 0.2, 0.4)
_TSB_RATES = ((0.1, 0.05), (0.2, 0.1))
_WINDOW = 13
_CLASS_EDGES = (0.25, 1.0, 5.0)  # mean units per week: sparse, slow, medium, fast
_YEAR = 365.25
_HARMONICS = 2
_ORIGINS = 6
_ORIGIN_STEP = 3
_MIN_TRAIN = 10
_CHOICE_WEEKS = 6
_MIN_SCORES = 30
_Z80 = 1.2816
# exp(-9) = 1 in 8,000: what a run of days without a sale must be less likely than.
_RUN_EVIDENCE = 9.0
_RUN_WINDOW = 28


@dataclass(frozen=True, slots=True)
class _Fits:
    """Levels of every candidate at every origin (candidate, origin, variant) and variances."""

    names: tuple[str, ...]
    level: Floats
    variance: Floats
    index: Floats  # (origin, week incl. horizon, category)


@dataclass(frozen=True, slots=True)
class _Backtest:
    """What was predicted at each origin, and what came: the present origin comes first."""

    demand: Floats
    origins: tuple[int, ...]
    classes: Integers
    path: Floats  # (origin, week ahead, variant)
    variance: Floats  # (origin, variant)

    def past(self) -> Iterator[tuple[Floats, Floats, Floats]]:
        """(actual, predicted, variance) of each past origin, weeks ahead by variants."""
        horizon = self.path.shape[1]
        for k, origin in enumerate(self.origins[1:], start=1):
            actual = self.demand[:, origin : origin + horizon].T
            yield actual, self.path[k, : len(actual)], self.variance[k]


def infer_stockouts(daily_units: Floats, alive: Flags, in_stock_now: Flags) -> Flags:
    """Days (variants by days) on which a fast mover sold nothing for too long to be chance.

    With a share r of selling days, L days without one have the chance (1 - r)^L; a run is a
    stock-out when that is below exp(-``_RUN_EVIDENCE``). r is the lower one of the 28 days before
    and after, so that a season that ends is not taken for a stock-out. Selling days count, not
    units, because one large order says little; days on which the store sold nothing do not
    count. A run that reaches the last day counts only where no stock is left now.
    """
    out = np.zeros(daily_units.shape, dtype=bool)
    open_days = np.flatnonzero(daily_units.sum(axis=0) > 0)
    sold = daily_units[:, open_days] > 0
    n, days = sold.shape
    totals = np.concatenate([np.zeros((n, 1)), np.cumsum(sold, axis=1)], axis=1)
    edges = np.diff(np.pad((~sold & alive[:, open_days]).astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(edges == 1)
    _, ends = np.nonzero(edges == -1)
    before = totals[rows, starts] - totals[rows, np.maximum(starts - _RUN_WINDOW, 0)]
    after_to = np.minimum(ends + _RUN_WINDOW, days)
    after = totals[rows, after_to] - totals[rows, ends]
    open_end = ends == days
    rate_after = np.where(open_end, 1.0, after / np.maximum(after_to - ends, 1))
    rate = np.clip(np.minimum(before / _RUN_WINDOW, rate_after), 0, 0.98)
    hit = -np.log1p(-rate) * (ends - starts) >= _RUN_EVIDENCE
    hit &= ~open_end | ~in_stock_now[rows]
    for row, start, end in zip(rows[hit], starts[hit], ends[hit], strict=True):
        until = open_days[end] if end < days else daily_units.shape[1]
        out[row, open_days[start] : until] = True
    return out


def seasonal_index(
    demand: Floats, category: Integers, n_categories: int, weeks: Sequence[date], until: int
) -> Floats:
    """Multiplicative index, weeks by categories, from the columns before ``until``; mean about 1.

    Two harmonics of the year and a trend, ridge-fitted to the log of the store's weekly demand;
    each category then adds its own, more strongly shrunk, deviation. All ones below 52 weeks.
    """
    index = np.ones((len(weeks), n_categories))
    if until < 52:
        return index
    observed = np.nan_to_num(demand[:, :until])
    waves = _waves(weeks)
    trend = np.arange(until)[:, None] / 52 - 0.5
    store = observed.sum(axis=0)
    fitted = _ridge(waves[:until], trend, store, penalty=1.0)
    log_index = np.repeat((waves @ fitted)[:, None], n_categories, axis=1)
    for c in range(n_categories):
        own = observed[category == c].sum(axis=0)
        if own.sum() >= 52:  # about a unit a week: less says nothing about a season
            base = np.exp(log_index[:until, c])
            log_index[:, c] += waves @ _ridge(waves[:until], trend, own, penalty=6.0, base=base)
    return np.exp(np.clip(log_index, -2.5, 2.5))


def forecast(panel: Panel, horizon: int = 12) -> Forecast:
    """Forecast ``horizon`` weeks for every variant at once."""
    demand = panel.demand
    n, length = demand.shape
    origins = _origins(length)
    weeks = _extended(panel.weeks, horizon)
    classes = _classes(demand)
    seasonal = length >= 52
    strengths = (0.0, 0.5, 1.0) if seasonal else (0.0,)
    fits = [_fit(panel, demand, weeks, origins, strength=s) for s in strengths]
    level = np.concatenate([fit.level for fit in fits])
    which = np.repeat(np.arange(len(fits)), len(fits[0].names))
    # (season strength, origin, week, variant): what the levels are multiplied by
    index = np.stack([fit.index for fit in fits])[:, :, :, panel.category]
    candidates = level, index, which
    loss = _losses(demand, candidates, origins, classes)
    pick = _choose(loss, default=len(fits[0].names) - 1)[classes]
    rows = np.arange(n)
    path = _paths(level[pick, :, rows].T, index[which[pick], :, :, rows], origins, horizon)
    test = _Backtest(demand, origins, classes, path, fits[0].variance)
    low, high, scored = _interval(test)
    total_low, total_high = _total_interval(test)
    names = [name for fit in fits for name in fit.names]
    return Forecast(
        variant_ids=panel.variant_ids,
        weeks=weeks[length:],
        expected=path[0].T,
        low=low.T,
        high=high.T,
        cumulative_sd=_cumulative_sd(test).T,
        total_expected=path[0].sum(axis=1),
        total_low=total_low,
        total_high=total_high,
        method=tuple(names[i] for i in pick),
        scored=scored,
        seasonal=seasonal,
    )


def _origins(length: int) -> tuple[int, ...]:
    """Past origins, newest first, led by the present one at ``length``."""
    past = range(length - _ORIGIN_STEP, _MIN_TRAIN - 1, -_ORIGIN_STEP)
    return (length, *list(past)[:_ORIGINS])


def _extended(weeks: Sequence[date], horizon: int) -> tuple[date, ...]:
    last = weeks[-1]
    return (*weeks, *(last + timedelta(weeks=h) for h in range(1, horizon + 1)))


def _waves(weeks: Sequence[date]) -> Floats:
    days = np.array([week.toordinal() + 3 for week in weeks]) / _YEAR * 2 * np.pi
    return np.stack(
        [f(k * days) for k in range(1, _HARMONICS + 1) for f in (np.sin, np.cos)], axis=1
    )


def _ridge(
    waves: Floats, trend: Floats, totals: Floats, penalty: float, base: Floats | None = None
) -> Floats:
    """Ridge coefficients of the waves for log totals, weighted by the totals' Poisson precision."""
    base = np.ones_like(totals) if base is None else base
    y = np.log((totals + 0.5) / base)
    weight = (totals + 0.5) / (totals.mean() + 0.5)
    design = np.concatenate([np.ones_like(trend), trend, waves], axis=1)
    ridge = np.diag([1e-6, 1.0, *[penalty] * waves.shape[1]])
    normal = design.T @ (design * weight[:, None]) + ridge
    solution: Floats = np.linalg.solve(normal, design.T @ (weight * y))
    return solution[2:]


def _classes(demand: Floats) -> Integers:
    observed = np.isfinite(demand)
    mean = np.nansum(demand, axis=1) / np.maximum(observed.sum(axis=1), 1)
    return np.asarray(np.digitize(mean, _CLASS_EDGES), dtype=np.int64)


def _fit(
    panel: Panel, demand: Floats, weeks: Sequence[date], origins: Sequence[int], strength: float
) -> _Fits:
    """Run all smoothers over all origins in one sweep through time."""
    n_categories = len(panel.categories)
    index = np.stack([
        seasonal_index(demand, panel.category, n_categories, weeks, until=o) ** strength
        if strength else np.ones((len(weeks), n_categories))
        for o in origins
    ])  # fmt: skip
    length = demand.shape[1]
    per_variant = index[:, :length, panel.category]  # origin, week, variant
    y = np.where(np.isfinite(demand), demand, 0.0).T[None] / per_variant
    usable = np.isfinite(demand).T[None] & (
        np.arange(length)[None, :, None] < np.array(origins)[:, None, None]
    )
    ses, variance = _ses(y, usable)
    levels = [*ses, _mean13(y, usable), *(_tsb(y, usable, *rates) for rates in _TSB_RATES)]
    levels.append((levels[2] + levels[4] + levels[6]) / 3)
    tag = f" x season^{strength:g}" if strength else ""
    names = [f"SES({a})" for a in _SES_RATES] + ["mean of 13 weeks"]
    names += [f"TSB({a}, {b})" for a, b in _TSB_RATES] + ["SES + mean + TSB"]
    return _Fits(tuple(f"{name}{tag}" for name in names), np.stack(levels), variance, index)


def _ses(y: Floats, usable: Flags) -> tuple[list[Floats], Floats]:
    """Final levels per rate, and the one-step error variance at the rate 0.2."""
    rates = np.array(_SES_RATES)[:, None, None]
    origins, length, n = y.shape
    level = np.zeros((len(_SES_RATES), origins, n))
    count = np.zeros((origins, n))
    squares = np.zeros((origins, n))
    for t in range(length):
        use = usable[:, t]
        error = y[:, t] - level
        squares += np.where(use & (count > 0), error[2] ** 2, 0.0)
        count += use
        # A running mean until the rate takes over: no start value has to be guessed.
        level += np.where(use, np.maximum(rates, 1 / np.maximum(count, 1)), 0.0) * error
    return list(level), squares / np.maximum(count - 1, 1)


def _mean13(y: Floats, usable: Flags) -> Floats:
    """Mean of the last 13 usable weeks before each origin."""
    rank = np.cumsum(usable[:, ::-1], axis=1)[:, ::-1]
    recent = usable & (rank <= _WINDOW)
    return np.asarray((y * recent).sum(axis=1) / np.maximum(recent.sum(axis=1), 1))


def _tsb(y: Floats, usable: Flags, size_rate: float, chance_rate: float) -> Floats:
    """TSB: smoothed size of a week with demand times smoothed chance of one."""
    origins, length, n = y.shape
    size = np.zeros((origins, n))
    chance = np.zeros((origins, n))
    weeks = np.zeros((origins, n))
    sold = np.zeros((origins, n))
    for t in range(length):
        use = usable[:, t]
        positive = use & (y[:, t] > 0)
        weeks += use
        sold += positive
        rate = np.maximum(chance_rate, 1 / np.maximum(weeks, 1))
        chance += np.where(use, rate, 0.0) * (positive - chance)
        rate = np.maximum(size_rate, 1 / np.maximum(sold, 1))
        size += np.where(positive, rate, 0.0) * (y[:, t] - size)
    return size * chance


def _losses(
    demand: Floats,
    candidates: tuple[Floats, Floats, Integers],
    origins: Sequence[int],
    classes: Integers,
) -> Floats:
    """Scaled squared errors over the past origins (candidate, class)."""
    level, index, which = candidates
    steps = np.diff(demand, axis=1)
    usable = np.isfinite(steps)
    scale = np.nansum(steps**2, axis=1) / np.maximum(usable.sum(axis=1), 1)
    scale = np.maximum(scale, 0.05)
    loss = np.zeros((len(level), len(_CLASS_EDGES) + 1))
    for k, origin in enumerate(origins[1:], start=1):
        span = slice(origin, min(origin + _CHOICE_WEEKS, demand.shape[1]))
        actual = demand[:, span].T
        for candidate in range(len(level)):
            error = actual - level[candidate, k] * index[which[candidate], k, span]
            per_variant = np.nansum(error**2, axis=0) / scale
            loss[candidate] += np.bincount(classes, per_variant, loss.shape[1])
    return loss


def _choose(loss: Floats, default: int) -> Integers:
    """The candidate with the smallest loss per class; the plain combination wins near-ties."""
    near = loss[default] <= loss.min(axis=0) * 1.005
    return np.where(near, default, loss.argmin(axis=0))


def _paths(level: Floats, index: Floats, origins: Sequence[int], horizon: int) -> Floats:
    """Forecasts (origin, week ahead, variant) from levels (origin, variant) and their index."""
    ahead = np.stack(
        [index[:, k, o : o + horizon] for k, o in enumerate(origins)]
    )  # origin, variant, week ahead
    return np.asarray(level[:, :, None] * ahead).transpose(0, 2, 1)


def _spread(expected: Floats, variance: Floats, weeks: Floats | int = 1) -> Floats:
    """Standard deviation before calibration: own errors, kept above Poisson's where few."""
    return np.asarray(np.sqrt(np.maximum(expected, 0.5 * variance * weeks) + 0.05))


def _interval(test: _Backtest) -> tuple[Floats, Floats, Integers]:
    """80 % bounds (week ahead, variant): the spread times the class's error quantiles."""
    path, variance, classes = test.path, test.variance, test.classes
    scores = [(y - f) / _spread(f, v) for y, f, v in test.past()]
    flat = np.concatenate(scores) if scores else np.empty((0, len(classes)))
    lower, upper = np.full(len(classes), -_Z80), np.full(len(classes), _Z80)
    scored = np.zeros(len(classes), dtype=np.int64)
    for c in np.unique(classes):
        members = classes == c
        pool = flat[:, members]
        pool = pool[np.isfinite(pool)]
        if pool.size >= _MIN_SCORES:
            lower[members], upper[members] = _conformal(pool)
            scored[members] = pool.size
    spread = _spread(path[0], variance[0])
    low = np.maximum(path[0] + np.minimum(lower, 0) * spread, 0.0)
    return low, path[0] + np.maximum(upper, 0) * spread, scored


def _conformal(pool: Floats) -> tuple[float, float]:
    """10 % and 90 % quantiles of the scores, widened for the finite sample."""
    tail = max(0.1 - 0.9 / pool.size, 0.0)
    low, high = np.quantile(pool, [tail, 1 - tail])
    return float(low), float(high)


def _total_interval(test: _Backtest) -> tuple[Floats, Floats]:
    """80 % bounds of the store's weekly total from the relative errors of past totals."""
    ratios = []
    for actual, predicted, _ in test.past():
        ahead = np.where(np.isfinite(actual), predicted, 0.0).sum(axis=1)
        ratios.append(np.log((np.nansum(actual, axis=1) + 1) / (ahead + 1)))
    path = test.path
    total = path[0].sum(axis=1)
    poisson = _Z80 * np.sqrt(total)
    if not ratios:
        return np.maximum(total - poisson, 0.0), total + poisson
    low, high = _conformal(np.concatenate(ratios))
    return (
        np.minimum(total * np.exp(low), np.maximum(total - poisson, 0.0)),
        np.maximum(total * np.exp(high), total + poisson),
    )


def _cumulative_sd(test: _Backtest) -> Floats:
    """Standard deviation of the demand over the first 1..H weeks (week ahead, variant).

    From the past errors of cumulated demand, by class and length; beyond the longest length with
    enough errors, that length's factor holds.
    """
    classes, horizon = test.classes, test.path.shape[1]
    lengths = np.arange(1, horizon + 1, dtype=np.float64)[:, None]
    squares = np.zeros((horizon, len(_CLASS_EDGES) + 1))
    count = np.zeros_like(squares)
    for actual, predicted, variance in test.past():
        summed = np.cumsum(predicted, axis=0)
        spread = _spread(summed, variance, lengths[: len(summed)])
        scores = ((np.cumsum(actual, axis=0) - summed) / spread) ** 2  # nan once unknown
        for h, row in enumerate(scores):
            known = np.isfinite(row)
            squares[h] += np.bincount(classes[known], row[known], squares.shape[1])
            count[h] += np.bincount(classes[known], minlength=squares.shape[1])
    factor = np.empty_like(squares)
    last = np.ones(squares.shape[1])
    for h in range(horizon):
        measured = np.sqrt(squares[h] / np.maximum(count[h], 1))
        factor[h] = last = np.where(count[h] >= _MIN_SCORES, measured, last)
    ahead = np.cumsum(test.path[0], axis=0)
    calibrated = factor[:, classes] * _spread(ahead, test.variance[0], lengths)
    return np.asarray(np.maximum(calibrated, np.sqrt(ahead)))
