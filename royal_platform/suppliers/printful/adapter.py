"""Printful as a supplier: its store's products are the offers, its orders are placed once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from royal_platform.commerce.suppliers.model import OrderRequest, SupplierOrder
from royal_platform.commerce.suppliers.ports import Fault, Reading
from royal_platform.suppliers.errors import SupplierUnavailable
from royal_platform.suppliers.feed.columns import ColumnMap, guess, reading
from royal_platform.suppliers.feed.rows import Row
from royal_platform.suppliers.printful.client import PrintfulClient
from royal_platform.suppliers.printful.errors import Unreadable
from royal_platform.suppliers.printful.mapping import (
    ARTICLE,
    DRAFT,
    UNREAD,
    new_order,
    order_of,
    row_of,
    unread_row,
)
from royal_platform.suppliers.printful.schemas import (
    Address,
    OneCatalogueProduct,
    OneOrder,
    OneSyncProduct,
    Order,
    Rate,
    RateItem,
    Rates,
    RatesWanted,
    Shipments,
    SyncProduct,
    SyncProducts,
    SyncVariant,
    Unread,
)
from royal_platform.suppliers.schemas import FIELDS, PrintfulSettings

# The most that its API gives at once.
_PAGE = 100
_UNLINKED = "it is linked with no article of Printful"
_COLUMNS = guess(FIELDS)
_Article = tuple[OneCatalogueProduct | Unread | None, Sequence[Rate]]


@dataclass(frozen=True, slots=True)
class PrintfulCatalogue:
    """What the store at Printful sells; ``currency`` is the shop's."""

    supplier_id: str
    client: PrintfulClient
    settings: PrintfulSettings
    currency: str

    @property
    def known(self) -> bool:
        """Where it is needs nothing to be entered."""
        return True

    async def rows(self) -> list[Row]:
        """Every article that is not ignored. Raises ``SupplierRejected`` or ``Unavailable``.

        One call for a page, for a product, and two for each article of Printful's own catalogue.
        An article that cannot be read is a row that says so, and keeps no other back.
        """
        variants = [each for one in await self._products() for each in await self._variants(one)]
        articles = await self._articles(variants)
        found: list[Row] = []
        for variant in variants:
            if isinstance(variant, Unread):
                named = "" if variant.hides else variant.id
                found.append(unread_row(variant, variant.name, named))
                continue
            number = None if variant.product is None else variant.product.product_id
            article, rates = articles.get(number or 0, (None, ()))
            found.append(row_of(variant, article, rates))
        return found

    async def catalogue(self) -> Reading:
        """Every offer in it."""
        return self.mapped(await self.rows())

    def mapped(self, rows: Sequence[Row]) -> Reading:
        """What these rows are; an article that is linked with nothing, or unread, says so."""
        found = reading(
            rows, ColumnMap(_COLUMNS, self.currency, decimal_comma=False), self.supplier_id
        )
        return Reading(
            found.offers, tuple(_fault(rows[each.row - 1], each) for each in found.faults)
        )

    @property
    def _path(self) -> str:
        return "/sync/products" if self.settings.connected else "/store/products"

    async def _products(self) -> list[SyncProduct | Unread]:
        found: list[SyncProduct | Unread] = []
        while True:
            path = f"{self._path}?offset={len(found)}&limit={_PAGE}"
            page = await self.client.get(path, SyncProducts)
            if page is None or not page.result:
                break
            found += page.result
            if len(found) >= page.paging.total:
                break
        return [each for each in found if isinstance(each, Unread) or not each.is_ignored]

    async def _variants(self, product: SyncProduct | Unread) -> list[SyncVariant | Unread]:
        if isinstance(product, Unread):
            return [replace(product, hides=True)]
        try:
            found = await self.client.get(f"{self._path}/{product.id}", OneSyncProduct)
        except Unreadable:
            return [Unread("", str(product.id), product.name, hides=True)]
        if found is None:
            # Taken away since the list was read.
            return []
        listed = found.result.sync_variants
        return [each for each in listed if isinstance(each, Unread) or not each.is_ignored]

    async def _articles(self, variants: Sequence[SyncVariant | Unread]) -> dict[int, _Article]:
        found: dict[int, _Article] = {}
        for each in variants:
            if isinstance(each, Unread) or not each.synced or each.product is None:
                continue
            number = each.product.product_id
            if number not in found:
                rates = await self._rates(each.product.variant_id)
                found[number] = (await self._article(number), rates)
        return found

    async def _article(self, number: int) -> OneCatalogueProduct | Unread | None:
        try:
            return await self.client.get(f"/products/{number}", OneCatalogueProduct)
        except Unreadable:
            return Unread("", str(number))

    async def _rates(self, variant_id: int) -> Sequence[Rate]:
        """What one unit costs to send; nothing where it is not told, or to no destination."""
        to = self.settings.ship_to
        if to is None:
            return ()
        wanted = RatesWanted(
            recipient=Address(
                country_code=to.country, state_code=to.province or None, zip=to.postal_code or None
            ),
            items=[RateItem(variant_id=str(variant_id), quantity=1)],
        )
        try:
            told = await self.client.send("POST", "/shipping/rates", wanted, Rates)
        except Unreadable:
            return ()
        return [each for each in told.result if isinstance(each, Rate)]


