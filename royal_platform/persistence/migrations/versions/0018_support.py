"""Threads with customers: messages, files that came with them, drafts of answers.

Revision ID: 0018_support
Revises: 0017_collections
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, UtcDateTime

revision = "0018_support"
down_revision = "0017_collections"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False, length: int = 80) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[sa.DateTime]:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=nullable)


def _indexes(table: str, *indexes: list[str]) -> None:
    for columns in indexes:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns, unique=False)


def upgrade() -> None:
    _threads()
    _messages()
    _attachments()
    _drafts()


def _threads() -> None:
    op.create_table(
        "support_threads",
        _id("store_id", length=64),
        _id("id"),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        _id("customer_id", nullable=True),
        _id("order_id", nullable=True),
        _moment("opened_at"),
        _moment("last_message_at"),
        _moment("last_inbound_at"),
        _moment("first_response_due_at"),
        _moment("resolution_due_at"),
        _moment("first_response_at", nullable=True),
        _moment("resolved_at", nullable=True),
        sa.Column("triage", Json, nullable=True),
        sa.Column("escalation", Json, nullable=True),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_support_threads")),
    )
    _indexes(
        "support_threads",
        ["store_id", "last_message_at", "id"],
        ["store_id", "status", "last_message_at", "id"],
        ["store_id", "customer_id"],
        ["store_id", "address_digest"],
    )


def _messages() -> None:
    op.create_table(
        "support_messages",
        _id("store_id", length=64),
        _id("id"),
        _id("thread_id"),
        sa.Column("direction", sa.String(length=20), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("author", "address", "subject", "text", "quoted", "html", "internet_id")
        ),
        sa.Column("internet_digest", sa.String(length=64), nullable=True),
        sa.Column("is_automatic", sa.Boolean(), nullable=False),
        _moment("sent_at"),
        _id("decision_id", nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_support_messages")),
    )
    _indexes(
        "support_messages",
        ["store_id", "thread_id", "sent_at", "id"],
        ["store_id", "internet_digest"],
    )


def _attachments() -> None:
    op.create_table(
        "support_attachments",
        _id("store_id", length=64),
        _id("id"),
        _id("message_id"),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("media_type", sa.String(length=127), nullable=False),
        sa.Column("declared_type", sa.String(length=127), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_support_attachments")),
    )
    _indexes("support_attachments", ["store_id", "message_id"])


def _drafts() -> None:
    op.create_table(
        "support_drafts",
        _id("store_id", length=64),
        _id("id"),
        _id("thread_id"),
        _id("answers"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("citations", Json, nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("missing", Json, nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_support_drafts")),
    )
    _indexes("support_drafts", ["store_id", "thread_id", "created_at", "id"])


def downgrade() -> None:
    for table in ("support_drafts", "support_attachments", "support_messages", "support_threads"):
        op.drop_table(table)
