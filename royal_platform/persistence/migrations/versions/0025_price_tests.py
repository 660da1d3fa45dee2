"""Price tests.

Revision ID: 0025_price_tests
Revises: 0024_stock_wishes
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, UtcDateTime

revision = "0025_price_tests"
down_revision = "0024_stock_wishes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "price_tests",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("decision_id", sa.String(length=80), nullable=False),
        sa.Column("variant_id", sa.String(length=80), nullable=False),
        sa.Column("product_id", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("prices", Json, nullable=False),
        sa.Column("weeks", Json, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("result", Json, nullable=True),
        sa.ForeignKeyConstraint(
            ["store_id", "decision_id"],
            ["decisions.store_id", "decisions.id"],
            name=op.f("fk_price_tests_store_id_decision_id_decisions"),
        ),
        sa.PrimaryKeyConstraint("store_id", "decision_id", name=op.f("pk_price_tests")),
    )
    for columns in (
        ["store_id", "status", "due_at"],
        ["store_id", "variant_id"],
        ["store_id", "started_at", "decision_id"],
    ):
        name = op.f(f"ix_price_tests_{'_'.join(columns)}")
        op.create_index(name, "price_tests", columns, unique=False)


def downgrade() -> None:
    op.drop_table("price_tests")
