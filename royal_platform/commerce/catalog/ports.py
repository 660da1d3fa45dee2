"""What commerce needs to know and to change about the catalog."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from royal_platform.commerce.catalog.model import (
    Collection,
    CompareAt,
    DiscountRun,
    LiveProduct,
    PriceObservation,
    ProductDraft,
    Variant,
    VariantPrice,
)
from royal_platform.commerce.shared.model import Money


class CatalogReader(Protocol):
    """The synced catalog: a local copy, as fresh as the last sync."""

    def variants(self) -> Sequence[Variant]:
        """Every variant of every product that is not deleted."""
        ...

    def price_observations(self, since: datetime) -> Sequence[PriceObservation]:
        """Prices we saw in force from ``since`` on, oldest first."""
        ...

    def collections(self) -> Sequence[Collection]:
        """Every collection of the store with the products in it now."""
        ...

    def discount_runs(self) -> Sequence[DiscountRun] | None:
        """When the store's discounts were to be had; None where the store does not tell them."""
        ...


class PriceReader(Protocol):
    """The live store, asked for one variant's price."""

    async def variant_price(self, variant_id: str) -> VariantPrice | None:
        """The price in force now; None when the variant no longer exists."""
        ...


class PriceWriter(Protocol):
    """The live store, told a variant's price. Given to execution only."""

    async def set_price(
        self,
        product_id: str,
        variant_id: str,
        price: Money,
        compare_at: Money | CompareAt | None,
        idempotency_key: str,
    ) -> VariantPrice:
        """Write the price; return what was stored.

        ``compare_at`` None leaves the crossed-out price, ``CLEARED`` takes it away.
        """
        ...


class TagReader(Protocol):
    """Tags of products, orders and customers, as the live store has them."""

    async def tags(self, resource_id: str) -> Sequence[str] | None:
        """The tags of ``Order/id``; None when there is no such thing."""
        ...


class TagWriter(Protocol):
    """The live store, told to add or remove tags on a resource. Given to execution only."""

    async def add_tags(self, resource_id: str, tags: Sequence[str], idempotency_key: str) -> None:
        """Add ``tags``; those already there stay."""
        ...

    async def remove_tags(
        self, resource_id: str, tags: Sequence[str], idempotency_key: str
    ) -> None:
        """Remove ``tags``; those already gone stay gone."""
        ...


class ProductReader(Protocol):
    """The live store, asked for one product."""

    async def product(self, handle: str) -> LiveProduct | None:
        """The product under this handle; None when there is none."""
        ...


class ProductWriter(Protocol):
    """The live store, told to make a product or to show or hide it. Given to execution only."""

    async def create_draft(self, draft: ProductDraft, idempotency_key: str) -> None:
        """Make the product, hidden; what is there already under its handle stays as it is."""
        ...

    async def set_status(self, product_id: str, status: str, idempotency_key: str) -> None:
        """Show it (ACTIVE), hide it (DRAFT) or put it away (ARCHIVED)."""
        ...
