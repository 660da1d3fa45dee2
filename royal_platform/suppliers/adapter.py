"""``SupplierReader`` for whatever was entered: a catalogue from its feed, orders from its desk."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import NotConfigured
from royal_platform.commerce.suppliers.model import SupplierOrder
from royal_platform.commerce.suppliers.ports import Reading, SupplierDesk
from royal_platform.suppliers.desk.adapter import DeskReader, OrderDesk
from royal_platform.suppliers.feed.adapter import Feed
from royal_platform.suppliers.manual.catalogue import NoCatalogue
from royal_platform.suppliers.printful.adapter import (
    PrintfulCatalogue,
    PrintfulDesk,
    PrintfulReader,
)

PRINTFUL = "printful"
MANUAL = "manual"
# Kinds whose interface only their partners know, and the secret that opens it.
PARTNERS = {"autods": "AUTO_DS_API_KEY", "spocket": "SPOCKET_API_KEY"}


@dataclass(frozen=True, slots=True)
class ConfiguredSupplier:
    """One supplier with what was entered of it."""

    name: str
    kind: str
    feed: Feed | PrintfulCatalogue | NoCatalogue | None
    orders: DeskReader | PrintfulReader | None

    async def catalogue(self) -> Reading:
        """Everything it offers now. Raises ``NotConfigured`` without a feed."""
        return await self.source.catalogue()

    async def track(self, reference: str) -> SupplierOrder | None:
        """Our order as it states it; None without a desk, as without the order."""
        return None if self.orders is None else await self.orders.track(reference)

    @property
    def source(self) -> Feed | PrintfulCatalogue | NoCatalogue:
        """Where its catalogue is read."""
        if self.feed is None or not self.feed.known:
            raise self._unknown("publishes its catalogue", "the address or file of its feed")
        return self.feed

    @property
    def desk(self) -> SupplierDesk:
        """Its order desk."""
        if isinstance(self.orders, PrintfulReader):
            return PrintfulDesk(self.orders)
        if self.orders is None:
            raise self._unknown("takes orders", "its order desk, or order by hand")
        return OrderDesk(self.orders)

    def _unknown(self, what: str, enter: str) -> NotConfigured:
        """AutoDS and Spocket publish no API: what is not entered is not guessed."""
        if self.kind in PARTNERS:
            return NotConfigured(
                f"Partner access required: {self.kind} tells partners where it {what}.",
                remedy=f"Ask it for partner access, store the key with `royal secrets set "
                f"{PARTNERS[self.kind]}`, and enter the addresses it names, with their paths and "
                "fields, on the Suppliers page; or enter its feed file.",
            )
        return NotConfigured(
            f"Where {self.name} {what} is not known.",
            remedy=f"Enter {enter} on the Suppliers page.",
        )
