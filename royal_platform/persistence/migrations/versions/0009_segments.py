"""Segments of customers; customers by when they changed.

Revision ID: 0009_segments
Revises: 0008_model_calls
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import UtcDateTime

revision = "0009_segments"
down_revision = "0008_model_calls"
branch_labels = None
depends_on = None

_BY_CHANGE = "ix_customers_store_id_updated_at"


def upgrade() -> None:
    op.create_table(
        "segments",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("unique_name", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_segments")),
    )
    op.create_index(
        op.f("ix_segments_store_id_unique_name"), "segments", ["store_id", "unique_name"],
        unique=True,
    )  # fmt: skip
    op.create_index(op.f(_BY_CHANGE), "customers", ["store_id", "updated_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f(_BY_CHANGE), table_name="customers")
    op.drop_table("segments")
