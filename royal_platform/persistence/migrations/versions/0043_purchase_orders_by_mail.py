"""Which purchase order a thread answers.

Revision ID: 0043_purchase_orders_by_mail
Revises: 0042_metafields_of_every_owner
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043_purchase_orders_by_mail"
down_revision = "0042_metafields_of_every_owner"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("support_threads", sa.Column("purchase_order_id", sa.String(80), nullable=True))
    op.create_index(
        op.f("ix_support_threads_store_id_purchase_order_id"), "support_threads",
        ["store_id", "purchase_order_id"],
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index(op.f("ix_support_threads_store_id_purchase_order_id"), "support_threads")
    op.drop_column("support_threads", "purchase_order_id")
