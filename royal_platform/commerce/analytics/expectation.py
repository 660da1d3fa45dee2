"""What a metric's day should have been, from its own past, and how surprising the day is.

Level, trend, weekday, holidays that were seen before, and two yearly waves once a year is known,
fitted by regression with errors of Student's t (Lange, Little and Taylor 1989), so that past
outliers bend neither the expectation nor its spread; a clipped exponential mean of the errors
follows a level that drifts. The chance of a day so far off is the tail of the fitted t.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from math import atan, cos, pi, sin, sqrt

import numpy as np

from royal_platform.commerce.analytics import holidays
from royal_platform.commerce.forecasting.model import Flags, Floats

# With fewer known days, or with sums of which more are zero, a single day is not judged.
MIN_DAYS = 56
MAX_SHARE_OF_ZEROS = 0.5
_YEAR = 365.25
_DAYS_FOR_A_YEAR = 400
_HALF_LIFE_DAYS = 182.0
# How wide each kind of effect may be, in spreads of the series: keeps the little known small.
_WEEKDAY, _TREND, _WAVE, _HOLIDAY = 4.0, 2.0, 2.0, 8.0
_FREEDOMS = (3, 4, 6, 10, 30)
_ITERATIONS = 12
_LEVEL_GAIN, _CLIP = 0.15, 2.0
_COVERED = 0.80


@dataclass(frozen=True, slots=True)
class Expected:
    """What the day should have been, 80 % ``low`` to ``high``, in the metric's own unit.

    ``probability`` of a day at least as far off, in either direction, when nothing happened.
    """

    value: float
    low: float
    high: float
    probability: float


@dataclass(frozen=True, slots=True)
class _Fit:
    ahead: float  # expected of the day that is judged, on the working scale
    spread: float
    freedom: int


def expected_last(
    days: Sequence[date], values: Floats, weights: Floats | None = None
) -> Expected | None:
    """Judge the last of ``days`` (consecutive) by the ones before; None when it cannot be.

    ``values`` nan where unknown. Sums are judged by their square root, whose spread does not grow
    with them; quotients as they are, with ``weights`` the denominators. Not judged are days that
    are unknown, holidays of which none was seen before, and series that are short or mostly zero.
    """
    scaled = values if weights is not None else np.sign(values) * np.sqrt(np.abs(values))
    known = np.isfinite(scaled[:-1])
    if known.sum() < MIN_DAYS or not np.isfinite(scaled[-1]):
        return None
    if weights is None and (values[:-1][known] == 0).mean() > MAX_SHARE_OF_ZEROS:
        return None
    design = _design(days, known)
    if design is None:
        return None
    fit = _fit(design, scaled, known, _size(weights, known, len(days)))
    if fit is None:
        return None
    reach = quantile((1 + _COVERED) / 2, fit.freedom) * fit.spread
    told = (fit.ahead, fit.ahead - reach, fit.ahead + reach)
    value, low, high = told if weights is not None else (x * abs(x) for x in told)
    chance = two_sided(abs(scaled[-1] - fit.ahead) / fit.spread, fit.freedom)
    return Expected(value, low, high, chance)


def _size(weights: Floats | None, known: Flags, length: int) -> Floats:
    """How much surer a day is than the usual one: a quotient by what it is a quotient of."""
    if weights is None:
        return np.ones(length)
    before = weights[:-1][known]
    usual = float(np.median(before[before > 0])) if (before > 0).any() else 1.0
    return np.asarray(np.clip(np.nan_to_num(weights) / usual, 0.02, 50.0))


def _design(days: Sequence[date], known: Flags) -> tuple[Floats, Floats] | None:
    """Columns by day and how wide their effects may be; None on a holiday never seen before."""
    length = len(days)
    t = np.arange(length, dtype=np.float64) - (length - 1)
    weekday = np.array([day.weekday() for day in days])
    columns = [np.ones(length), t / _YEAR]
    widths = [1e3, _TREND]
    columns += [(weekday == each) - 1 / 7 for each in range(7)]
    widths += [_WEEKDAY] * 7
    if length >= _DAYS_FOR_A_YEAR:
        angle = 2 * np.pi * np.array([day.timetuple().tm_yday for day in days]) / _YEAR
        columns += [wave(k * angle) for k in (1, 2) for wave in (np.sin, np.cos)]
        widths += [_WAVE] * 4
    for flagged in holidays.flags(days):
        seen = bool((flagged[:-1] & known).any())
        if flagged[-1] and not seen:
            return None
        if seen:
            columns.append(flagged.astype(np.float64))
            widths.append(_HOLIDAY)
    return np.stack(columns, axis=1), np.array(widths)


def _fit(design: tuple[Floats, Floats], scaled: Floats, known: Flags, size: Floats) -> _Fit | None:
    columns, widths = design
    age = np.arange(len(known), 0, -1, dtype=np.float64)[known]
    recency = 0.5 ** (age / _HALF_LIFE_DAYS)
    x, y, sure = columns[:-1][known], scaled[:-1][known], size[:-1][known]
    unit = _unit(y)
    if unit <= 1e-9 * float(np.abs(y).max()):
        # What never moved says nothing of how it moves.
        return None
    beta, gram = _regression(x, y / unit, sure, recency, widths)
    errors, level = _followed(y / unit - x @ beta, sure)
    spread, freedom = _student(errors, recency)
    last = columns[-1]
    shrunk = np.linalg.solve(gram, np.stack([last, *((x * (sure * recency)[:, None]).T @ x)]).T)
    used = float(np.trace(shrunk[:, 1:]))
    lever = max(float(last @ shrunk[:, 0]), 0.0)
    freed = 1 + max(used, 0.0) / _effective(recency) + lever
    ahead = float(last @ beta) + level
    spread *= sqrt(freed / size[-1])
    return _Fit(ahead * unit, max(spread, 1e-3 * abs(ahead), 1e-9) * unit, freedom)


def _effective(recency: Floats) -> float:
    """How many days of full say the weighted ones are worth."""
    return float(recency.sum() ** 2 / np.sum(recency**2))


def _unit(y: Floats) -> float:
    """The series' own spread: of the middle half, or of all where that has none."""
    low, high = np.quantile(y, [0.25, 0.75])
    return float(high - low) / 1.349 or float(np.std(y))


