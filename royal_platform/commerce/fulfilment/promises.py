"""What customers were promised when they ordered, against the moment their goods arrived."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from royal_platform.commerce.fulfilment.model import OWN
from royal_platform.commerce.suppliers.model import SupplierOrder
from royal_platform.commerce.suppliers.rules import wilson

# What such an order was to bring comes by another one, or not at all.
_GONE = frozenset({"cancelled", "refused"})


@dataclass(frozen=True, slots=True)
class PromisedOrder:
    """An order that was promised for ``promised_at``.

    ``sources`` are where it is sent from (``OWN`` is the own shelf), ``orders`` how suppliers
    state what was ordered for it. ``delivered_at``: when the store says that all of it arrived,
    None where it does not.
    """

    order_id: str
    promised_at: datetime
    sources: frozenset[str]
    orders: Sequence[SupplierOrder] = ()
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PromisesKept:
    """Of ``judged`` orders so many were ``kept``; ``overdue`` ones count as broken already.

    ``unknown`` orders are past their promise, and nobody tells when they arrived: they count
    neither way. ``share`` is a fraction with its 80 % interval; None without judged orders.
    """

    judged: int
    kept: int
    overdue: int
    unknown: int
    share: float | None
    low: float | None
    high: float | None


def promises_kept(promised: Iterable[PromisedOrder], now: datetime) -> PromisesKept:
    """Promise against fact for customers, as ``reliability`` counts it for suppliers."""
    judged = kept = overdue = unknown = 0
    for each in promised:
        arrived = _arrived_at(each)
        if arrived is not None:
            judged += 1
            kept += arrived <= each.promised_at
        elif each.promised_at < now:
            is_overdue = _is_on_its_way(each)
            judged += is_overdue
            overdue += is_overdue
            unknown += not is_overdue
    low, high = wilson(kept, judged) if judged else (None, None)
    share = kept / judged if judged else None
    return PromisesKept(judged, kept, overdue, unknown, share, low, high)


def _arrived_at(order: PromisedOrder) -> datetime | None:
    """When the last of it arrived; None while something is under way or nobody tells."""
    if order.delivered_at is not None:
        return order.delivered_at
    stand = [each for each in order.orders if each.status not in _GONE]
    arrivals = [each.delivered_at for each in stand if each.delivered_at is not None]
    whole = len(arrivals) == len(stand) and OWN not in order.sources
    return max(arrivals) if whole and arrivals else None


def _is_on_its_way(order: PromisedOrder) -> bool:
    """Whether a supplier says that a part of it did not arrive yet."""
    return any(each.status not in _GONE | {"delivered"} for each in order.orders)
