"""How goods come in: suppliers' terms, receipts, and how each variant's stock stands."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from core.storage.schema import metadata
from core.storage.types import Json
from royal_platform.persistence.tables.columns import key, moment, reference, store_key

supply_terms = Table(
    "supply_terms",
    metadata,
    store_key(),
    # vendor or variant
    Column("scope", String(20), primary_key=True),
    # The vendor's name as the store writes it, or the variant's id.
    Column("subject", String(255), primary_key=True),
    Column("document", Json, nullable=False),
    Column("changed_by", String(255), nullable=False),
    moment("changed_at"),
)

receipts = Table(
    "receipts",
    metadata,
    store_key(),
    key(),
    # The caller's own: entering the same delivery twice books it once.
    Column("entry_key", String(80), nullable=False),
    reference("purchase_order_id"),
    # The stock correction that brings it into the store; it counts while that is in force.
    reference("decision_id"),
    Column("quantity", Integer, nullable=False),
    # Nothing more of this order will come.
    Column("final", Boolean, nullable=False),
    moment("received_at"),
    Column("entered_by", String(255), nullable=False),
    moment("entered_at"),
    UniqueConstraint("store_id", "entry_key"),
    Index(None, "store_id", "purchase_order_id"),
    Index(None, "store_id", "decision_id"),
    ForeignKeyConstraint(["store_id", "decision_id"], ["decisions.store_id", "decisions.id"]),
    ForeignKeyConstraint(
        ["store_id", "purchase_order_id"], ["purchase_orders.store_id", "purchase_orders.id"]
    ),
)

stock_risks = Table(
    "stock_risks",
    metadata,
    store_key(),
    key("variant_id"),
    reference("run_id"),
    moment("as_of"),
    # The most pressing is 0.
    Column("rank", Integer, nullable=False),
    Column("order_by", Date),
    Column("late", Boolean, nullable=False),
    Column("dead", Boolean, nullable=False),
    Column("abc", String(1), nullable=False),
    # Lower-case title, SKU and vendor: what the search box looks through.
    Column("search", Text, nullable=False),
    Column("document", Json, nullable=False),
    Index(None, "store_id", "rank"),
    sqlite_with_rowid=False,
)
