"""When the store says that all of an order arrived.

Revision ID: 0048_when_an_order_arrived
Revises: 0047_trend_points
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import UtcDateTime

revision = "0048_when_an_order_arrived"
down_revision = "0047_trend_points"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "order_cases", sa.Column("delivered_at", UtcDateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("order_cases", "delivered_at")
