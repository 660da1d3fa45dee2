"""Which webhook topics the store was asked for, and which it refused with what words.

Revision ID: 0051_webhook_topics
Revises: 0050_orders_served_by_mail
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json

revision = "0051_webhook_topics"
down_revision = "0050_orders_served_by_mail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stores", sa.Column("webhook_topics", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("stores", "webhook_topics")
