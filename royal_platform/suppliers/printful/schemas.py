"""Printful's documents, as far as they are used: API v1, and the shipments of v2.

Version 2 sells no product with a design that is kept in the store, and version 1 does not say when
a parcel was promised or arrived: hence both. Source: its OpenAPI documents, 1.0 and 2.0.0-beta.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    InstanceOf,
    ValidationError,
)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


@dataclass(frozen=True, slots=True)
class Unread:
    """One of a list that is not as documented: ``field`` is wrong; the rest as far as it says.

    ``hides``: there are articles in it that are not named.
    """

    field: str
    id: str = ""
    name: str = ""
    hides: bool = False


def _or_unread(shape: type[BaseModel]) -> BeforeValidator:
    """What is wrong with one of a list is said of that one: the others are read."""

    def read(value: Any) -> BaseModel | Unread:
        try:
            return shape.model_validate(value)
        except ValidationError as error:
            told = value if isinstance(value, dict) else {}
            field = ".".join(str(part) for part in error.errors()[0]["loc"])
            return Unread(field, str(told.get("id", ""))[:80], str(told.get("name", ""))[:255])

    return BeforeValidator(read)


def _either(end: str) -> AliasChoices:
    """Its OpenAPI document and its answers do not spell the days alike."""
    return AliasChoices(f"{end}DeliveryDays", f"{end}_delivery_days")


class Paging(_Answer):
    total: int
    offset: int
    limit: int


class SyncProduct(_Answer):
    """A product of the store, with a design."""

    id: int
    name: str = ""
    is_ignored: bool = False


class SyncProducts(_Answer):
    result: list[Annotated[SyncProduct | InstanceOf[Unread], _or_unread(SyncProduct)]]
    paging: Paging


class File(_Answer):
    type: str | None = None
    preview_url: str | None = None


class CatalogueReference(_Answer):
    variant_id: int
    product_id: int


class SyncVariant(_Answer):
    """One article that can be ordered; ``synced``: it is linked with one of the catalogue."""

    id: int
    name: str = ""
    synced: bool
    variant_id: int | None = None
    sku: str | None = None
    retail_price: Decimal | None = None
    currency: str | None = None
    is_ignored: bool = False
    product: CatalogueReference | None = None
    files: list[File] = Field(default_factory=list)


class _Product(_Answer):
    sync_variants: list[Annotated[SyncVariant | InstanceOf[Unread], _or_unread(SyncVariant)]]


class OneSyncProduct(_Answer):
    result: _Product


class FileType(_Answer):
    """A place that can be printed; ``additional_price`` is added when it is."""

    type: str
    additional_price: Decimal | None = None


class CatalogueProduct(_Answer):
    id: int
    type_name: str | None = None
    brand: str | None = None
    currency: str
    description: str | None = None
    is_discontinued: bool = False
    files: list[FileType] = Field(default_factory=list)


class CatalogueVariant(_Answer):
    id: int
    price: Decimal
    in_stock: bool
    image: str | None = None


class _Article(_Answer):
    product: CatalogueProduct
    variants: list[Annotated[CatalogueVariant | InstanceOf[Unread], _or_unread(CatalogueVariant)]]


class OneCatalogueProduct(_Answer):
    result: _Article


class Rate(_Answer):
    """A way of shipping; days from order to delivery, where it says them."""

    id: str
    rate: Decimal
    currency: str
    min_delivery_days: int | None = Field(None, validation_alias=_either("min"))
    max_delivery_days: int | None = Field(None, validation_alias=_either("max"))


class Rates(_Answer):
    result: list[Annotated[Rate | InstanceOf[Unread], _or_unread(Rate)]]


class Costs(_Answer):
    """``total`` is with ``tax`` and ``vat``; all are null while Printful calculates."""

    currency: str | None = None
    tax: Decimal | None = None
    vat: Decimal | None = None
    total: Decimal | None = None


class OrderedItem(_Answer):
    id: int | None = None
    sync_variant_id: int | None = None


class ParcelItem(_Answer):
    item_id: int | None = None
    quantity: int = Field(0, ge=0)


class Parcel(_Answer):
    """``reshipment``: it replaces one that was sent before."""

    id: int
    carrier: str | None = None
    tracking_number: str | int | None = None
    tracking_url: str | None = None
    shipped_at: int | None = None
    reshipment: bool = False
    items: list[ParcelItem] = Field(default_factory=list)


class Order(_Answer):
    id: int
    external_id: str | None = None
    status: str
    costs: Costs | None = None
    items: list[OrderedItem] = Field(default_factory=list)
    shipments: list[Parcel] = Field(default_factory=list)


class OneOrder(_Answer):
    result: Order


class EstimatedDelivery(_Answer):
    to_date: date | None = None


class Shipment(_Answer):
    delivered_at: datetime | None = None
    estimated_delivery: EstimatedDelivery | None = None


class Shipments(_Answer):
    data: list[Shipment]


class Address(BaseModel):
    """Where it shall go; ``state_code`` is wanted for the US, Canada, Australia and Japan."""

    name: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    state_code: str | None = None
    country_code: str
    zip: str | None = None
    phone: str | None = None
    email: str | None = None


class OrderItem(BaseModel):
    sync_variant_id: int
    quantity: int


class NewOrder(BaseModel):
    external_id: str
    recipient: Address
    items: list[OrderItem]


class RateItem(BaseModel):
    variant_id: str
    quantity: int


class RatesWanted(BaseModel):
    recipient: Address
    items: list[RateItem]
    currency: str | None = None
