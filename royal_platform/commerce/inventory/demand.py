"""Demand over a stretch of days, for a whole catalogue at once: moments, quantiles, probabilities.

Demand over a random lead time has the moments of a random sum (Silver, Pyke and Thomas, ch. 7); its
distribution is taken as the gamma with these moments, by Wilson and Hilferty (1931).
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from royal_platform.commerce.forecasting.model import Floats
from royal_platform.commerce.inventory.model import LeadTimeDemand

_NORMAL = NormalDist()
_SLICES = 200
_LEAST = 1e-9
_ROOT2 = math.sqrt(2)


def demand_over(days: Floats, expected: Floats, cumulative_sd: Floats) -> LeadTimeDemand:
    """Demand over the coming ``days`` (variants, or variants by moments) from weekly forecasts.

    ``expected`` and ``cumulative_sd`` are variants by weeks. After the last week it repeats.
    """
    horizon = expected.shape[1]
    weeks = np.asarray(days, dtype=float) / 7
    flat = weeks if weeks.ndim > 1 else weeks[:, None]
    inside = np.clip(flat, 0.0, horizon)
    whole = np.minimum(inside.astype(int), horizon - 1)
    part = inside - whole
    zero = np.zeros((len(expected), 1))
    mean = _between(np.hstack([zero, np.cumsum(expected, axis=1)]), whole, part)
    variance = _between(np.hstack([zero, cumulative_sd**2]), whole, part)
    beyond = np.maximum(flat - horizon, 0.0)
    # Errors of the level repeat week after week, so the deviation grows with time, not its root.
    sd = np.sqrt(variance) * np.where(beyond > 0, flat / horizon, 1.0)
    mean = mean + beyond * expected[:, -1:]
    return LeadTimeDemand(mean.reshape(weeks.shape), sd.reshape(weeks.shape))


def over_random_time(
    days: Floats, days_sd: Floats, expected: Floats, cumulative_sd: Floats
) -> LeadTimeDemand:
    """Demand over stretches whose length is itself random (mean and deviation in days)."""
    demand = demand_over(days, expected, cumulative_sd)
    per_day = demand.mean / np.maximum(days, _LEAST)
    return LeadTimeDemand(demand.mean, np.hypot(demand.sd, per_day * days_sd))


def quantile(demand: LeadTimeDemand, share: float) -> Floats:
    """Units that demand stays below with probability ``share`` (0 to 1)."""
    return _at(demand, np.asarray(_NORMAL.inv_cdf(share)))


def deviate(demand: LeadTimeDemand, units: Floats) -> Floats:
    """Where ``units`` lies in the distribution, as a standard normal deviate; inf if no demand."""
    known = (demand.mean > 0) & (demand.sd > 0)
    mean = np.where(known, demand.mean, 1.0)
    shape = (mean / np.where(known, demand.sd, 1.0)) ** 2
    root = np.cbrt(np.maximum(units, 0.0) / mean)
    z = (root - 1 + 1 / (9 * shape)) * 3 * np.sqrt(shape)
    return np.where(known, z, np.where(units >= demand.mean, np.inf, -np.inf))


def exceeded(demand: LeadTimeDemand, units: Floats) -> Floats:
    """The probability that demand is more than ``units``."""
    return np.asarray(1 - probability(deviate(demand, units)))


def probability(z: Floats) -> Floats:
    """The standard normal's share below each ``z``."""
    below = [0.5 * math.erfc(-value / _ROOT2) for value in np.ravel(z).tolist()]
    return np.array(below).reshape(np.shape(z))


def slices(demand: LeadTimeDemand) -> Floats:
    """Equally likely values of each demand: variants by slices, smallest first."""
    shares = (np.arange(_SLICES) + 0.5) / _SLICES
    z = np.array([_NORMAL.inv_cdf(share) for share in shares])
    return _at(LeadTimeDemand(demand.mean[:, None], demand.sd[:, None]), z[None, :])


def _at(demand: LeadTimeDemand, z: Floats) -> Floats:
    known = (demand.mean > 0) & (demand.sd > 0)
    shape = (np.where(known, demand.mean, 1.0) / np.where(known, demand.sd, 1.0)) ** 2
    root = 1 - 1 / (9 * shape) + z / (3 * np.sqrt(shape))
    spread = np.where(known, demand.mean, 0.0) * np.maximum(root, 0.0) ** 3
    return np.asarray(np.where(known, spread, np.maximum(demand.mean, 0.0)))


def _between(edges: Floats, whole: np.ndarray, part: Floats) -> Floats:
    low = np.take_along_axis(edges, whole, axis=1)
    high = np.take_along_axis(edges, whole + 1, axis=1)
    return np.asarray(low + part * (high - low))
