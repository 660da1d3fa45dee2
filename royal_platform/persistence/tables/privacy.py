"""Requests about personal data: what was asked, what was done, and the receipt of it."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from core.storage.schema import metadata
from core.storage.types import Json
from royal_platform.persistence.tables.columns import key, moment, store_key

privacy_requests = Table(
    "privacy_requests",
    metadata,
    store_key(),
    # The webhook that asked.
    key(),
    # customers/data_request, customers/redact, shop/redact
    Column("topic", String(60), nullable=False),
    Column("subject", String(80), nullable=False),
    # done; a request that fails stays with its webhook
    Column("state", String(20), nullable=False),
    moment("received_at"),
    moment("done_at", nullable=True),
    # Counts of what was exported or erased, no personal data.
    Column("receipt", Json, nullable=False),
    # What is held about the person, sealed; erased with them.
    Column("sealed_export", Text),
    Index(None, "store_id", "received_at", "id"),
)
