"""Suppliers' terms, receipts of purchase orders, and how each variant's stock stands.

Revision ID: 0013_supply
Revises: 0012_customer_values
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, UtcDateTime

revision = "0013_supply"
down_revision = "0012_customer_values"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "supply_terms",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "scope", "subject", name=op.f("pk_supply_terms")),
    )
    op.create_table(
        "receipts",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("entry_key", sa.String(length=80), nullable=False),
        sa.Column("purchase_order_id", sa.String(length=80), nullable=False),
        sa.Column("decision_id", sa.String(length=80), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(length=255), nullable=False),
        sa.Column("entered_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "decision_id"],
            ["decisions.store_id", "decisions.id"],
            name=op.f("fk_receipts_store_id_decisions"),
        ),
        sa.ForeignKeyConstraint(
            ["store_id", "purchase_order_id"],
            ["purchase_orders.store_id", "purchase_orders.id"],
            name=op.f("fk_receipts_store_id_purchase_orders"),
        ),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_receipts")),
        sa.UniqueConstraint("store_id", "entry_key", name=op.f("uq_receipts_store_id_entry_key")),
    )
    op.create_index(
        op.f("ix_receipts_store_id_purchase_order_id"),
        "receipts",
        ["store_id", "purchase_order_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_receipts_store_id_decision_id"),
        "receipts",
        ["store_id", "decision_id"],
        unique=False,
    )
    op.create_table(
        "stock_risks",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("variant_id", sa.String(length=80), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("as_of", UtcDateTime(timezone=True), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("order_by", sa.Date(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("dead", sa.Boolean(), nullable=False),
        sa.Column("abc", sa.String(length=1), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "variant_id", name=op.f("pk_stock_risks")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_stock_risks_store_id_rank"), "stock_risks", ["store_id", "rank"], unique=False
    )


def downgrade() -> None:
    op.drop_table("stock_risks")
    op.drop_table("receipts")
    op.drop_table("supply_terms")
