"""What language models were shown.

Revision ID: 0008_model_calls
Revises: 0007_privacy_requests
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, UtcDateTime

revision = "0008_model_calls"
down_revision = "0007_privacy_requests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_calls",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("model", sa.String(length=255), nullable=False),
        sa.Column("purpose", sa.String(length=80), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("digests", Json, nullable=False),
        sa.Column("characters", sa.Integer(), nullable=False),
        sa.Column("hidden", Json, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_model_calls")),
    )
    for columns in (["store_id", "at", "id"], ["store_id", "about"]):
        name = op.f(f"ix_model_calls_{'_'.join(columns)}")
        op.create_index(name, "model_calls", columns, unique=False)
    op.create_table(
        "model_texts",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "about", "digest", name=op.f("pk_model_texts")),
    )


def downgrade() -> None:
    op.drop_table("model_texts")
    op.drop_table("model_calls")
