"""Stock as the store counts it, purchase orders, and advice to reorder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from royal_platform.commerce.decisions.model import Proposal
from royal_platform.commerce.shared.model import Money


@dataclass(frozen=True, slots=True)
class StockLevel:
    """Stock of one inventory item at one location; None = the store does not say."""

    variant_id: str
    inventory_item_id: str
    location_id: str
    available: int | None
    on_hand: int | None
    committed: int | None
    incoming: int | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StockSnapshot:
    """Units available over all locations at the end of a store-local day."""

    variant_id: str
    day: date
    available: int


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """Goods asked for from a supplier. ``unit_cost`` None means unknown."""

    id: str
    decision_id: str
    variant_id: str
    sku: str | None
    quantity: int
    unit_cost: Money | None
    location_id: str | None
    expected_at: datetime | None
    status: str


@dataclass(frozen=True, slots=True)
class SupplyTerms:
    """How a supplier delivers: lead time in days (mean and spread), smallest order, pack size.

    ``source`` says where the numbers come from, so an assumption is never taken for a fact.
    ``unit_cost`` is what the supplier asks, in the store's currency; None = no offer says.
    """

    lead_time_days: Decimal
    lead_time_sd_days: Decimal
    minimum_order: int = 1
    pack_size: int = 1
    review_days: int = 7
    source: str = "policy"
    unit_cost: Money | None = None


@dataclass(frozen=True, slots=True)
class LeadTimeDemand:
    """Units asked for in a stretch of days: mean and standard deviation."""

    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class ReorderAdvice:
    """Order ``quantity`` units now.

    ``reorder_point`` is s, ``order_up_to`` is S; ``position`` is what is available plus on its
    way; ``days_of_cover`` counts what is available, None without demand. ``lost_*`` are units
    expected to be lost (80 % interval) if this order is not placed.
    """

    quantity: int
    reorder_point: float
    order_up_to: float
    position: int
    days_of_cover: float | None
    lost_point: float
    lost_low: float
    lost_high: float


@dataclass(frozen=True, slots=True)
class Unseen:
    """Why nothing is said about a variant's stock: a stable ``reason`` and a sentence."""

    variant_id: str
    title: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class ReorderOutcome:
    """Proposals, the most valuable first, and the variants that could not be judged."""

    proposals: tuple[Proposal, ...]
    unseen: tuple[Unseen, ...]
    enough: int
