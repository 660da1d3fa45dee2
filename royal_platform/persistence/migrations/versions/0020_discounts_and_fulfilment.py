"""Metafields of products, discounts, and what waits to be shipped.

Revision ID: 0020_discounts_and_fulfilment
Revises: 0019_order_cases
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, UtcDateTime

revision = "0020_discounts_and_fulfilment"
down_revision = "0019_order_cases"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "metafields",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("product_id", sa.String(length=80), nullable=False),
        sa.Column("namespace", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "product_id", "namespace", "key", name=op.f("pk_metafields")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "discounts",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("codes", Json, nullable=False),
        sa.Column("code_count", sa.Integer(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_discounts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fulfillment_orders",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("location_id", sa.String(length=80), nullable=True),
        sa.Column("fulfill_by", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_fulfillment_orders")),
        sqlite_with_rowid=False,
    )
    for column in ("order_id", "status"):
        op.create_index(
            op.f(f"ix_fulfillment_orders_store_id_{column}"),
            "fulfillment_orders",
            ["store_id", column],
        )
    op.create_table(
        "fulfillment_order_lines",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("fulfillment_order_id", sa.String(length=80), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("line_id", sa.String(length=80), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "fulfillment_order_id", "id", name=op.f("pk_fulfillment_order_lines")
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("fulfillment_order_lines", "fulfillment_orders", "discounts", "metafields"):
        op.drop_table(table)
