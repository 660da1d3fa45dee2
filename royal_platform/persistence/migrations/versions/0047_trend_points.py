"""How kinds of goods are asked for, as a person imported it.

Revision ID: 0047_trend_points
Revises: 0046_whom_orders_go_to
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import ScaledDecimal, UtcDateTime

revision = "0047_trend_points"
down_revision = "0046_whom_orders_go_to"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trend_points",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("category", sa.String(length=80), nullable=False),
        sa.Column("series", sa.String(length=80), nullable=False),
        sa.Column("value", ScaledDecimal(), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "day", "category", "series", name=op.f("pk_trend_points")
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("trend_points")
