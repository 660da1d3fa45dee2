"""Suppliers, every version of every offer, and the orders placed with them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, UniqueConstraint

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

suppliers = Table(
    "suppliers",
    metadata,
    store_key(),
    key(),
    Column("name", String(120), nullable=False),
    # feed, printful, autods, spocket, manual
    Column("kind", String(20), nullable=False),
    # sandbox: invented, of the sandbox store; entered: by a person
    Column("origin", String(20), nullable=False),
    Column("settings", Json, nullable=False),
    Column("active", Boolean, nullable=False),
    # new, reading, ready, failed
    Column("state", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    # The first rows as they were read, so that a column map can be tried without asking again.
    Column("sample", Json, nullable=False),
    Column("faults", Json, nullable=False),
    Column("offer_count", Integer, nullable=False),
    Column("fault_count", Integer, nullable=False),
    moment("read_at", nullable=True),
    moment("next_due_at"),
    moment("created_at"),
    Column("changed_by", String(255), nullable=False),
    # Counts changes made by people.
    Column("version", Integer, nullable=False),
    UniqueConstraint("store_id", "name"),
)

supplier_offers = Table(
    "supplier_offers",
    metadata,
    store_key(),
    key("supplier_id"),
    key("supplier_sku"),
    Column("version", Integer, primary_key=True),
    reference("variant_id", nullable=True),
    moment("since"),
    # NULL: in force
    moment("until", nullable=True),
    Column("withdrawn", Boolean, nullable=False),
    # Why the last reading could not read it; NULL when it could.
    Column("unread", Text),
    Column("title", String(255), nullable=False),
    # title, brand, SKUs and category in lower case, to be searched
    Column("words", Text, nullable=False),
    amount("cost", nullable=True),
    currency("cost_currency", nullable=True),
    amount("shipping", nullable=True),
    currency("shipping_currency", nullable=True),
    amount("retail_price", nullable=True),
    currency("retail_currency", nullable=True),
    Column("lead_days_low", Integer),
    Column("lead_days_high", Integer),
    Column("stock", Integer),
    Column("minimum_order", Integer),
    Column("pack_size", Integer),
    Column("sku", String(255)),
    Column("barcode", String(80)),
    Column("brand", String(255)),
    Column("category", String(255)),
    Column("description", Text),
    Column("image_url", Text),
    Index(None, "store_id", "until", "variant_id"),
    Index(None, "store_id", "until", "title"),
)

supplier_orders = Table(
    "supplier_orders",
    metadata,
    store_key(),
    # ours: it goes with the order and finds it again
    key(),
    reference("supplier_id"),
    reference("decision_id"),
    # the shop's order it is for; NULL for stock
    reference("order_id", nullable=True),
    reference("supplier_reference", nullable=True),
    # unconfirmed, in_doubt, cancel_asked, accepted, stopped, partial, shipped, delivered,
    # cancelled, refused
    Column("status", String(20), nullable=False),
    Column("lines", Json, nullable=False),
    # what became of each of its articles: supplier_sku, shipped, gone; NULL: it does not say
    Column("stated_lines", Json),
    amount("total", nullable=True),
    currency(nullable=True),
    moment("placed_at"),
    moment("promised_at", nullable=True),
    moment("shipped_at", nullable=True),
    moment("delivered_at", nullable=True),
    Column("tracking_number", String(120)),
    Column("carrier", String(80)),
    Column("tracking_url", Text),
    moment("updated_at"),
    Index(None, "store_id", "placed_at", "id"),
    Index(None, "store_id", "supplier_id", "status"),
    Index(None, "store_id", "decision_id"),
)
