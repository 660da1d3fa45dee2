"""Which method serves which class of series, decided on origins before the one that is forecast.

Every candidate is tried at past origins (rolling origins; Tashman 2000). One candidate is a
combination whose weights are fitted per class on origins that end before the one it is tried on,
shrunk to equal weights (Diebold and Shin 2019), with a robust loss.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from royal_platform.commerce.forecasting.model import SERIES_CLASSES, Floats, Integers
from royal_platform.commerce.forecasting.smoothing import (
    SES_RATES,
    SMOOTHERS,
    Singles,
    one_step_scale,
)

CHOICE_WEEKS = 4
_CLASSES = len(SERIES_CLASSES)
_SAMPLE = 4_000  # series that a combination's weights are fitted on; more change no digit of them
_MIN_PAIRS = 200
_MIN_FITTED_ORIGINS = 2
_SHRINK = 0.1  # weight of equal weights, as a share of the pairs seen
_LINEAR_BEYOND = 0.7  # in standard deviations: larger errors count linearly, not squared
_ROUNDS = 4
_NEAR = 0.002


@dataclass(frozen=True, slots=True)
class Past:
    """What the origins knew, present first, and what came after the past ones.

    ``demand`` variants by weeks; ``classes`` and ``spread`` (origin, variant), the latter the
    standard deviation of a week; ``ahead`` (origin, weeks ahead, variant) what a level is
    multiplied by: the season and the usual promotion.
    """

    demand: Floats
    origins: tuple[int, ...]
    classes: Integers
    spread: Floats
    ahead: Floats

    def coming(self, k: int, weeks: int = CHOICE_WEEKS) -> Floats:
        """Demand in the weeks after origin ``k`` (weeks ahead, variant); as many as are known."""
        origin = self.origins[k]
        return self.demand[:, origin : origin + weeks].T


def losses(levels: Floats, past: Past) -> Floats:
    """Root mean squared scaled errors summed per class (candidate, past origin, class).

    ``levels`` (candidate, origin, variant); nan where a candidate has none at an origin.
    """
    found = np.full((len(levels), len(past.origins) - 1, _CLASSES), np.nan)
    for k in range(1, len(past.origins)):
        actual = past.coming(k)
        known = np.isfinite(actual)
        weeks = np.maximum(known.sum(axis=0), 1)
        scale = one_step_scale(past.demand, past.origins[k])
        ahead = past.ahead[k, : len(actual)]
        for candidate, level in enumerate(levels[:, k]):
            error = np.where(known, actual - level * ahead, 0.0)
            each = np.sqrt((error**2).sum(axis=0) / weeks / scale)
            found[candidate, k - 1] = np.bincount(past.classes[k], each, _CLASSES)
    return found


def choose(loss: Floats, default: Integers) -> Integers:
    """The candidate with the smallest loss per class; its ``default`` wins near-ties.

    Only origins at which every candidate was tried count; where there is none, candidates that
    were never tried are left out.
    """
    tried = np.isfinite(loss).all(axis=(0, 2))
    summed = loss[:, tried].sum(axis=1) if tried.any() else loss.sum(axis=1)
    summed = np.where(np.isfinite(summed), summed, np.inf)
    usual = np.take_along_axis(summed, default[None], axis=0)[0]
    near = usual <= summed.min(axis=0) * (1 + _NEAR)
    return np.where(near, default, summed.argmin(axis=0))


def combined(levels: Singles, past: Past) -> Floats:
    """Level of the fitted combination (origin, variant); nan where too little came before.

    ``levels`` (smoother, origin, variant). The weights at an origin rest on pairs of an earlier
    origin and the weeks after it that were over by then.
    """
    found = np.full(levels.shape[1:], np.nan)
    for k, origin in enumerate(past.origins):
        earlier = [j for j in range(k + 1, len(past.origins)) if past.origins[j] < origin]
        if len(earlier) < _MIN_FITTED_ORIGINS:
            continue
        for group in range(_CLASSES):
            members = past.classes[k] == group
            if members.any():
                weights = _weights(levels, past, earlier, origin, group)
                found[k, members] = np.maximum(weights @ levels[:, k, members], 0.0)
    return found


def equal_weights() -> Floats:
    """The plain combination: the mean of the exponential smoothers."""
    weights = np.zeros(len(SMOOTHERS))
    weights[: len(SES_RATES)] = 1 / len(SES_RATES)
    return weights


def _weights(levels: Singles, past: Past, earlier: Sequence[int], until: int, group: int) -> Floats:
    prior = equal_weights()
    x, y = _pairs(levels, past, earlier, until, group)
    if len(y) < _MIN_PAIRS:
        return prior
    shrink = _SHRINK * len(y) * np.eye(len(prior))
    weights = prior
    for _ in range(_ROUNDS):
        counted = 1 / np.maximum(np.abs(y - x @ weights), _LINEAR_BEYOND)
        normal = x.T @ (x * counted[:, None]) + shrink
        weights = np.asarray(np.linalg.solve(normal, x.T @ (counted * y) + shrink @ prior))
    return weights


def _pairs(
    levels: Singles, past: Past, earlier: Sequence[int], until: int, group: int
) -> tuple[Floats, Floats]:
    """Forecasts of each smoother and what came, both in standard deviations of the series."""
    xs, ys = [np.empty((0, len(levels)))], [np.empty(0)]
    for j in earlier:
        members = np.flatnonzero(past.classes[j] == group)
        members = members[:: max(len(members) // _SAMPLE, 1)]
        weeks = min(CHOICE_WEEKS, until - past.origins[j])
        actual = past.coming(j, weeks)[:, members]
        spread = past.spread[j, members]
        for ahead, came in zip(past.ahead[j][:, members], actual, strict=False):
            known = np.isfinite(came)
            x = (levels[:, j, members] * (ahead / spread)).T
            xs.append(x[known])
            ys.append((came / spread)[known])
    return np.concatenate(xs), np.concatenate(ys)
