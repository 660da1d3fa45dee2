"""What commerce needs of a supplier, and of the book its offers are kept in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from royal_platform.commerce.suppliers.model import (
    Offer,
    OfferVersion,
    OrderedFrom,
    OrderRequest,
    Reliability,
    SupplierOrder,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one row of a supplier's catalogue was left out; ``row`` counts from 1.

    ``supplier_sku`` is the article it is of, None where it names none. ``hides``: any article may
    be in it.
    """

    row: int
    reason: str
    supplier_sku: str | None = None
    hides: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """A supplier's whole catalogue as just read; ``faults`` are the rows that made no offer."""

    offers: tuple[Offer, ...]
    faults: tuple[Fault, ...] = ()

    def why_missing(self, supplier_sku: str) -> str | None:
        """Why an article without an offer may be listed all the same; None: it is gone."""
        return next(
            (each.reason for each in self.faults if each.supplier_sku == supplier_sku), None
        ) or next((each.reason for each in self.faults if each.hides), None)


class SupplierReader(Protocol):
    """A supplier, asked."""

    async def catalogue(self) -> Reading:
        """Everything it offers now."""
        ...

    async def track(self, reference: str) -> SupplierOrder | None:
        """Our order as the supplier states it now, by our reference; None = it has none."""
        ...


class SupplierDesk(Protocol):
    """A supplier, given orders. Given to execution only."""

    async def place(self, order: OrderRequest, idempotency_key: str) -> SupplierOrder:
        """Place the order; the same reference again returns the order there is."""
        ...

    async def cancel(self, reference: str, idempotency_key: str) -> SupplierOrder:
        """Cancel it before it is shipped; cancelling twice changes nothing."""
        ...


class OfferBook(Protocol):
    """The offers we know, by supplier and variant."""

    def search(self, words: str, limit: int = 20) -> Sequence[OfferVersion]:
        """Offers in force whose title, brand, SKU or category holds every word."""
        ...

    def offers(self, variant_ids: Iterable[str] | None = None) -> Sequence[OfferVersion]:
        """Offers in force for these variants; None is all of them, unmatched ones too."""
        ...

    def history(self, supplier_id: str, supplier_sku: str) -> Sequence[OfferVersion]:
        """Every version of one offer, newest first."""
        ...

    def reliability(self) -> dict[str, Reliability]:
        """Promise against fact, by supplier."""
        ...

    def sources(self) -> Sequence[OrderedFrom]:
        """Suppliers that are switched on."""
        ...
