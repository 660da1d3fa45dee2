"""The event log's tables: the chain, its head per store, and erasable personal data beside it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Index, String, Table, Text

from core.storage.schema import metadata
from core.storage.types import UtcDateTime

events = Table(
    "events",
    metadata,
    Column("store_id", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False, unique=True),
    Column("type", String(120), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("actor", String(255), nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    # Canonical JSON as text: a JSON column would rewrite numbers and break its digest.
    Column("payload", Text, nullable=False),
    Column("payload_digest", String(64), nullable=False),
    Column("personal_digest", String(64)),
    Column("hash", String(64), nullable=False),
    Index(None, "store_id", "type", "seq"),
    Index(None, "store_id", "subject", "seq"),
)

# Deleting a row here erases personal data; the chain holds only its salted digest.
events_personal = Table(
    "events_personal",
    metadata,
    Column("store_id", String(64), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("salt", String(64), nullable=False),
    Column("data", Text, nullable=False),
    ForeignKeyConstraint(["store_id", "seq"], ["events.store_id", "events.seq"]),
)

event_heads = Table(
    "event_heads",
    metadata,
    Column("store_id", String(64), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
