"""Rows as the mirror stores them: times as UTC text, amounts as integers of ten-thousandths."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class ProductRow(NamedTuple):
    id: str
    title: str
    handle: str
    status: str
    vendor: str | None
    product_type: str | None
    tags: str
    search: str
    created_at: str | None
    updated_at: str


class VariantRow(NamedTuple):
    id: str
    product_id: str
    title: str
    sku: str | None
    barcode: str | None
    position: int
    price: int
    compare_at: int | None
    currency: str
    unit_cost: int | None
    inventory_item_id: str | None
    tracked: bool
    created_at: str | None
    updated_at: str


class OwnerRow(NamedTuple):
    id: str
    updated_at: str


class MetafieldRow(NamedTuple):
    owner_type: str
    owner_id: str
    namespace: str
    key: str
    type: str
    value: str


class DiscountRow(NamedTuple):
    id: str
    method: str
    title: str
    status: str
    summary: str | None
    codes: str
    code_count: int
    starts_at: str
    ends_at: str | None
    updated_at: str


class FulfillmentOrderRow(NamedTuple):
    id: str
    order_id: str
    status: str
    location_id: str | None
    fulfill_by: str | None
    updated_at: str


class FulfillmentOrderLineRow(NamedTuple):
    fulfillment_order_id: str
    id: str
    line_id: str
    remaining: int


class SegmentRow(NamedTuple):
    id: str
    name: str
    query: str
    created_at: str
    updated_at: str


class ReturnRow(NamedTuple):
    id: str
    order_id: str
    name: str
    status: str
    units: int
    created_at: str
    closed_at: str | None
    updated_at: str


class ReturnLineRow(NamedTuple):
    return_id: str
    id: str
    line_id: str | None
    quantity: int
    refunded: int
    reason: str | None


class CheckoutRow(NamedTuple):
    id: str
    customer_id: str | None
    currency: str
    subtotal: int
    discount: int
    total: int
    created_at: str
    completed_at: str | None
    updated_at: str


class CheckoutLineRow(NamedTuple):
    checkout_id: str
    id: str
    product_id: str | None
    variant_id: str | None
    title: str
    quantity: int
    total: int


class TransactionRow(NamedTuple):
    id: str
    order_id: str
    parent_id: str | None
    kind: str
    status: str
    gateway: str | None
    amount: int
    currency: str
    test: bool
    created_at: str
    processed_at: str | None
    updated_at: str


class LocationRow(NamedTuple):
    id: str
    name: str
    active: bool


class LevelRow(NamedTuple):
    inventory_item_id: str
    location_id: str
    available: int | None
    on_hand: int | None
    committed: int | None
    incoming: int | None
    updated_at: str


class CollectionRow(NamedTuple):
    id: str
    title: str
    handle: str
    updated_at: str


class MembershipRow(NamedTuple):
    collection_id: str
    product_id: str


class CustomerRow(NamedTuple):
    id: str
    name: str | None
    country: str | None
    orders: int
    spent: int
    currency: str
    created_at: str | None
    updated_at: str
    search: str
    # None: there is no such address.
    email_consent: str | None = None
    email_consent_level: str | None = None
    email_consent_at: str | None = None
    email_consent_location: str | None = None
    sms_consent: str | None = None
    sms_consent_level: str | None = None
    sms_consent_at: str | None = None
    sms_consent_location: str | None = None
    sms_consent_source: str | None = None


class OrderRow(NamedTuple):
    id: str
    name: str
    processed_at: str
    day: str
    created_at: str
    updated_at: str
    cancelled_at: str | None
    test: bool
    source: str | None
    financial_status: str | None
    fulfillment_status: str | None
    customer_id: str | None
    customer_name: str | None
    country: str | None
    tags: str
    discount_codes: str
    currency: str
    total: int
    tax: int
    shipping: int
    discount: int
    net: int
    units: int
    search: str


class LineRow(NamedTuple):
    order_id: str
    id: str
    variant_id: str | None
    product_id: str | None
    sku: str | None
    title: str
    quantity: int
    refunded_quantity: int
    unit_price: int
    gross: int
    total: int
    tax: int | None
    tax_lines: str | None
    currency: str


class RefundRow(NamedTuple):
    order_id: str
    id: str
    created_at: str
    day: str
    total: int
    currency: str


class RefundLineRow(NamedTuple):
    order_id: str
    refund_id: str
    ordinal: int
    line_id: str | None
    variant_id: str | None
    quantity: int
    restocked: bool
    subtotal: int
    currency: str


class AdjustmentRow(NamedTuple):
    order_id: str
    refund_id: str
    ordinal: int
    amount: int
    reason: str | None
    currency: str
    at: str


@dataclass(slots=True)
class OrderPageRows:
    """Orders with everything that hangs on them."""

    orders: list[OrderRow] = field(default_factory=list)
    lines: list[LineRow] = field(default_factory=list)
    refunds: list[RefundRow] = field(default_factory=list)
    refund_lines: list[RefundLineRow] = field(default_factory=list)
    adjustments: list[AdjustmentRow] = field(default_factory=list)
