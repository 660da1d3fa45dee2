"""What the last pricing run knew of each variant's price.

Revision ID: 0016_price_studies
Revises: 0015_flows
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, UtcDateTime

revision = "0016_price_studies"
down_revision = "0015_flows"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "price_studies",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("variant_id", sa.String(length=80), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.Column("study", Json, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "variant_id", name=op.f("pk_price_studies")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("price_studies")
