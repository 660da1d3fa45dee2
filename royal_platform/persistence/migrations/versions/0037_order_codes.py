"""The discount codes with which orders were made.

Revision ID: 0037_order_codes
Revises: 0036_marketing_consent
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json

revision = "0037_order_codes"
down_revision = "0036_marketing_consent"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("discount_codes", Json, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("orders", table_kwargs={"sqlite_with_rowid": False}) as batch:
        batch.drop_column("discount_codes")
