"""What people make of the store's customers: segments."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from core.storage.schema import metadata
from royal_platform.persistence.tables.columns import key, moment, store_key

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
