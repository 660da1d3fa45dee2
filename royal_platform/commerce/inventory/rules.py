"""When to reorder and how much: an (s, S) policy on the demand of a random lead time.

Demand over the lead time has the moments of a random sum (Silver, Pyke and Thomas, ch. 7); its
quantiles are those of the gamma distribution with these moments, by Wilson and Hilferty (1931).
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from royal_platform.commerce.forecasting.model import Floats
from royal_platform.commerce.inventory.model import (
    LeadTimeDemand,
    ReorderAdvice,
    StockLevel,
    SupplyTerms,
)

ORDER_CYCLE_DAYS = 28
_NORMAL = NormalDist()
_SLICES = 200


def demand_over(days: float, expected: Floats, cumulative_sd: Floats) -> LeadTimeDemand:
    """Demand over the coming ``days`` from weekly forecasts; after them the last week repeats."""
    weeks = days / 7
    horizon = len(expected)
    if weeks <= horizon:
        edges = np.arange(horizon + 1)
        mean = float(np.interp(weeks, edges, np.concatenate([[0.0], np.cumsum(expected)])))
        variance = float(np.interp(weeks, edges, np.concatenate([[0.0], cumulative_sd**2])))
        return LeadTimeDemand(mean, math.sqrt(variance))
    beyond = weeks - horizon
    # Errors of the level repeat week after week, so the deviation grows with time, not its root.
    return LeadTimeDemand(
        float(expected.sum() + beyond * expected[-1]), float(cumulative_sd[-1]) * weeks / horizon
    )


def over_random_time(
    days: float, days_sd: float, expected: Floats, cumulative_sd: Floats
) -> LeadTimeDemand:
    """Demand over a stretch whose length is itself random (mean and deviation in days)."""
    demand = demand_over(days, expected, cumulative_sd)
    per_day = demand.mean / days if days > 0 else 0.0
    return LeadTimeDemand(demand.mean, math.hypot(demand.sd, per_day * days_sd))


def quantile(demand: LeadTimeDemand, share: float) -> float:
    """Units that demand stays below with probability ``share``."""
    return float(_quantiles(demand, np.array([_NORMAL.inv_cdf(share)]))[0])


def reorder(
    position: int,
    available: int,
    *,
    expected: Floats,
    cumulative_sd: Floats,
    terms: SupplyTerms,
    service_level: float,
) -> ReorderAdvice | None:
    """Advice when the position is at or below the reorder point, else None.

    ``service_level`` is the wanted probability (0 to 1) of no stock-out until an order placed at
    the next review arrives; ``expected`` and ``cumulative_sd`` are a variant's weekly forecast.
    """
    lead, spread = float(terms.lead_time_days), float(terms.lead_time_sd_days)
    protection = lead + terms.review_days
    guarded = over_random_time(protection, spread, expected, cumulative_sd)
    reorder_point = quantile(guarded, service_level)
    if guarded.mean <= 0 or position > reorder_point:
        return None
    ahead = over_random_time(protection + ORDER_CYCLE_DAYS, spread, expected, cumulative_sd)
    order_up_to = reorder_point + ahead.mean - guarded.mean
    quantity = packed(order_up_to - position, terms)
    if quantity <= 0:
        return None
    during = over_random_time(lead, spread, expected, cumulative_sd)
    lost = _lost(ahead, position) - _lost(during, position)
    per_day = expected[:4].mean() / 7
    return ReorderAdvice(
        quantity=quantity,
        reorder_point=reorder_point,
        order_up_to=order_up_to,
        position=position,
        days_of_cover=max(available, 0) / per_day if per_day > 0 else None,
        lost_point=float(lost.mean()),
        lost_low=float(np.quantile(lost, 0.1)),
        lost_high=float(np.quantile(lost, 0.9)),
    )


def packed(wanted: float, terms: SupplyTerms) -> int:
    """``wanted`` units rounded up to whole packs, at least the supplier's smallest order."""
    if wanted <= 0:
        return 0
    least = max(wanted, terms.minimum_order)
    pack = max(terms.pack_size, 1)
    return math.ceil(least / pack - 1e-9) * pack


def total_available(levels: list[StockLevel]) -> int | None:
    """Units available over all locations; None when no location says."""
    known = [level.available for level in levels if level.available is not None]
    return sum(known) if known else None


def _lost(demand: LeadTimeDemand, position: int) -> Floats:
    """Units of demand beyond the position, at equally likely slices of the distribution."""
    shares = (np.arange(_SLICES) + 0.5) / _SLICES
    z = np.array([_NORMAL.inv_cdf(share) for share in shares])
    return np.maximum(_quantiles(demand, z) - max(position, 0), 0.0)


def _quantiles(demand: LeadTimeDemand, z: Floats) -> Floats:
    if demand.mean <= 0 or demand.sd <= 0:
        return np.full(len(z), max(demand.mean, 0.0))
    shape = (demand.mean / demand.sd) ** 2
    root = 1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape))
    return np.asarray(demand.mean * np.maximum(root, 0.0) ** 3)
