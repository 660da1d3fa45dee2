"""What a supplier says became of the lines of an order.

Revision ID: 0049_stated_lines
Revises: 0048_when_an_order_arrived
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json

revision = "0049_stated_lines"
down_revision = "0048_when_an_order_arrived"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("supplier_orders", sa.Column("stated_lines", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("supplier_orders", "stated_lines")
