"""Forecasts of products, product types and collections beside those of variants and the store.

Revision ID: 0032_forecasts_by_level
Revises: 0031_checkouts_and_transactions
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import ScaledDecimal, UtcDateTime

revision = "0032_forecasts_by_level"
down_revision = "0031_checkouts_and_transactions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _become(
        [
            sa.Column("level", sa.String(length=16), nullable=False),
            sa.Column("subject_id", sa.String(length=255), nullable=False),
        ],
        "INSERT INTO forecasts (store_id, level, subject_id, week, run_id, expected, low, high, "
        "method, as_of) SELECT store_id, CASE WHEN variant_id = '' THEN 'store' ELSE 'variant' "
        "END, variant_id, week, run_id, expected, low, high, method, as_of FROM former_forecasts",
    )


def downgrade() -> None:
    _become(
        [sa.Column("variant_id", sa.String(length=80), nullable=False)],
        "INSERT INTO forecasts (store_id, variant_id, week, run_id, expected, low, high, method, "
        "as_of) SELECT store_id, subject_id, week, run_id, expected, low, high, method, as_of "
        "FROM former_forecasts WHERE level IN ('store', 'variant')",
    )


def _become(subject: list[sa.Column[str]], refill: str) -> None:
    """Make the table anew around other key columns, and fill it with what it held."""
    op.execute("CREATE TABLE former_forecasts AS SELECT * FROM forecasts")
    op.drop_table("forecasts")
    op.create_table(
        "forecasts",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        *subject,
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("expected", ScaledDecimal(), nullable=False),
        sa.Column("low", ScaledDecimal(), nullable=False),
        sa.Column("high", ScaledDecimal(), nullable=False),
        sa.Column("method", sa.String(length=80), nullable=False),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", *(column.name for column in subject), "week", name=op.f("pk_forecasts")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_forecasts_store_id_run_id"), "forecasts", ["store_id", "run_id"], unique=False
    )
    op.execute(refill)
    op.drop_table("former_forecasts")
