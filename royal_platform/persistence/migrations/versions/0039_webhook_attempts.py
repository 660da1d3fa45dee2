"""How often, when and by whom a webhook was worked on, and what its handler had done by then.

Revision ID: 0039_webhook_attempts
Revises: 0038_alerts_of_findings
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, UtcDateTime

revision = "0039_webhook_attempts"
down_revision = "0038_alerts_of_findings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("worker", sa.String(length=120), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("steps", Json, nullable=True),
    ):
        op.add_column("webhook_receipts", column)
    op.execute("UPDATE webhook_receipts SET last_error = error WHERE error IS NOT NULL")


def downgrade() -> None:
    for name in (
        "attempts", "failures", "started_at", "ended_at", "worker", "last_error", "steps",
    ):  # fmt: skip
        op.drop_column("webhook_receipts", name)
