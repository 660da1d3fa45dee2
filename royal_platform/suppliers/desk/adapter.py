"""Places, cancels and tracks orders at a configured desk; every order is looked up by reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import orjson

from core.outbound.client import Answer
from royal_platform.commerce.suppliers.model import OrderRequest, SupplierOrder
from royal_platform.suppliers.desk.mapping import body_of, order_of
from royal_platform.suppliers.errors import SupplierRejected, SupplierUnavailable
from royal_platform.suppliers.schemas import DeskSettings
from royal_platform.suppliers.wire import Wire, refused


@dataclass(frozen=True, slots=True)
class DeskReader:
    """Our orders as the desk states them; ``zone`` is the store's."""

    settings: DeskSettings
    wire: Wire
    zone: ZoneInfo

    async def track(self, reference: str) -> SupplierOrder | None:
        """The order by our reference. Raises ``SupplierRejected`` for another's order."""
        answer = await self.wire.send("GET", self.address(self.settings.track, reference))
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise refused(answer, doing="to state an order")
        found = self.read(answer)
        if found is not None and found.reference != reference:
            raise SupplierRejected(
                f"Asked for {reference!r}, the supplier answered with {found.reference[:80]!r}.",
                remedy="Correct the track path in its settings: it must find by our reference.",
            )
        return found

    def address(self, path: str, reference: str, identifier: str = "") -> str:
        """``path`` below the desk's address with its places filled in."""
        filled = path.replace("{reference}", quote(reference, safe="")).replace(
            "{id}", quote(identifier, safe="")
        )
        return self.settings.url.rstrip("/") + filled

    def read(self, answer: Answer) -> SupplierOrder | None:
        """The order in an answer."""
        try:
            document: Any = orjson.loads(answer.body)
        except orjson.JSONDecodeError as error:
            raise SupplierRejected(
                "The supplier's answer is not JSON.",
                remedy="Check the paths of its order desk.",
            ) from error
        return order_of(document, self.settings, self.zone)


@dataclass(frozen=True, slots=True)
class OrderDesk:
    """``SupplierDesk``: given to execution only."""

    reader: DeskReader

    async def place(self, order: OrderRequest, idempotency_key: str) -> SupplierOrder:
        """Place it once: what is there already under its reference is returned, not repeated."""
        there = await self.reader.track(order.reference)
        if there is not None:
            return there
        settings = self.reader.settings
        content = orjson.dumps(body_of(order, settings))
        url = self.reader.address(settings.place, order.reference)
        answer = await self.reader.wire.send("POST", url, content=content, key=idempotency_key)
        if answer.status not in {200, 201, 202}:
            raise refused(answer, doing="the order")
        return await self._found(order.reference)

    async def cancel(self, reference: str, idempotency_key: str) -> SupplierOrder:
        """Cancel it; one that is cancelled already stays so."""
        there = await self._found(reference)
        if there.status == "cancelled":
            return there
        url = self.reader.address(self.reader.settings.cancel, reference, there.supplier_reference)
        answer = await self.reader.wire.send("POST", url, content=b"{}", key=idempotency_key)
        if answer.status not in {200, 201, 202, 204}:
            raise refused(answer, doing="to cancel the order")
        return await self._found(reference)

    async def _found(self, reference: str) -> SupplierOrder:
        found = await self.reader.track(reference)
        if found is None:
            raise SupplierUnavailable(
                f"The supplier does not show the order {reference!r}.",
                remedy="It is looked up again; ask the supplier if it stays so.",
            )
        return found
