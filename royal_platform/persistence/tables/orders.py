"""The mirrored orders with lines, refunds and adjustments; customers; daily aggregates."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, Text

from core.storage.schema import metadata
from core.storage.types import Json
from royal_platform.persistence.tables.columns import (
    amount,
    currency,
    key,
    moment,
    reference,
    store_key,
)

customers = Table(
    "customers",
    metadata,
    store_key(),
    key(),
    # Of the personal data only what the operator reads: a name and a country.
    Column("name", Text),
    Column("country", String(2)),
    Column("orders", Integer, nullable=False),
    amount("spent"),
    currency(),
    moment("created_at", nullable=True),
    moment("updated_at"),
    moment("deleted_at", nullable=True),
    Column("search", Text, nullable=False),
    # What was said about marketing by mail and by text message, in the store's words in lower
    # case; NULL where there is no such address.
    Column("email_consent", String(40)),
    Column("email_consent_level", String(40)),
    moment("email_consent_at", nullable=True),
    Column("email_consent_location", String(64)),
    Column("sms_consent", String(40)),
    Column("sms_consent_level", String(40)),
    moment("sms_consent_at", nullable=True),
    Column("sms_consent_location", String(64)),
    Column("sms_consent_source", String(40)),
    Index(None, "store_id", "deleted_at", "spent", "id"),
    # The shield that hides names from models reads what changed since it last looked.
    Index(None, "store_id", "updated_at"),
    sqlite_with_rowid=False,
)

orders = Table(
    "orders",
    metadata,
    store_key(),
    key(),
    Column("name", String(80), nullable=False),
    moment("processed_at"),
    # The merchant's calendar day of processed_at, in the store's zone.
    Column("day", Date, nullable=False),
    moment("created_at"),
    moment("updated_at"),
    moment("cancelled_at", nullable=True),
    moment("deleted_at", nullable=True),
    Column("test", Boolean, nullable=False),
    Column("financial_status", String(40)),
    Column("fulfillment_status", String(40)),
    # Where it was made: web, pos, an app's handle. NULL is "not told".
    Column("source", String(255)),
    reference("customer_id", nullable=True),
    Column("customer_name", Text),
    Column("country", String(2)),
    Column("tags", Json, nullable=False),
    # Codes the buyer used, as text. NULL is "not told".
    Column("discount_codes", Json),
    currency(),
    amount("total"),
    # Tax in the total, whether the prices include it or it was added.
    amount("tax"),
    # What buyers paid for shipping, with tax where prices include it. NULL is "not told".
    amount("shipping", nullable=True),
    # Order-level discounts that Shopify spreads over no line.
    amount("discount"),
    # This order's share of net sales: lines after all discounts, less refunds, plus adjustments.
    amount("net"),
    Column("units", Integer, nullable=False),
    Column("search", Text, nullable=False),
    Index(None, "store_id", "deleted_at", "processed_at", "id"),
    Index(None, "store_id", "day"),
    Index(None, "store_id", "updated_at"),
    Index(None, "store_id", "customer_id"),
    sqlite_with_rowid=False,
)

order_lines = Table(
    "order_lines",
    metadata,
    store_key(),
    key("order_id"),
    key(),
    reference("variant_id", nullable=True),
    reference("product_id", nullable=True),
    Column("sku", String(255)),
    Column("title", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("refunded_quantity", Integer, nullable=False),
    amount("unit_price"),
    amount("gross"),
    amount("total"),
    # Tax in the line's total or added to it, and what it is made of as [title, rate, amount]; the
    # rate is a fraction. NULL is "not told".
    amount("tax", nullable=True),
    Column("tax_lines", Json),
    currency(),
    sqlite_with_rowid=False,
)

refunds = Table(
    "refunds",
    metadata,
    store_key(),
    key("order_id"),
    key(),
    moment("created_at"),
    Column("day", Date, nullable=False),
    amount("total"),
    currency(),
    Index(None, "store_id", "day"),
    sqlite_with_rowid=False,
)

refund_lines = Table(
    "refund_lines",
    metadata,
    store_key(),
    key("order_id"),
    key("refund_id"),
    Column("ordinal", Integer, primary_key=True),
    reference("line_id", nullable=True),
    reference("variant_id", nullable=True),
    Column("quantity", Integer, nullable=False),
    # Whether the goods went back into stock. NULL is "not told".
    Column("restocked", Boolean),
    amount("subtotal"),
    currency(),
    sqlite_with_rowid=False,
)

order_adjustments = Table(
    "order_adjustments",
    metadata,
    store_key(),
    key("order_id"),
    key("refund_id"),
    Column("ordinal", Integer, primary_key=True),
    # Negative: the customer got more back than the refunded lines are worth.
    amount("amount"),
    Column("reason", String(80)),
    currency(),
    moment("at"),
    sqlite_with_rowid=False,
)

daily_sales = Table(
    "daily_sales",
    metadata,
    store_key(),
    Column("day", Date, primary_key=True),
    currency(),
    amount("gross"),
    amount("discounts"),
    amount("returns"),
    amount("adjustments"),
    amount("net"),
    Column("orders", Integer, nullable=False),
    Column("units", Integer, nullable=False),
    # What the day's orders cost their buyers, and the tax in it.
    amount("paid"),
    amount("tax"),
    # Before tax: what the day's orders came to, and what was given back on the day.
    amount("earned"),
    amount("given_back"),
    # Goods after returns, before tax; the part of them whose unit cost is known; that part's cost.
    amount("sold"),
    amount("covered"),
    amount("cost"),
    sqlite_with_rowid=False,
)

# What still waits to be shipped, and from where; closed ones as far as we saw them close.
fulfillment_orders = Table(
    "fulfillment_orders",
    metadata,
    store_key(),
    key(),
    reference("order_id"),
    Column("status", String(20), nullable=False),
    reference("location_id", nullable=True),
    moment("fulfill_by", nullable=True),
    moment("updated_at"),
    moment("deleted_at", nullable=True),
    Index(None, "store_id", "order_id"),
    Index(None, "store_id", "status"),
    sqlite_with_rowid=False,
)

fulfillment_order_lines = Table(
    "fulfillment_order_lines",
    metadata,
    store_key(),
    key("fulfillment_order_id"),
    key(),
    reference("line_id"),
    Column("remaining", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# Goods that customers send back; a return's updated_at is its order's.
returns = Table(
    "returns",
    metadata,
    store_key(),
    key(),
    reference("order_id"),
    Column("name", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("units", Integer, nullable=False),
    moment("created_at"),
    moment("closed_at", nullable=True),
    moment("updated_at"),
    moment("deleted_at", nullable=True),
    Index(None, "store_id", "order_id"),
    Index(None, "store_id", "status"),
    sqlite_with_rowid=False,
)

return_lines = Table(
    "return_lines",
    metadata,
    store_key(),
    key("return_id"),
    key(),
    reference("line_id", nullable=True),
    Column("quantity", Integer, nullable=False),
    Column("refunded", Integer, nullable=False),
    Column("reason", String(80), nullable=True),
    sqlite_with_rowid=False,
)

# Checkouts nobody finished (yet), as long as the store remembers them.
abandoned_checkouts = Table(
    "abandoned_checkouts",
    metadata,
    store_key(),
    key(),
    reference("customer_id", nullable=True),
    currency(),
    amount("subtotal"),
    amount("discount"),
    amount("total"),
    moment("created_at"),
    moment("completed_at", nullable=True),
    moment("updated_at"),
    moment("deleted_at", nullable=True),
    Index(None, "store_id", "created_at"),
    Index(None, "store_id", "customer_id"),
    sqlite_with_rowid=False,
)

abandoned_checkout_lines = Table(
    "abandoned_checkout_lines",
    metadata,
    store_key(),
    key("checkout_id"),
    key(),
    reference("product_id", nullable=True),
    reference("variant_id", nullable=True),
    Column("title", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    # What the line costs after its discounts, in the checkout's currency.
    amount("total"),
    sqlite_with_rowid=False,
)

# What was paid and given back for orders; a transaction's updated_at is its order's.
order_transactions = Table(
    "order_transactions",
    metadata,
    store_key(),
    key(),
    reference("order_id"),
    reference("parent_id", nullable=True),
    Column("kind", String(40), nullable=False),
    Column("status", String(20), nullable=False),
    Column("gateway", String(255)),
    amount("amount"),
    currency(),
    Column("test", Boolean, nullable=False),
    moment("created_at"),
    moment("processed_at", nullable=True),
    moment("updated_at"),
    moment("deleted_at", nullable=True),
    Index(None, "store_id", "order_id"),
    sqlite_with_rowid=False,
)

daily_variant_sales = Table(
    "daily_variant_sales",
    metadata,
    store_key(),
    Column("day", Date, primary_key=True),
    key("variant_id"),
    Column("units", Integer, nullable=False),
    amount("gross"),
    amount("revenue"),
    Column("returned_units", Integer, nullable=False),
    amount("returned"),
    # The tax in revenue less that in what was returned; 0 where prices include none.
    amount("tax"),
    currency(),
    Index(None, "store_id", "variant_id", "day"),
    sqlite_with_rowid=False,
)
