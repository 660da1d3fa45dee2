"""Smoothers run over the whole catalogue at once, their levels kept at every origin.

Simple exponential smoothing at four rates, the 13-week mean, and TSB (Teunter, Syntetos, Babai
2011). Matrices are weeks by variants in single precision: a sweep through time then reads memory
in order, which makes it several times faster than variants by weeks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from royal_platform.commerce.forecasting.model import Flags, Floats

Singles = npt.NDArray[np.float32]

SES_RATES = (0.05, 0.1, 0.2, 0.4)
TSB_RATES = ((0.1, 0.05), (0.2, 0.1))
_WINDOW = 13
_BLOCK = 8_192  # variants whose state fits a core's cache
_VARIANCE_OF = 2  # the errors of the rate 0.2 tell how erratic a series is
SMOOTHERS = (
    *(f"SES({rate})" for rate in SES_RATES),
    "mean of 13 weeks",
    *(f"TSB({size}, {chance})" for size, chance in TSB_RATES),
)


@dataclass(frozen=True, slots=True)
class Levels:
    """What the smoothers knew at each origin.

    ``level`` (smoother, origin, variant) in units a week; the others (origin, variant):
    ``variance`` of one-week errors, ``weeks`` with known demand and their ``total`` units.
    """

    level: Singles
    variance: Singles
    weeks: Singles
    total: Singles


class _State:
    """The smoothers' state between two weeks."""

    def __init__(self, n: int) -> None:
        def zeros(*shape: int) -> Singles:
            return np.zeros((*shape, n), dtype=np.float32)

        self.ses = zeros(len(SES_RATES))
        self.size, self.chance = zeros(len(TSB_RATES)), zeros(len(TSB_RATES))
        self.errors, self.weeks, self.selling = zeros(), zeros(), zeros()
        self.total = zeros()

    def take(self, y: Singles, use: Flags) -> None:
        """One week further; a running mean until a rate takes over, so no start is guessed.

        Factors of 0 and 1 stand for conditions: they cost a fraction of choosing element by
        element, and unknown demand is given as 0.
        """
        used = use.astype(np.float32)
        error = (y - self.ses) * used
        self.errors += error[_VARIANCE_OF] ** 2 * (self.weeks > 0)
        self.weeks += used
        self.total += y * used
        mean_rate = 1 / np.maximum(self.weeks, 1)
        for i, rate in enumerate(SES_RATES):
            error[i] *= np.maximum(mean_rate, np.float32(rate))
        self.ses += error
        sold = used * (y > 0)
        self.selling += sold
        size_rate = 1 / np.maximum(self.selling, 1)
        for i, (size, chance) in enumerate(TSB_RATES):
            used_rate = used * np.maximum(mean_rate, np.float32(chance))
            self.chance[i] += used_rate * (sold - self.chance[i])
            sold_rate = sold * np.maximum(size_rate, np.float32(size))
            self.size[i] += sold_rate * (y - self.size[i])


def sweep(y: Singles, usable: Flags, origins: Sequence[int]) -> Levels:
    """Run all smoothers over ``y`` (weeks by variants), keeping what they knew at each origin."""
    blocks = [slice(at, at + _BLOCK) for at in range(0, y.shape[1], _BLOCK)]
    swept = [_sweep(y[:, block], usable[:, block], origins) for block in blocks]
    return Levels(*(
        np.concatenate([getattr(part, each.name) for part in swept], axis=-1)
        for each in fields(Levels)
    ))  # fmt: skip


def _sweep(y: Singles, usable: Flags, origins: Sequence[int]) -> Levels:
    n = y.shape[1]
    state = _State(n)
    level = np.zeros((len(SMOOTHERS), len(origins), n), dtype=np.float32)
    kept = np.zeros((3, len(origins), n), dtype=np.float32)
    for week in range(max(origins) + 1):
        for k in (k for k, origin in enumerate(origins) if origin == week):
            level[: len(SES_RATES), k] = state.ses
            level[len(SES_RATES), k] = _mean13(y, usable, week, fallback=state.ses[1])
            level[len(SES_RATES) + 1 :, k] = state.size * state.chance
            variance = state.errors / np.maximum(state.weeks - 1, 1)
            kept[:, k] = variance, state.weeks, state.total
        if week < max(origins):
            state.take(y[week], usable[week])
    return Levels(level, *kept)


def one_step_scale(demand: Floats, until: int) -> Floats:
    """Mean squared change from one known week to the next, before ``until``; at least 0.05."""
    steps = np.diff(demand[:, :until], axis=1)
    known = np.isfinite(steps)
    squared = np.where(known, steps, 0.0) ** 2
    mean = squared.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return np.asarray(np.maximum(mean, 0.05))


def _mean13(y: Singles, usable: Flags, week: int, *, fallback: Singles) -> Singles:
    recent = slice(max(week - _WINDOW, 0), week)
    known = usable[recent].sum(axis=0)
    summed = np.where(usable[recent], y[recent], 0).sum(axis=0)
    return np.where(known > 0, summed / np.maximum(known, 1), fallback).astype(np.float32)
