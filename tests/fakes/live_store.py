"""A store in memory behind the price and stock ports, with a journal, faults and a slow mode."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal

from core.errors import Conflict, Unavailable
from royal_platform.commerce.catalog.model import CompareAt, VariantPrice
from royal_platform.commerce.inventory.model import StockLevel
from royal_platform.commerce.shared.model import Money


@dataclass
class Written:
    """One write that reached the store."""

    what: str
    subject: str
    value: str
    key: str


@dataclass
class LiveStore:
    """Prices and stock. ``before_write`` and ``after_write`` run around each write: crashes."""

    currency: str = "EUR"
    prices: dict[str, Decimal] = field(default_factory=dict)
    crossed_out: dict[str, Decimal] = field(default_factory=dict)
    stock: dict[tuple[str, str], int] = field(default_factory=dict)
    committed: dict[tuple[str, str], int] = field(default_factory=dict)
    journal: list[Written] = field(default_factory=list)
    before_write: Callable[[], None] | None = None
    after_write: Callable[[], None] | None = None
    store_as: Callable[[Decimal], Decimal] | None = None
    down: bool = False
    keys: dict[str, str] = field(default_factory=dict)
    order_tags: dict[str, list[str]] = field(default_factory=dict)

    async def variant_price(self, variant_id: str) -> VariantPrice | None:
        await self._answer()
        price = self.prices.get(variant_id)
        if price is None:
            return None
        crossed = self.crossed_out.get(variant_id)
        return VariantPrice(
            variant_id, f"p-{variant_id}", Money(price, self.currency),
            None if crossed is None else Money(crossed, self.currency), None, _now(),
        )  # fmt: skip

    async def tags(self, resource_id: str) -> Sequence[str] | None:
        found = self.order_tags.get(resource_id)
        return None if found is None else list(found)

    async def add_tags(self, resource_id: str, tags: Sequence[str], idempotency_key: str) -> None:
        mine = self.order_tags[resource_id]
        mine += [each for each in tags if each not in mine]
        self.journal.append(Written("tags", resource_id, ", ".join(mine), idempotency_key))

    async def remove_tags(
        self, resource_id: str, tags: Sequence[str], idempotency_key: str
    ) -> None:
        mine = [each for each in self.order_tags[resource_id] if each not in tags]
        self.order_tags[resource_id] = mine
        self.journal.append(Written("tags", resource_id, ", ".join(mine), idempotency_key))

    async def set_price(
        self,
        product_id: str,
        variant_id: str,
        price: Money,
        compare_at: Money | CompareAt | None,
        idempotency_key: str,
    ) -> VariantPrice:
        await self._answer()
        if variant_id not in self.prices:
            raise Conflict("The variant does not exist.", remedy="Sync the store.")
        if self.before_write:
            self.before_write()
        value = self.store_as(price.amount) if self.store_as else price.amount
        self.prices[variant_id] = value
        if isinstance(compare_at, Money):
            self.crossed_out[variant_id] = compare_at.amount
        elif compare_at is CompareAt.CLEARED:
            self.crossed_out.pop(variant_id, None)
        self.journal.append(Written("price", variant_id, format(value, "f"), idempotency_key))
        if self.after_write:
            self.after_write()
        found = await self.variant_price(variant_id)
        assert found is not None
        return found

    async def stock_level(self, inventory_item_id: str, location_id: str) -> StockLevel | None:
        await self._answer()
        available = self.stock.get((inventory_item_id, location_id))
        if available is None:
            return None
        committed = self.committed.get((inventory_item_id, location_id), 0)
        return StockLevel(
            "v", inventory_item_id, location_id, available, available + committed, committed, 0,
            _now(),
        )  # fmt: skip

    def sell(self, inventory_item_id: str, location_id: str, units: int) -> None:
        """An order commits units: they are on hand until they are shipped, no longer available."""
        place = (inventory_item_id, location_id)
        self.stock[place] -= units
        self.committed[place] = self.committed.get(place, 0) + units

    async def set_quantity(
        self,
        inventory_item_id: str,
        location_id: str,
        quantity: int,
        change_from: int | None,
        idempotency_key: str,
    ) -> StockLevel:
        await self._answer()
        place = (inventory_item_id, location_id)
        if idempotency_key not in self.keys:
            if change_from is not None and self.stock[place] != change_from:
                raise Conflict("The quantity is stale.", remedy="Read it again.")
            if self.before_write:
                self.before_write()
            self.stock[place] = quantity
            self.keys[idempotency_key] = str(quantity)
            self.journal.append(Written("stock", inventory_item_id, str(quantity), idempotency_key))
            if self.after_write:
                self.after_write()
        found = await self.stock_level(inventory_item_id, location_id)
        assert found is not None
        return replace(found)

    async def _answer(self) -> None:
        await asyncio.sleep(0)
        if self.down:
            raise Unavailable("The store does not answer.", remedy="Try again later.")


def _now() -> datetime:
    return datetime.now(UTC)
