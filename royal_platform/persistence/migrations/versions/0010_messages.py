"""Messages to customers, and the addresses that get no more.

Revision ID: 0010_messages
Revises: 0009_segments
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import UtcDateTime

revision = "0010_messages"
down_revision = "0009_segments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("decision_id", sa.String(length=80), nullable=False),
        sa.Column("customer_id", sa.String(length=80), nullable=True),
        sa.Column("flow", sa.String(length=120), nullable=False),
        sa.Column("step", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("template", sa.String(length=120), nullable=False),
        sa.Column("carrier", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_messages")),
    )
    for columns in (
        ["store_id", "created_at", "id"],
        ["store_id", "customer_id", "sent_at"],
        ["store_id", "flow", "sent_at"],
    ):
        op.create_index(op.f(f"ix_messages_{'_'.join(columns)}"), "messages", columns, unique=False)
    op.create_table(
        "suppressions",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("address_digest", sa.String(length=80), nullable=False),
        sa.Column("customer_id", sa.String(length=80), nullable=True),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "address_digest", name=op.f("pk_suppressions")),
    )
    op.create_index(
        op.f("ix_suppressions_store_id_customer_id"),
        "suppressions",
        ["store_id", "customer_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("suppressions")
    op.drop_table("messages")
