"""Suppliers, every version of their offers, and the orders placed with them.

Revision ID: 0011_suppliers
Revises: 0010_messages
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, ScaledDecimal, UtcDateTime

revision = "0011_suppliers"
down_revision = "0010_messages"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "supplier_offers",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("supplier_id", sa.String(length=80), nullable=False),
        sa.Column("supplier_sku", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.String(length=80), nullable=True),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("cost", ScaledDecimal(), nullable=True),
        sa.Column("cost_currency", sa.String(length=3), nullable=True),
        sa.Column("shipping", ScaledDecimal(), nullable=True),
        sa.Column("shipping_currency", sa.String(length=3), nullable=True),
        sa.Column("retail_price", ScaledDecimal(), nullable=True),
        sa.Column("retail_currency", sa.String(length=3), nullable=True),
        sa.Column("lead_days_low", sa.Integer(), nullable=True),
        sa.Column("lead_days_high", sa.Integer(), nullable=True),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("minimum_order", sa.Integer(), nullable=True),
        sa.Column("pack_size", sa.Integer(), nullable=True),
        sa.Column("sku", sa.String(length=255), nullable=True),
        sa.Column("barcode", sa.String(length=80), nullable=True),
        sa.Column("brand", sa.String(length=255), nullable=True),
        sa.Column("category", sa.String(length=255), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "store_id", "supplier_id", "supplier_sku", "version", name=op.f("pk_supplier_offers")
        ),
    )
    op.create_index(
        op.f("ix_supplier_offers_store_id_until_title"),
        "supplier_offers",
        ["store_id", "until", "title"],
        unique=False,
    )
    op.create_index(
        op.f("ix_supplier_offers_store_id_until_variant_id"),
        "supplier_offers",
        ["store_id", "until", "variant_id"],
        unique=False,
    )
    op.create_table(
        "supplier_orders",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("supplier_id", sa.String(length=80), nullable=False),
        sa.Column("decision_id", sa.String(length=80), nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=True),
        sa.Column("supplier_reference", sa.String(length=80), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("lines", Json, nullable=False),
        sa.Column("total", ScaledDecimal(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("placed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("promised_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("shipped_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("tracking_number", sa.String(length=120), nullable=True),
        sa.Column("carrier", sa.String(length=80), nullable=True),
        sa.Column("tracking_url", sa.Text(), nullable=True),
        sa.Column("updated_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_supplier_orders")),
    )
    op.create_index(
        op.f("ix_supplier_orders_store_id_decision_id"),
        "supplier_orders",
        ["store_id", "decision_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_supplier_orders_store_id_placed_at_id"),
        "supplier_orders",
        ["store_id", "placed_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_supplier_orders_store_id_supplier_id_status"),
        "supplier_orders",
        ["store_id", "supplier_id", "status"],
        unique=False,
    )
    op.create_table(
        "suppliers",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("settings", Json, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("sample", Json, nullable=False),
        sa.Column("faults", Json, nullable=False),
        sa.Column("offer_count", sa.Integer(), nullable=False),
        sa.Column("fault_count", sa.Integer(), nullable=False),
        sa.Column("read_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("next_due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_suppliers")),
        sa.UniqueConstraint("store_id", "name", name=op.f("uq_suppliers_store_id_name")),
    )


def downgrade() -> None:
    op.drop_table("suppliers")
    op.drop_index(
        op.f("ix_supplier_orders_store_id_supplier_id_status"), table_name="supplier_orders"
    )
    op.drop_index(op.f("ix_supplier_orders_store_id_placed_at_id"), table_name="supplier_orders")
    op.drop_index(op.f("ix_supplier_orders_store_id_decision_id"), table_name="supplier_orders")
    op.drop_table("supplier_orders")
    op.drop_index(
        op.f("ix_supplier_offers_store_id_until_variant_id"), table_name="supplier_offers"
    )
    op.drop_index(op.f("ix_supplier_offers_store_id_until_title"), table_name="supplier_offers")
    op.drop_table("supplier_offers")
