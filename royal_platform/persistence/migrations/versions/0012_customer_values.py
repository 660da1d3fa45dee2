"""What is expected of customers.

Revision ID: 0012_customer_values
Revises: 0011_suppliers
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, ScaledDecimal, UtcDateTime

revision = "0012_customer_values"
down_revision = "0011_suppliers"
branch_labels = None
depends_on = None

_KNOWN = ("churn_risk", "expected_orders", "expected_orders_low", "expected_orders_high")
_PERHAPS = ("alive", "expected_value", "expected_value_low", "expected_value_high")


def upgrade() -> None:
    op.create_table(
        "customer_values",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=80), nullable=False),
        sa.Column("recency_score", sa.Integer(), nullable=False),
        sa.Column("frequency_score", sa.Integer(), nullable=False),
        sa.Column("monetary_score", sa.Integer(), nullable=True),
        *(sa.Column(name, ScaledDecimal(), nullable=False) for name in _KNOWN),
        *(sa.Column(name, ScaledDecimal(), nullable=True) for name in _PERHAPS),
        sa.Column("next_order", sa.Date(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "customer_id", name=op.f("pk_customer_values")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "customer_valuations",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("as_of", UtcDateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("report", Json, nullable=True),
        sa.PrimaryKeyConstraint("store_id", "day", name=op.f("pk_customer_valuations")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("customer_valuations")
    op.drop_table("customer_values")
