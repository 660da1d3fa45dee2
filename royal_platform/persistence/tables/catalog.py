"""The mirrored catalog: products, variants, locations, stock, and what we saw of it over time."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

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

products = Table(
    "products",
    metadata,
    store_key(),
    key(),
    Column("title", Text, nullable=False),
    Column("handle", String(255), nullable=False),
    Column("status", String(20), nullable=False),
    Column("vendor", String(255)),
    Column("product_type", String(255)),
    Column("tags", Json, nullable=False),
    # Lower-case title, handle, vendor, type and SKUs: what the search box looks through.
    Column("search", Text, nullable=False),
    moment("created_at", nullable=True),
    moment("updated_at"),
    moment("deleted_at", nullable=True),
    Index(None, "store_id", "title", "id"),
    sqlite_with_rowid=False,
)

variants = Table(
    "variants",
    metadata,
    store_key(),
    key(),
    reference("product_id"),
    Column("title", Text, nullable=False),
    Column("sku", String(255)),
    Column("barcode", String(255)),
    Column("position", Integer, nullable=False),
    amount("price"),
    amount("compare_at", nullable=True),
    currency(),
    # NULL is "unknown", never zero: it blocks automatic pricing.
    amount("unit_cost", nullable=True),
    reference("inventory_item_id", nullable=True),
    Column("tracked", Boolean, nullable=False),
    moment("created_at", nullable=True),
    moment("updated_at"),
    moment("deleted_at", nullable=True),
    Index(None, "store_id", "product_id"),
    Index(None, "store_id", "inventory_item_id"),
    Index(None, "store_id", "sku"),
    sqlite_with_rowid=False,
)

locations = Table(
    "locations",
    metadata,
    store_key(),
    key(),
    Column("name", String(255), nullable=False),
    Column("active", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

inventory_levels = Table(
    "inventory_levels",
    metadata,
    store_key(),
    key("inventory_item_id"),
    key("location_id"),
    Column("available", Integer),
    Column("on_hand", Integer),
    Column("committed", Integer),
    Column("incoming", Integer),
    moment("updated_at"),
    sqlite_with_rowid=False,
)

collections = Table(
    "collections",
    metadata,
    store_key(),
    key(),
    Column("title", Text, nullable=False),
    Column("handle", String(255), nullable=False),
    moment("updated_at"),
    moment("deleted_at", nullable=True),
    sqlite_with_rowid=False,
)

# Which products are in which collection now.
collection_products = Table(
    "collection_products",
    metadata,
    store_key(),
    key("collection_id"),
    key("product_id"),
    Index(None, "store_id", "product_id"),
    sqlite_with_rowid=False,
)

# What apps and people noted about products, as text; ``type`` says how to read it.
metafields = Table(
    "metafields",
    metadata,
    store_key(),
    Column("owner_type", String(20), primary_key=True),
    key("owner_id"),
    Column("namespace", String(255), primary_key=True),
    Column("key", String(80), primary_key=True),
    Column("type", String(80), nullable=False),
    Column("value", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Discounts as the merchant made them; ``codes`` holds the first of them, an automatic one has none.
discounts = Table(
    "discounts",
    metadata,
    store_key(),
    key(),
    Column("method", String(20), nullable=False),
    Column("title", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("summary", Text),
    Column("codes", Json, nullable=False),
    Column("code_count", Integer, nullable=False),
    moment("starts_at"),
    moment("ends_at", nullable=True),
    moment("updated_at"),
    moment("deleted_at", nullable=True),
    sqlite_with_rowid=False,
)

# Shopify keeps no past stock: one row per variant and store-local day from the first sync on.
inventory_snapshots = Table(
    "inventory_snapshots",
    metadata,
    store_key(),
    Column("day", Date, primary_key=True),
    key("variant_id"),
    Column("available", Integer, nullable=False),
    Index(None, "store_id", "variant_id", "day"),
    sqlite_with_rowid=False,
)

# Shopify keeps no past prices either: the ones we saw, when we saw them change.
price_observations = Table(
    "price_observations",
    metadata,
    store_key(),
    key("variant_id"),
    Column("at", moment("at").type, primary_key=True),
    amount("price"),
    currency(),
    Index(None, "store_id", "at"),
    sqlite_with_rowid=False,
)

# What competitors asked, each time somebody saw it; ``named_by`` is ``sku`` or ``barcode``.
competitor_prices = Table(
    "competitor_prices",
    metadata,
    store_key(),
    Column("source", String(80), primary_key=True),
    Column("named_by", String(10), primary_key=True),
    Column("article", String(255), primary_key=True),
    Column("seen_at", moment("seen_at").type, primary_key=True),
    amount("price"),
    currency(),
    # The file it came from.
    Column("file", String(255), nullable=False),
    moment("imported_at"),
    sqlite_with_rowid=False,
)

# How kinds of goods are asked for, as a person imported it; ``category`` in small letters.
trend_points = Table(
    "trend_points",
    metadata,
    store_key(),
    Column("day", Date, primary_key=True),
    Column("category", String(80), primary_key=True),
    Column("series", String(80), primary_key=True),
    amount("value"),
    # The file it came from.
    Column("file", String(255), nullable=False),
    moment("imported_at"),
    sqlite_with_rowid=False,
)

# Addresses at which a service tells competitors' prices, and how the last reading went.
competitor_feeds = Table(
    "competitor_feeds",
    metadata,
    store_key(),
    key(),
    Column("name", String(80), nullable=False),
    Column("settings", Json, nullable=False),
    # The version that was read last, by the server's own name for it.
    Column("etag", String(200)),
    # new, ready, failed
    Column("state", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("price_count", Integer, nullable=False),
    Column("faults", Json, nullable=False),
    moment("read_at", nullable=True),
    moment("next_due_at"),
    moment("created_at"),
    Column("changed_by", String(255), nullable=False),
    UniqueConstraint("store_id", "name"),
)

# variant_id '' is the whole store.
# ``subject_id`` is a variant, product, collection or product type by ``level``; '' is the store.
forecasts = Table(
    "forecasts",
    metadata,
    store_key(),
    Column("level", String(16), primary_key=True),
    Column("subject_id", String(255), primary_key=True),
    Column("week", Date, primary_key=True),
    reference("run_id"),
    amount("expected"),
    amount("low"),
    amount("high"),
    Column("method", String(80), nullable=False),
    moment("as_of"),
    Index(None, "store_id", "run_id"),
    sqlite_with_rowid=False,
)

# What the last run learned from orders of selling a unit; variant_id '' is the whole store.
costs_to_serve = Table(
    "costs_to_serve",
    metadata,
    store_key(),
    key("variant_id"),
    reference("run_id"),
    moment("as_of"),
    Column("learned", Json, nullable=False),
    sqlite_with_rowid=False,
)

# What the last run knew of each variant's price: enough to draw its demand curve again.
price_studies = Table(
    "price_studies",
    metadata,
    store_key(),
    key("variant_id"),
    reference("run_id"),
    moment("as_of"),
    Column("study", Json, nullable=False),
    sqlite_with_rowid=False,
)
