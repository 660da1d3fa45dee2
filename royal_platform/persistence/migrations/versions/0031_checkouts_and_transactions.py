"""Checkouts nobody finished, and what was paid and given back for orders.

Revision ID: 0031_checkouts_and_transactions
Revises: 0030_order_sources
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import ScaledDecimal, UtcDateTime

revision = "0031_checkouts_and_transactions"
down_revision = "0030_order_sources"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "abandoned_checkouts",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("customer_id", sa.String(length=80), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("subtotal", ScaledDecimal(), nullable=False),
        sa.Column("discount", ScaledDecimal(), nullable=False),
        sa.Column("total", ScaledDecimal(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_abandoned_checkouts")),
        sqlite_with_rowid=False,
    )
    for column in ("created_at", "customer_id"):
        op.create_index(
            op.f(f"ix_abandoned_checkouts_store_id_{column}"),
            "abandoned_checkouts",
            ["store_id", column],
        )
    op.create_table(
        "abandoned_checkout_lines",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("checkout_id", sa.String(length=80), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("product_id", sa.String(length=80), nullable=True),
        sa.Column("variant_id", sa.String(length=80), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("total", ScaledDecimal(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "checkout_id", "id", name=op.f("pk_abandoned_checkout_lines")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "order_transactions",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=False),
        sa.Column("parent_id", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("gateway", sa.String(length=255), nullable=True),
        sa.Column("amount", ScaledDecimal(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("processed_at", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_order_transactions")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_order_transactions_store_id_order_id"),
        "order_transactions",
        ["store_id", "order_id"],
    )


def downgrade() -> None:
    op.drop_table("order_transactions")
    op.drop_table("abandoned_checkout_lines")
    op.drop_table("abandoned_checkouts")
