"""The access log; what the security agent found, what may wait, and when it looked.

Revision ID: 0022_security
Revises: 0021_insights
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, UtcDateTime

revision = "0022_security"
down_revision = "0021_insights"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("hour", UtcDateTime(timezone=True), nullable=False),
        sa.Column("door", sa.String(length=20), nullable=False),
        sa.Column("inlet", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("caller", sa.String(length=80), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "hour", "door", "inlet", "outcome", "caller", "place", name=op.f("pk_access_log")
        ),
    )
    op.create_index(op.f("ix_access_log_last_at"), "access_log", ["last_at"], unique=False)
    op.create_table(
        "security_findings",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("check_name", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("about", Json, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("first_seen_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("times_seen", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_security_findings")),
    )
    for columns in (
        ["store_id", "state", "last_seen_at", "id"],
        ["store_id", "check_name", "state"],
    ):
        name = op.f(f"ix_security_findings_{'_'.join(columns)}")
        op.create_index(name, "security_findings", columns, unique=False)
    op.create_table(
        "security_suppressions",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("check_name", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=255), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_security_suppressions")),
    )
    op.create_index(
        op.f("ix_security_suppressions_store_id_expires_at"),
        "security_suppressions",
        ["store_id", "expires_at"],
        unique=False,
    )
    op.create_table(
        "security_scans",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("check_name", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "check_name", name=op.f("pk_security_scans")),
    )


def downgrade() -> None:
    op.drop_table("security_scans")
    op.drop_table("security_suppressions")
    op.drop_table("security_findings")
    op.drop_table("access_log")
