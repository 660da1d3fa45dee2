"""Grants of the stores, OAuth installs, the shared API budget, and who paused an agent.

Revision ID: 0006_connections
Revises: 0005_effects
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, UtcDateTime

revision = "0006_connections"
down_revision = "0005_effects"
branch_labels = None
depends_on = None


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, UtcDateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "store_connections",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=30), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=True),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        _moment("expires_at", nullable=True),
        _moment("renew_at", nullable=True),
        _moment("refresh_expires_at", nullable=True),
        _moment("renewed_at", nullable=True),
        _moment("connected_at"),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "slot", name=op.f("pk_store_connections")),
    )
    op.create_table(
        "oauth_installs",
        sa.Column("state_digest", sa.String(length=80), nullable=False),
        sa.Column("browser_digest", sa.String(length=64), nullable=True),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("sealed_secret", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.String(length=255), nullable=False),
        _moment("created_at"),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        sa.PrimaryKeyConstraint("state_digest", name=op.f("pk_oauth_installs")),
    )
    op.create_table(
        "api_budgets",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("app", sa.String(length=80), nullable=False),
        sa.Column("maximum", sa.Float(), nullable=False),
        sa.Column("restore", sa.Float(), nullable=False),
        sa.Column("available", sa.Float(), nullable=False),
        _moment("at"),
        _moment("urgent_until", nullable=True),
        sa.Column("costs", Json, nullable=False),
        sa.Column("throttled", sa.Integer(), nullable=False),
        _moment("throttled_at", nullable=True),
        sa.PrimaryKeyConstraint("store_id", "app", name=op.f("pk_api_budgets")),
    )
    op.add_column("stores", sa.Column("shop_domain", sa.String(length=255), nullable=True))
    op.add_column("agents", sa.Column("paused_by", sa.String(length=255), nullable=True))


def downgrade() -> None:
    op.drop_column("agents", "paused_by")
    op.drop_column("stores", "shop_domain")
    op.drop_table("api_budgets")
    op.drop_table("oauth_installs")
    op.drop_table("store_connections")
