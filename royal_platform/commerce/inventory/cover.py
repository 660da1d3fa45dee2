"""How long stock lasts, and until when an order still comes in time."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from royal_platform.commerce.forecasting.model import Floats, Integers
from royal_platform.commerce.inventory.demand import demand_over, deviate
from royal_platform.commerce.inventory.model import LeadTimeDemand

# Half a year: beyond it a forecast of twelve weeks says nothing about a day.
HORIZON_DAYS = 180
NEVER = HORIZON_DAYS + 1
_Z80 = 1.2816
_CHUNK = 2000


def days_of_cover(
    available: Floats, expected: Floats, cumulative_sd: Floats
) -> tuple[Integers, Integers, Integers]:
    """Days until the stock is gone: likeliest, and the 80 % interval (least, most).

    A day counts when demand up to its end exceeds the stock with 50 %, 10 % and 90 % probability;
    ``NEVER`` where that does not happen within ``HORIZON_DAYS``. Shapes: variants; variants by
    weeks.
    """
    parts = [
        _runs_out(available[at], expected[at], cumulative_sd[at])
        for at in (slice(k, k + _CHUNK) for k in range(0, len(available), _CHUNK))
    ]
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return none, none, none
    point, low, high = (np.concatenate(column) for column in zip(*parts, strict=True))
    return point, low, high


def days_to_order(
    position: Floats,
    protection: Floats,
    protection_sd: Floats,
    expected: Floats,
    cumulative_sd: Floats,
    *,
    service: float,
) -> Integers:
    """Days an order may still wait and come in time with probability ``service`` (0 to 1).

    0 is today, -1 that it is late already, ``NEVER`` that half a year holds. ``protection`` are
    the days an order takes, with its deviation; ``position`` what is left plus on its way.
    """
    z = NormalDist().inv_cdf(service)
    parts = [
        _latest(position[at], protection[at], protection_sd[at], expected[at], cumulative_sd[at],
                z=z)
        for at in (slice(k, k + _CHUNK) for k in range(0, len(position), _CHUNK))
    ]  # fmt: skip
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])


def _runs_out(
    available: Floats, expected: Floats, cumulative_sd: Floats
) -> tuple[Integers, Integers, Integers]:
    days = np.broadcast_to(np.arange(1.0, NEVER), (len(available), HORIZON_DAYS))
    demand = demand_over(days, expected, cumulative_sd)
    stock = np.maximum(available, 0.0)[:, None]
    # Without stock nothing is covered, however small the demand of one day.
    z = np.where((stock <= 0) & (demand.mean > 0), -np.inf, deviate(demand, stock))
    return _first(z <= 0), _first(z <= _Z80), _first(z <= -_Z80)


def _first(gone: np.ndarray) -> Integers:
    """The number of whole days before the first day that is marked."""
    found = gone.argmax(axis=1)
    return np.asarray(np.where(gone.any(axis=1), found, NEVER), dtype=np.int64)


def _latest(
    position: Floats,
    protection: Floats,
    protection_sd: Floats,
    expected: Floats,
    cumulative_sd: Floats,
    *,
    z: float,
) -> Integers:
    wait = np.broadcast_to(np.arange(0.0, NEVER), (len(position), NEVER))
    until = wait + protection[:, None]
    demand = demand_over(until, expected, cumulative_sd)
    per_day = demand.mean / np.maximum(until, 1e-9)
    spread = np.hypot(demand.sd, per_day * protection_sd[:, None])
    reached = deviate(LeadTimeDemand(demand.mean, spread), np.maximum(position, 0.0)[:, None])
    too_late = reached < z
    return np.asarray(np.where(too_late.any(axis=1), too_late.argmax(axis=1) - 1, NEVER), np.int64)
