"""Stock as the store counts it, purchase orders, and advice to reorder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

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
    """

    lead_time_days: Decimal
    lead_time_sd_days: Decimal
    minimum_order: int = 1
    pack_size: int = 1
    review_days: int = 7
    source: str = "policy"
