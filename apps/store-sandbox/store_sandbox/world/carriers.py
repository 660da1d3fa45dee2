"""How parcels travel: when a carrier takes one over, and when it is at its customer's door.

Both follow from the world's seed, the parcel's order and the moment it left, so they are the same
however often and by whom they are asked for. Most parcels arrive within two days, one in ten takes
more than three.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from store_sandbox.world.draws import normal, uniform

_DAY, _HOUR = 86_400, 3_600
# Of the days to the door: the median, and the spread of their logarithm.
_MEDIAN_DAYS, _SPREAD = 1.6, 0.5


@dataclass(frozen=True, slots=True)
class Journey:
    """When a parcel is in the carrier's hands, and when it arrives: UTC seconds."""

    in_transit_at: int
    delivered_at: int


def journey(seed: int, order_id: int, left_at: int) -> Journey:
    """The way of what left for this order at this second."""
    address = f"{order_id}/{left_at}"
    taken = left_at + int(_HOUR * (1 + 11 * uniform(seed, "carrier takes over", address)))
    days = _MEDIAN_DAYS * math.exp(_SPREAD * normal(seed, "carrier delivers", address))
    return Journey(taken, max(taken + 2 * _HOUR, left_at + int(days * _DAY)))
