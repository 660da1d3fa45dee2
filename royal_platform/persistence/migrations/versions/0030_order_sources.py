"""Where an order was made: the sales channel.

Revision ID: 0030_order_sources
Revises: 0029_costs_to_serve
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030_order_sources"
down_revision = "0029_costs_to_serve"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("source", sa.String(length=255), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("orders", table_kwargs={"sqlite_with_rowid": False}) as batch:
        batch.drop_column("source")
