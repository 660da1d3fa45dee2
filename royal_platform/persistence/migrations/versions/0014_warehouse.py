"""What the warehouse is loaded from, and how far it has been loaded.

Revision ID: 0014_warehouse
Revises: 0013_supply
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import ScaledDecimal, UtcDateTime

revision = "0014_warehouse"
down_revision = "0013_supply"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "touched_days",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "day", name=op.f("pk_touched_days")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_touched_days_store_id_version"), "touched_days", ["store_id", "version"]
    )
    op.create_table(
        "ad_spend",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=80), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", ScaledDecimal(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("imported_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "day", "channel", "currency", name=op.f("pk_ad_spend")),
    )
    op.create_table(
        "currency_rates",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("base", sa.String(length=3), nullable=False),
        sa.Column("quote", sa.String(length=3), nullable=False),
        sa.Column("rate", ScaledDecimal(8), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("imported_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "day", "base", "quote", name=op.f("pk_currency_rates")),
    )
    op.create_table(
        "warehouse_loads",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("engine", sa.String(length=80), nullable=False),
        sa.Column("version", sa.BigInteger()),
        sa.Column("as_of", UtcDateTime(timezone=True)),
        sa.Column("loaded_at", UtcDateTime(timezone=True)),
        sa.Column("rows", sa.BigInteger()),
        sa.Column("seconds", sa.Float()),
        sa.Column("tried_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text()),
        sa.PrimaryKeyConstraint("store_id", "engine", name=op.f("pk_warehouse_loads")),
    )


def downgrade() -> None:
    for table in ("warehouse_loads", "currency_rates", "ad_spend", "touched_days"):
        op.drop_table(table)
