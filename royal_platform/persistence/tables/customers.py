"""What is made of the store's customers: segments, and what is expected of each."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table, Text

from core.storage.schema import metadata
from core.storage.types import Json
from royal_platform.persistence.tables.columns import amount, currency, key, moment, store_key

segments = Table(
    "segments",
    metadata,
    store_key(),
    key(),
    Column("name", String(120), nullable=False),
    # As it was written; commerce.customers.segments reads it.
    Column("rule", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_by", String(255), nullable=False),
    moment("created_at"),
    Column("changed_by", String(255), nullable=False),
    moment("changed_at"),
    moment("deleted_at", nullable=True),
    # The name in lower case while the segment is in force: two in force never share one.
    Column("unique_name", String(120)),
    Index(None, "store_id", "unique_name", unique=True),
)

# Those that the shop itself defines in Shopify: their queries are told, their members not kept.
shop_segments = Table(
    "shop_segments",
    metadata,
    store_key(),
    key(),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    moment("created_at"),
    moment("updated_at"),
    moment("deleted_at", nullable=True),
    sqlite_with_rowid=False,
)

# One row per customer with an order, as of the newest valuation; erased with the customer.
customer_values = Table(
    "customer_values",
    metadata,
    store_key(),
    key("customer_id"),
    # Fifths, 5 the best; what was spent may not be known.
    Column("recency_score", Integer, nullable=False),
    Column("frequency_score", Integer, nullable=False),
    Column("monetary_score", Integer),
    # Probabilities as fractions.
    amount("alive", nullable=True),
    amount("churn_risk"),
    # None: it is likelier that no order comes.
    Column("next_order", Date),
    # Of the coming year, with an 80 % interval.
    amount("expected_orders"),
    amount("expected_orders_low"),
    amount("expected_orders_high"),
    amount("expected_value", nullable=True),
    amount("expected_value_low", nullable=True),
    amount("expected_value_high", nullable=True),
    currency(),
    sqlite_with_rowid=False,
)

# One row per store-local day on which the customers were valued; nothing personal in it.
customer_valuations = Table(
    "customer_valuations",
    metadata,
    store_key(),
    Column("day", Date, primary_key=True),
    moment("as_of"),
    currency(),
    Column("customers", Integer, nullable=False),
    # Why nothing could be expected; then there is no report.
    Column("reason", Text),
    Column("report", Json),
    sqlite_with_rowid=False,
)
