"""The taxes of an order's lines, as the store tells them.

Revision ID: 0034_line_taxes
Revises: 0033_competitor_prices
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, ScaledDecimal

revision = "0034_line_taxes"
down_revision = "0033_competitor_prices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("order_lines", sa.Column("tax", ScaledDecimal(), nullable=True))
    op.add_column("order_lines", sa.Column("tax_lines", Json, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("order_lines", table_kwargs={"sqlite_with_rowid": False}) as batch:
        batch.drop_column("tax_lines")
        batch.drop_column("tax")
