"""The stores we look after, their clock, and how far each has been synced."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, String, Table, Text

from core.storage.schema import metadata
from core.storage.types import Json
from royal_platform.persistence.tables.columns import currency, key, moment

stores = Table(
    "stores",
    metadata,
    key(),
    Column("domain", String(255), nullable=False, unique=True),
    Column("name", String(255), nullable=False),
    Column("source", String(20), nullable=False),
    currency(),
    Column("timezone", String(64), nullable=False),
    Column("taxes_included", Boolean, nullable=False),
    Column("api_version", String(20), nullable=False),
    # Business time: the wall's, or the sandbox world's as it was at a wall moment, with its rate.
    Column("clock", String(10), nullable=False),
    moment("clock_world_at", nullable=True),
    moment("clock_wall_at", nullable=True),
    Column("clock_rate", Float, nullable=False),
    Column("connection_state", String(20), nullable=False),
    Column("connection_detail", Text, nullable=False),
    moment("connection_at", nullable=True),
    Column("sync_phase", String(20), nullable=False),
    Column("sync_counts", Json, nullable=False),
    Column("sync_error", Text),
    moment("last_sync_at", nullable=True),
    Column("sync_cursor", Json, nullable=False),
    moment("created_at"),
    # What the store calls itself in webhooks; its address here may be another.
    Column("shop_domain", String(255)),
    # Webhook topics as they were last compared: how many are wanted, the store's words on refusals.
    Column("webhook_topics", Json, nullable=True),
)
