"""What customers send back, and the segments a shop has in Shopify.

Revision ID: 0026_returns
Revises: 0025_price_tests
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import UtcDateTime

revision = "0026_returns"
down_revision = "0025_price_tests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "returns",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_returns")),
        sqlite_with_rowid=False,
    )
    for column in ("order_id", "status"):
        op.create_index(op.f(f"ix_returns_store_id_{column}"), "returns", ["store_id", column])
    op.create_table(
        "return_lines",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("return_id", sa.String(length=80), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("line_id", sa.String(length=80), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("refunded", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "return_id", "id", name=op.f("pk_return_lines")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "shop_segments",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_shop_segments")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("shop_segments")
    op.drop_table("return_lines")
    op.drop_table("returns")
