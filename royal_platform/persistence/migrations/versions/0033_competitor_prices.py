"""Competitors' prices, as a person imported them.

Revision ID: 0033_competitor_prices
Revises: 0032_forecasts_by_level
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import ScaledDecimal, UtcDateTime

revision = "0033_competitor_prices"
down_revision = "0032_forecasts_by_level"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "competitor_prices",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("named_by", sa.String(length=10), nullable=False),
        sa.Column("article", sa.String(length=255), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("price", ScaledDecimal(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("file", sa.String(length=255), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "source", "named_by", "article", "seen_at",
            name=op.f("pk_competitor_prices"),
        ),
        sqlite_with_rowid=False,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("competitor_prices")
