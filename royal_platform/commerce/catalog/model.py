"""Variants and their prices, as the store states them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum

from royal_platform.commerce.shared.model import Money


class CompareAt(Enum):
    """What a written crossed-out price may be besides an amount: none at all."""

    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Variant:
    """One sellable variant. ``unit_cost`` None means unknown, never zero.

    ``title`` names product and variant the way a merchant would; ``product_type`` is the store's
    own category and ``vendor`` the name of who makes or supplies it, None when it has none;
    ``tracked`` is False when the store counts no stock; ``clear_by`` the day by which the merchant
    wants it sold out.
    """

    id: str
    product_id: str
    title: str
    sku: str | None
    product_type: str | None
    status: str
    price: Money
    compare_at: Money | None
    unit_cost: Money | None
    inventory_item_id: str | None
    tracked: bool
    updated_at: datetime
    created_at: datetime | None = None
    vendor: str | None = None
    clear_by: date | None = None


@dataclass(frozen=True, slots=True)
class VariantPrice:
    """Live pricing state of one variant, as just read from the store."""

    variant_id: str
    product_id: str
    price: Money
    compare_at: Money | None
    unit_cost: Money | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PriceObservation:
    """A price that was seen to be in force at ``at``."""

    variant_id: str
    at: datetime
    price: Decimal


@dataclass(frozen=True, slots=True)
class Collection:
    """A merchant's own group of products, which may be in several."""

    id: str
    title: str
    product_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DiscountRun:
    """The store-local days, both included, on which a discount of the store was to be had.

    ``last`` is None where no end is set.
    """

    title: str
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class StoreTerms:
    """What every proposal for a store must know about it.

    ``tax_rate`` is the fraction of tax included in prices (0 where prices exclude tax);
    ``source`` says what the figures come from: ``shopify``, ``sandbox`` or ``import``.
    """

    currency: str
    tax_rate: Decimal = Decimal(0)
    source: str = "shopify"


@dataclass(frozen=True, slots=True)
class ProductDraft:
    """A product to be made, with one variant; ``handle`` is unique and finds it again.

    ``image_url`` is where the store fetches its picture; None: it has none.
    """

    handle: str
    title: str
    vendor: str
    product_type: str
    description: str
    sku: str
    price: Money
    unit_cost: Money | None
    tags: tuple[str, ...] = ()
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class LiveProduct:
    """A product as just read; ``status`` ACTIVE, DRAFT or ARCHIVED; its first variant's terms."""

    id: str
    handle: str
    title: str
    status: str
    variant_id: str
    sku: str | None
    price: Decimal