def _regression(
    x: Floats, y: Floats, sure: Floats, recency: Floats, widths: Floats
) -> tuple[Floats, Floats]:
    """Coefficients under errors of t with 4 degrees of freedom, and their information matrix."""
    penalty, freedom = np.diag(1.0 / widths**2), 4.0
    pull = np.ones(len(y))
    for _ in range(_ITERATIONS):
        w = sure * recency * pull
        gram = (x * w[:, None]).T @ x + penalty
        beta = np.linalg.solve(gram, x.T @ (w * y))
        squares = sure * (y - x @ beta) ** 2
        variance = max(float(np.sum(recency * pull * squares) / recency.sum()), 1e-12)
        pull = (freedom + 1) / (freedom + squares / variance)
    return np.asarray(beta), np.asarray(gram)


def _followed(residual: Floats, sure: Floats) -> tuple[Floats, float]:
    """One-step errors of the usual size after a level that follows them, clipped; the level now."""
    usual = float(np.median(np.abs(residual * np.sqrt(sure)))) * 1.4826 or 1e-9
    errors, level = np.empty(len(residual)), 0.0
    for place, each in enumerate(residual):
        step = float(each - level)
        errors[place] = step * sqrt(sure[place])
        level += _LEVEL_GAIN * min(sure[place], 1.0) * min(max(step, -_CLIP * usual), _CLIP * usual)
    return errors, level


def _student(errors: Floats, recency: Floats) -> tuple[float, int]:
    """Scale and degrees of freedom of a centred t, by maximum likelihood over ``_FREEDOMS``."""
    weight = recency / recency.sum()
    best = (-np.inf, 1.0, _FREEDOMS[0])
    for freedom in _FREEDOMS:
        variance = max(float(np.median(errors**2)) * 2.198, 1e-18)
        for _ in range(_ITERATIONS):
            pull = (freedom + 1) / (freedom + errors**2 / variance)
            variance = max(float(np.sum(weight * pull * errors**2)), 1e-18)
        shape = np.log1p(errors**2 / (freedom * variance))
        told = _log_constant(freedom) - 0.5 * np.log(variance)
        likelihood = float(np.sum(weight * (told - (freedom + 1) / 2 * shape)))
        if likelihood > best[0]:
            best = (likelihood, sqrt(variance), freedom)
    return best[1], best[2]


@cache
def _log_constant(freedom: int) -> float:
    from math import lgamma, log

    return lgamma((freedom + 1) / 2) - lgamma(freedom / 2) - 0.5 * log(freedom * pi)


def two_sided(score: float, freedom: int) -> float:
    """P(|T| >= score), whole degrees of freedom (Abramowitz and Stegun 26.7.3, 26.7.4)."""
    if score > 40.0:
        # The sums below end in rounding there; the tail is a power.
        return two_sided(40.0, freedom) * (40.0 / score) ** freedom
    angle = atan(score / sqrt(freedom))
    c, s = cos(angle), sin(angle)
    if freedom % 2:
        term, total = c, c if freedom > 1 else 0.0
        for k in range(3, freedom - 1, 2):
            term *= c * c * (k - 1) / k
            total += term
        inside = 2 / pi * (angle + s * total)
    else:
        term, total = 1.0, 1.0
        for k in range(2, freedom - 1, 2):
            term *= c * c * (k - 1) / k
            total += term
        inside = s * total
    return min(max(1.0 - inside, 1e-15), 1.0)


@cache
def quantile(probability: float, freedom: int) -> float:
    """The t that a one-sided ``probability`` (at least 0.5) lies below, by bisection."""
    low, high = 0.0, 1e3
    for _ in range(80):
        middle = (low + high) / 2
        if 1 - two_sided(middle, freedom) / 2 < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2
