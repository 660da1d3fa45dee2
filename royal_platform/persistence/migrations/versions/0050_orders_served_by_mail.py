"""Which order at a supplier a thread answers.

Revision ID: 0050_orders_served_by_mail
Revises: 0049_stated_lines
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050_orders_served_by_mail"
down_revision = "0049_stated_lines"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("support_threads", sa.Column("supplier_order_id", sa.String(80), nullable=True))
    op.create_index(
        op.f("ix_support_threads_store_id_supplier_order_id"), "support_threads",
        ["store_id", "supplier_order_id"],
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index(op.f("ix_support_threads_store_id_supplier_order_id"), "support_threads")
    op.drop_column("support_threads", "supplier_order_id")
