"""Conversations with AIRA, the events of their answers, and what a model used per user and day.

Revision ID: 0002_conversations
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, ScaledDecimal, UtcDateTime

revision = "0002_conversations"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("last_turn", sa.String(length=80), nullable=True),
        sa.Column("answering", sa.String(length=80), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("summarised", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_conversations")),
    )
    op.create_index(
        op.f("ix_conversations_store_id_owner_updated_at_id"),
        "conversations",
        ["store_id", "owner", "updated_at", "id"],
        unique=False,
    )
    op.create_table(
        "model_usage",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("money", ScaledDecimal(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "owner", "day", name=op.f("pk_model_usage")),
    )
    op.create_table(
        "model_budgets",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("raised", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "owner", "day", name=op.f("pk_model_budgets")),
    )
    op.create_table(
        "chat_turns",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("conversation_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("messages", Json, nullable=True),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("alive_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "conversation_id"],
            ["conversations.store_id", "conversations.id"],
            name=op.f("fk_chat_turns_store_id_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_chat_turns")),
        sa.UniqueConstraint(
            "store_id",
            "conversation_id",
            "number",
            name=op.f("uq_chat_turns_store_id_conversation_id_number"),
        ),
        sa.UniqueConstraint(
            "store_id", "owner", "message_id", name=op.f("uq_chat_turns_store_id_owner_message_id")
        ),
    )
    op.create_index(
        op.f("ix_chat_turns_status_alive_at"), "chat_turns", ["status", "alive_at"], unique=False
    )
    op.create_table(
        "chat_events",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("turn_id", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "turn_id"],
            ["chat_turns.store_id", "chat_turns.id"],
            name=op.f("fk_chat_events_store_id_turn_id_chat_turns"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("store_id", "turn_id", "number", name=op.f("pk_chat_events")),
    )


def downgrade() -> None:
    op.drop_table("chat_events")
    op.drop_index(op.f("ix_chat_turns_status_alive_at"), table_name="chat_turns")
    op.drop_table("chat_turns")
    op.drop_table("model_budgets")
    op.drop_table("model_usage")
    op.drop_index(op.f("ix_conversations_store_id_owner_updated_at_id"), table_name="conversations")
    op.drop_table("conversations")
