"""What commerce needs to know and to change about stock and purchase orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from royal_platform.commerce.inventory.model import PurchaseOrder, StockLevel, StockSnapshot


class StockHistory(Protocol):
    """Synced stock: the last known levels and our own daily snapshots."""

    def levels(self) -> Sequence[StockLevel]:
        """The last known level of every inventory item at every location."""
        ...

    def snapshots(self, since: date) -> Sequence[StockSnapshot]:
        """Daily snapshots from ``since`` on; there are none before the first sync."""
        ...


class StockReader(Protocol):
    """The live store, asked for one item's stock."""

    async def stock_level(self, inventory_item_id: str, location_id: str) -> StockLevel | None:
        """The level now; None when the item is not stocked there."""
        ...


class StockWriter(Protocol):
    """The live store, told an item's stock. Given to execution only."""

    async def set_quantity(
        self,
        inventory_item_id: str,
        location_id: str,
        quantity: int,
        change_from: int | None,
        idempotency_key: str,
    ) -> StockLevel:
        """Set the available units if they still are ``change_from`` (None skips that check)."""
        ...


class PurchaseOrders(Protocol):
    """The store's book of purchase orders. ``place`` and ``cancel`` are execution's alone."""

    def place(self, order: PurchaseOrder) -> PurchaseOrder:
        """Record the order; placing one decision's order twice returns the first one."""
        ...

    def cancel(self, order_id: str) -> PurchaseOrder:
        """Cancel an order that has not arrived; cancelling twice changes nothing."""
        ...

    def on_order(self) -> Sequence[PurchaseOrder]:
        """Orders that were placed and have neither arrived nor been cancelled."""
        ...
