"""Whom a purchase order goes to.

Revision ID: 0046_whom_orders_go_to
Revises: 0045_word_for_a_sender
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046_whom_orders_go_to"
down_revision = "0045_word_for_a_sender"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("purchase_orders", sa.Column("supplier_id", sa.String(80), nullable=True))


def downgrade() -> None:
    op.drop_column("purchase_orders", "supplier_id")
