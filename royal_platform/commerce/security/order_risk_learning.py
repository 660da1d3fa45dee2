"""The scorecard corrected by what became of orders, and how good its scores were."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from royal_platform.commerce.security.order_risk import FACTORS, WEIGHTS, Floats, Scorecard

Flags = npt.NDArray[np.bool_]
# How far outcomes may move a stated weight, in log-odds: one standard deviation of the prior.
_SD, _BASE_SD = 1.0, 1.5
_STEPS, _ENOUGH = 60, 1e-9
_SIGNS = np.sign(np.array(list(WEIGHTS.values())))
_BINS = (0.0, 0.02, 0.05, 0.10, 0.20, 0.35, 0.60, 0.85, 1.0)


@dataclass(frozen=True, slots=True)
class Bin:
    """Orders whose score lay in [low, high): how many, their mean score, how many were bad."""

    low: float
    high: float
    orders: int
    mean_score: float
    bad: int


@dataclass(frozen=True, slots=True)
class Quality:
    """Scores against outcomes. ``precision`` and ``recall`` at ``threshold``; None without cases.

    ``average_precision`` is the area under the precision-recall curve by steps; ``brier`` the mean
    squared error of the probability (Brier, 1950).
    """

    orders: int
    bad: int
    threshold: float
    flagged: int
    caught: int
    precision: float | None
    recall: float | None
    average_precision: float | None
    brier: float | None
    bins: tuple[Bin, ...]


def learn(matrix: Floats, bad: Flags, prior: Scorecard | None = None) -> Scorecard:
    """The scorecard most likely after these outcomes.

    Maximum a posteriori of a logistic regression with normal priors around ``prior``. A weight
    never turns its sign: that a known customer is a danger would be a coincidence of few outcomes.
    """
    prior = prior or Scorecard()
    if len(bad) == 0:
        return prior
    design = np.hstack([np.ones((len(bad), 1)), matrix])
    centre = np.array([prior.base, *prior.weights])
    precision = np.array([_BASE_SD**-2, *[_SD**-2] * len(FACTORS)])
    found = _newton(design, bad.astype(np.float64), centre, precision)
    counted = int(bad.sum())
    return Scorecard(
        float(found[0]), tuple(float(each) for each in found[1:]), (counted, len(bad) - counted)
    )


def quality(scored: Floats, bad: Flags, threshold: float) -> Quality:
    """How good these scores were, given what became of the orders."""
    flagged, caught = scored >= threshold, bad & (scored >= threshold)
    total, hits = int(flagged.sum()), int(caught.sum())
    wrong = int(bad.sum())
    return Quality(
        orders=len(bad),
        bad=wrong,
        threshold=threshold,
        flagged=total,
        caught=hits,
        precision=hits / total if total else None,
        recall=hits / wrong if wrong else None,
        average_precision=average_precision(scored, bad) if wrong else None,
        brier=float(np.mean((scored - bad) ** 2)) if len(bad) else None,
        bins=tuple(_bins(scored, bad)),
    )


def average_precision(scored: Floats, bad: Flags) -> float:
    """Precision at each distinct score, weighted by the recall gained there; ties count as one."""
    order = np.argsort(-scored, kind="stable")
    hits = np.cumsum(bad[order])
    last = np.append(np.diff(scored[order]) != 0.0, True)
    places = np.flatnonzero(last)
    precision = hits[places] / (places + 1)
    gained = np.diff(np.concatenate([[0], hits[places]])) / int(bad.sum())
    return float((precision * gained).sum())


def _newton(design: Floats, bad: Floats, centre: Floats, precision: Floats) -> Floats:
    """Newton's steps, halved until they help, held on the right side of zero."""
    at = centre.copy()
    value = _loss(at, design, bad, centre, precision)
    for _ in range(_STEPS):
        chance = _chance(design @ at)
        gradient = design.T @ (chance - bad) + precision * (at - centre)
        # A weight held at zero that wants to go on stays out of the step.
        free = ~((at == 0.0) & (np.concatenate([[1.0], _SIGNS]) * gradient > 0.0))
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(precision)
        step = np.zeros_like(at)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        size = 1.0
        while size > _ENOUGH:
            tried = _held(at - size * step)
            better = _loss(tried, design, bad, centre, precision)
            if better < value:
                break
            size /= 2
        else:
            return at
        gain, at, value = value - better, tried, better
        if gain < _ENOUGH:
            return at
    return at


def _held(at: Floats) -> Floats:
    weights = np.where(np.sign(at[1:]) == -_SIGNS, 0.0, at[1:])
    return np.concatenate([at[:1], weights])


def _loss(at: Floats, design: Floats, bad: Floats, centre: Floats, precision: Floats) -> float:
    logits = design @ at
    likelihood = np.logaddexp(0.0, logits) - bad * logits
    return float(likelihood.sum() + (precision * (at - centre) ** 2).sum() / 2)


def _chance(logits: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logits, -40.0, 40.0))), dtype=np.float64)


def _bins(scored: Floats, bad: Flags) -> Sequence[Bin]:
    found: list[Bin] = []
    for low, high in pairwise(_BINS):
        inside = (scored >= low) & ((scored < high) | math.isclose(high, 1.0))
        if inside.any():
            found.append(
                Bin(low, high, int(inside.sum()), float(scored[inside].mean()),
                    int(bad[inside].sum()))
            )  # fmt: skip
    return found
