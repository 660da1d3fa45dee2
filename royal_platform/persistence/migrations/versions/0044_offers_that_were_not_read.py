"""Why an offer could not be read the last time.

Revision ID: 0044_offers_that_were_not_read
Revises: 0043_purchase_orders_by_mail
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0044_offers_that_were_not_read"
down_revision = "0043_purchase_orders_by_mail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("supplier_offers", sa.Column("unread", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("supplier_offers", "unread")
