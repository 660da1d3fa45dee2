"""Alerts that were raised about findings of security.

Revision ID: 0038_alerts_of_findings
Revises: 0037_order_codes
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import UtcDateTime

revision = "0038_alerts_of_findings"
down_revision = "0037_order_codes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("alert_severity", sa.String(length=20), nullable=True),
        sa.Column("alert_decision_id", sa.String(length=80), nullable=True),
        sa.Column("alerted_at", UtcDateTime(), nullable=True),
    ):
        op.add_column("security_findings", column)


def downgrade() -> None:
    for name in ("alert_severity", "alert_decision_id", "alerted_at"):
        op.drop_column("security_findings", name)
