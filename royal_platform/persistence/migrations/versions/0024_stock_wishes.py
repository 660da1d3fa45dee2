"""Who asked to be told of goods that are gone; waits that count from an expected day.

Revision ID: 0024_stock_wishes
Revises: 0023_before_tax
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import UtcDateTime

revision = "0024_stock_wishes"
down_revision = "0023_before_tax"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stock_wishes",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=80), nullable=False),
        sa.Column("variant_id", sa.String(length=80), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "customer_id", "variant_id", name=op.f("pk_stock_wishes")
        ),
    )
    op.create_index(
        op.f("ix_stock_wishes_store_id_variant_id"), "stock_wishes", ["store_id", "variant_id"]
    )
    op.add_column(
        "flow_enrolments", sa.Column("waits_from", UtcDateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("flow_enrolments", "waits_from")
    op.drop_table("stock_wishes")
