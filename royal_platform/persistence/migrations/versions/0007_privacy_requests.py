"""Requests about personal data with their receipts; webhooks are listed newest first.

Revision ID: 0007_privacy_requests
Revises: 0006_connections
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, UtcDateTime

revision = "0007_privacy_requests"
down_revision = "0006_connections"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "privacy_requests",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("topic", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("done_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("receipt", Json, nullable=False),
        sa.Column("sealed_export", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_privacy_requests")),
    )
    op.create_index(
        op.f("ix_privacy_requests_store_id_received_at_id"),
        "privacy_requests",
        ["store_id", "received_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_webhook_receipts_store_id_received_at_webhook_id"),
        "webhook_receipts",
        ["store_id", "received_at", "webhook_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index(
        op.f("ix_webhook_receipts_store_id_received_at_webhook_id"), table_name="webhook_receipts"
    )
    op.drop_index(
        op.f("ix_privacy_requests_store_id_received_at_id"), table_name="privacy_requests"
    )
    op.drop_table("privacy_requests")
