"""Conversations with AIRA: their turns, the events of each answer, and what the model used."""

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
from core.storage.types import Json, ScaledDecimal
from royal_platform.persistence.tables.columns import (
    currency,
    key,
    moment,
    reference,
    store_key,
)

conversations = Table(
    "conversations",
    metadata,
    store_key(),
    key(),
    Column("owner", String(255), nullable=False),
    Column("title", String(200), nullable=False),
    moment("created_at"),
    moment("updated_at"),
    Column("turns", Integer, nullable=False),
    reference("last_turn", nullable=True),
    # The turn being answered: one at a time, so two tabs cannot talk over each other.
    reference("answering", nullable=True),
    # What the model sees instead of the first ``summarised`` turns.
    Column("summary", Text),
    Column("summarised", Integer, nullable=False),
    Index(None, "store_id", "owner", "updated_at", "id"),
)

chat_turns = Table(
    "chat_turns",
    metadata,
    store_key(),
    key(),
    reference("conversation_id"),
    Column("number", Integer, nullable=False),
    Column("owner", String(255), nullable=False),
    Column("role", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("message_id", String(64)),
    Column("text", Text, nullable=False),
    # command, model
    Column("mode", String(20), nullable=False),
    # answering, completed, failed, cancelled
    Column("status", String(20), nullable=False),
    Column("answer", Text, nullable=False),
    # The model's messages up to the last whole step, and the number of the event written with it.
    Column("messages", Json),
    Column("kept", Integer, nullable=False),
    moment("created_at"),
    moment("finished_at", nullable=True),
    Column("worker", String(80), nullable=False),
    moment("alive_at"),
    Column("cancel_asked", Boolean, nullable=False),
    ForeignKeyConstraint(
        ["store_id", "conversation_id"],
        ["conversations.store_id", "conversations.id"],
        ondelete="CASCADE",
    ),
    UniqueConstraint("store_id", "conversation_id", "number"),
    UniqueConstraint("store_id", "owner", "message_id"),
    Index(None, "status", "alive_at"),
)

chat_events = Table(
    "chat_events",
    metadata,
    store_key(),
    key("turn_id"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("event", String(20), nullable=False),
    Column("data", Json, nullable=False),
    ForeignKeyConstraint(
        ["store_id", "turn_id"], ["chat_turns.store_id", "chat_turns.id"], ondelete="CASCADE"
    ),
)

model_usage = Table(
    "model_usage",
    metadata,
    store_key(),
    Column("owner", String(255), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("requests", Integer, nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    # A single answer costs fractions of a cent; None while no price is configured.
    Column("money", ScaledDecimal(8)),
    currency(nullable=True),
)

# How often an admin granted another day's budget, to a user or (owner "") to everybody.
model_budgets = Table(
    "model_budgets",
    metadata,
    store_key(),
    Column("owner", String(255), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("raised", Integer, nullable=False),
)
