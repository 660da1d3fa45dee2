"""``SupplierReader`` for whatever was entered: a catalogue from its feed, orders from its desk."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import NotConfigured
from royal_platform.commerce.suppliers.model import SupplierOrder
from royal_platform.commerce.suppliers.ports import Reading
from royal_platform.suppliers.desk.adapter import Desk, DeskReader
from royal_platform.suppliers.feed.adapter import Feed


@dataclass(frozen=True, slots=True)
class ConfiguredSupplier:
    """One supplier with what was entered of it."""

    name: str
    feed: Feed | None
    orders: DeskReader | None

    async def catalogue(self) -> Reading:
        """Everything it offers now. Raises ``NotConfigured`` without a feed."""
        return await self.source.catalogue()

    async def track(self, reference: str) -> SupplierOrder | None:
        """Our order as it states it; None without a desk, as without the order."""
        return None if self.orders is None else await self.orders.track(reference)

    @property
    def source(self) -> Feed:
        """Its feed."""
        if self.feed is None or not (self.feed.settings.url or self.feed.settings.file):
            raise NotConfigured(
                f"Where {self.name} publishes its catalogue is not known.",
                remedy="Enter the address or file of its feed on the Suppliers page.",
            )
        return self.feed

    @property
    def desk(self) -> Desk:
        """Its order desk."""
        if self.orders is None:
            raise NotConfigured(
                f"Where {self.name} takes orders is not known.",
                remedy="Enter its order desk on the Suppliers page, or order by hand.",
            )
        return Desk(self.orders)
