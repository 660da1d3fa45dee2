"""Addresses at which a service tells competitors' prices.

Revision ID: 0035_competitor_feeds
Revises: 0034_line_taxes
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, UtcDateTime

revision = "0035_competitor_feeds"
down_revision = "0034_line_taxes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "competitor_feeds",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("settings", Json, nullable=False),
        sa.Column("etag", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("price_count", sa.Integer(), nullable=False),
        sa.Column("faults", Json, nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("next_due_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_competitor_feeds")),
        sa.UniqueConstraint("store_id", "name", name=op.f("uq_competitor_feeds_store_id_name")),
    )


def downgrade() -> None:
    op.drop_table("competitor_feeds")
