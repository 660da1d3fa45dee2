"""Whether a webhook's event was recorded: it is made after the webhook was answered.

Revision ID: 0027_untold_webhooks
Revises: 0026_returns
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import UtcDateTime

revision = "0027_untold_webhooks"
down_revision = "0026_returns"
branch_labels = None
depends_on = None

_UNTOLD = sa.text("told_at IS NULL")


def upgrade() -> None:
    op.add_column("webhook_receipts", sa.Column("told_at", UtcDateTime(), nullable=True))
    # Until now the event was committed with the webhook.
    op.execute("UPDATE webhook_receipts SET told_at = received_at")
    op.create_index(
        op.f("ix_webhook_receipts_received_at"),
        "webhook_receipts",
        ["received_at"],
        sqlite_where=_UNTOLD,
        postgresql_where=_UNTOLD,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_webhook_receipts_received_at"), table_name="webhook_receipts")
    op.drop_column("webhook_receipts", "told_at")
