"""Orders on their way: their risk, where they are sent from, what went wrong.

Revision ID: 0019_order_cases
Revises: 0018_support
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, UtcDateTime

revision = "0019_order_cases"
down_revision = "0018_support"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_cases",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=False),
        sa.Column("placed_at", UtcDateTime(), nullable=False),
        sa.Column("judged_version", UtcDateTime(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("base", sa.Float(), nullable=True),
        sa.Column("factors", Json, nullable=False),
        sa.Column("learned_bad", sa.Integer(), nullable=False),
        sa.Column("learned_good", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("outcome_why", sa.String(length=40), nullable=True),
        sa.Column("outcome_at", UtcDateTime(), nullable=True),
        sa.Column("route", Json, nullable=True),
        sa.Column("promised_at", UtcDateTime(), nullable=True),
        sa.Column("snags", Json, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "order_id", name=op.f("pk_order_cases")),
    )
    op.create_index(
        op.f("ix_order_cases_store_id_placed_at"), "order_cases", ["store_id", "placed_at"]
    )


def downgrade() -> None:
    op.drop_table("order_cases")
