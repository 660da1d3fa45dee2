"""What executed decisions did: one row each, due in business time, measured once."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKeyConstraint,
    Index,
    String,
    Table,
    Text,
)

from core.storage.schema import metadata
from core.storage.types import Json
from royal_platform.persistence.tables.columns import amount, key, moment, reference, store_key

effects = Table(
    "effects",
    metadata,
    store_key(),
    key("decision_id"),
    reference("agent_id"),
    Column("kind", String(80), nullable=False),
    reference("subject_id"),
    # pending (not yet known), known, never
    Column("status", String(20), nullable=False),
    # Business time at which its last day and the days to settle are over.
    moment("due_at"),
    # Store-local days it is measured on, both ends included.
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    # Why it ends before its horizon: reverted, changed_again.
    Column("cut", String(40)),
    moment("opened_at"),
    moment("measured_at", nullable=True),
    # The prediction for exactly these days.
    Column("unit", String(40), nullable=False),
    amount("predicted"),
    amount("predicted_low"),
    amount("predicted_high"),
    amount("estimate", nullable=True),
    amount("low", nullable=True),
    amount("high", nullable=True),
    Column("inside", Boolean),
    Column("sd", Float),
    Column("shared_sd", Float),
    Column("scale", Float),
    # Effects held against one forecast share an error.
    Column("against", String(40), nullable=False),
    Column("method", String(80), nullable=False),
    Column("sample", Json, nullable=False),
    # Why it can never be known.
    Column("reason", String(40)),
    Column("detail", Text),
    Index(None, "store_id", "status", "due_at"),
    Index(None, "store_id", "agent_id", "kind", "status"),
    Index(None, "store_id", "opened_at", "decision_id"),
    Index(None, "store_id", "subject_id"),
    ForeignKeyConstraint(["store_id", "decision_id"], ["decisions.store_id", "decisions.id"]),
)
