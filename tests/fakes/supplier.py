"""A supplier in memory: ``SupplierReader`` and ``SupplierDesk``."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from royal_platform.commerce.suppliers.model import Offer, OrderRequest, SupplierOrder
from royal_platform.commerce.suppliers.ports import Reading
from royal_platform.suppliers.errors import SupplierRejected


@dataclass
class MemorySupplier:
    offers: list[Offer] = field(default_factory=list)
    orders: dict[str, SupplierOrder] = field(default_factory=dict)

    async def catalogue(self) -> Reading:
        return Reading(tuple(self.offers))

    async def track(self, reference: str) -> SupplierOrder | None:
        return self.orders.get(reference)

    async def place(self, order: OrderRequest, idempotency_key: str) -> SupplierOrder:
        listed = {offer.supplier_sku for offer in self.offers}
        unknown = [line.supplier_sku for line in order.lines if line.supplier_sku not in listed]
        if unknown:
            raise SupplierRejected(f"There is no {unknown[0]!r}.", remedy="Order what is listed.")
        number = str(len(self.orders) + 1)
        return self.orders.setdefault(
            order.reference, SupplierOrder(order.reference, number, "accepted")
        )

    async def cancel(self, reference: str, idempotency_key: str) -> SupplierOrder:
        self.orders[reference] = replace(self.orders[reference], status="cancelled")
        return self.orders[reference]