def _fault(row: Row, found: Fault) -> Fault:
    if row.get(UNREAD):
        reason = f"it is unknown: {row[UNREAD]} is not as Printful's documentation describes"
        article = row.get(ARTICLE)
        return Fault(found.row, reason, article, hides=article is None)
    # What is linked with nothing cannot be ordered: it is gone.
    return found if row.get("supplier_sku") else Fault(found.row, _UNLINKED)


@dataclass(frozen=True, slots=True)
class PrintfulReader:
    """Our orders as Printful states them."""

    client: PrintfulClient

    async def track(self, reference: str) -> SupplierOrder | None:
        """The order by our reference; a draft was never given to Printful, so there is none."""
        found = await self.order(reference)
        if found is None or found.status == DRAFT:
            return None
        try:
            return order_of(found, reference, await self._shipments(found))
        except Unreadable as error:
            stated = order_of(found, reference, None)
            return replace(stated, unread=(f"unknown promise and arrival: {error.detail}",))

    async def order(self, reference: str) -> Order | None:
        """The order as it is there, a draft too."""
        found = await self.client.get(f"/orders/{at(reference)}", OneOrder)
        return None if found is None else found.result

    async def _shipments(self, order: Order) -> Shipments | None:
        if not order.shipments:
            return None
        return await self.client.get(f"/v2/orders/{order.id}/shipments", Shipments)


@dataclass(frozen=True, slots=True)
class PrintfulDesk:
    """``SupplierDesk``: given to execution only. Printful knows no idempotency key.

    What makes placing happen once is the order's number there, which is our reference: it is made
    as a draft, and that draft is confirmed; after a crash between the two the draft is found.
    """

    reader: PrintfulReader

    async def place(self, order: OrderRequest, idempotency_key: str) -> SupplierOrder:  # noqa: ARG002
        """Place it once: what is there already under its reference is not made again."""
        client = self.reader.client
        wanted = new_order(order)
        there = await self.reader.order(order.reference)
        if there is None:
            made = await client.send("POST", "/orders", wanted, OneOrder)
            there = made.result
        if there.status == DRAFT:
            await client.send("POST", f"/orders/{at(order.reference)}/confirm", None, OneOrder)
        return await self._found(order.reference)

    async def cancel(self, reference: str, idempotency_key: str) -> SupplierOrder:  # noqa: ARG002
        """Cancel it until it is being made; one that is cancelled already stays so."""
        there = await self._found(reference)
        if there.status == "cancelled":
            return there
        await self.reader.client.send("DELETE", f"/orders/{at(reference)}", None, OneOrder)
        return await self._found(reference)

    async def _found(self, reference: str) -> SupplierOrder:
        found = await self.reader.track(reference)
        if found is None:
            raise SupplierUnavailable(
                f"Printful does not show the order {reference!r}.",
                remedy="It is looked up again; see the order at Printful if it stays so.",
            )
        return found


def at(reference: str) -> str:
    """How Printful is asked for an order by our number."""
    return f"@{quote(reference, safe='')}"
