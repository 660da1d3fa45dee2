"""Collections and the products in them.

Revision ID: 0017_collections
Revises: 0016_price_studies
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import UtcDateTime

revision = "0017_collections"
down_revision = "0016_price_studies"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "collections",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("handle", sa.String(length=255), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_collections")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "collection_products",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("collection_id", sa.String(length=80), nullable=False),
        sa.Column("product_id", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "collection_id", "product_id", name=op.f("pk_collection_products")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_collection_products_store_id_product_id"),
        "collection_products",
        ["store_id", "product_id"],
    )


def downgrade() -> None:
    op.drop_table("collection_products")
    op.drop_table("collections")
