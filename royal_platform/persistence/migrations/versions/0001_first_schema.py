"""The first schema: stores, mirrored catalog and orders, decisions, runs, events and sign-in.

Revision ID: 0001
Revises: -
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, ScaledDecimal, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Without statistics SQLite takes a store's part of a table for ten rows, and reads all of it
# where an index by day would do. Every index here begins with store_id, so that guess is always
# wrong; these are the counts of a store with 30,000 orders (table, index, sqlite_stat1.stat).
_STATISTICS = (
    ("customers", "customers", "22512 22512 1"),
    ("customers", "ix_customers_store_id_deleted_at_spent_id", "22512 22512 22512 6 1"),
    ("daily_sales", "daily_sales", "549 549 1"),
    ("daily_variant_sales", "daily_variant_sales", "30889 30889 57 1"),
    (
        "daily_variant_sales",
        "ix_daily_variant_sales_store_id_variant_id_day",
        "30889 30889 104 1",
    ),
    ("inventory_levels", "inventory_levels", "298 298 1 1"),
    ("inventory_snapshots", "inventory_snapshots", "29800 29800 298 1"),
    ("inventory_snapshots", "ix_inventory_snapshots_store_id_variant_id_day", "29800 29800 100 1"),
    ("order_adjustments", "order_adjustments", "196 196 1 1 1"),
    ("order_lines", "order_lines", "40265 40265 2 1"),
    ("orders", "ix_orders_store_id_customer_id", "29381 29381 2"),
    ("orders", "ix_orders_store_id_day", "29381 29381 54"),
    ("orders", "ix_orders_store_id_deleted_at_processed_at_id", "29381 29381 29381 1 1"),
    ("orders", "ix_orders_store_id_updated_at", "29381 29381 1"),
    ("orders", "orders", "29381 29381 1"),
    ("price_observations", "ix_price_observations_store_id_at", "298 298 4"),
    ("price_observations", "price_observations", "298 298 1 1"),
    ("products", "ix_products_store_id_title_id", "100 100 1 1"),
    ("products", "products", "100 100 1"),
    ("refund_lines", "refund_lines", "4348 4348 1 1 1"),
    ("refunds", "ix_refunds_store_id_day", "4312 4312 10"),
    ("refunds", "refunds", "4312 4312 1 1"),
    ("variants", "ix_variants_store_id_inventory_item_id", "298 298 1"),
    ("variants", "ix_variants_store_id_product_id", "298 298 3"),
    ("variants", "ix_variants_store_id_sku", "298 298 1"),
    ("variants", "variants", "298 298 1"),
)


def upgrade() -> None:  # noqa: PLR0915 - one statement per table
    op.create_table(
        "agents",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("agent_type", sa.String(length=80), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("capabilities", Json, nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("why_not_runnable", sa.Text(), nullable=True),
        sa.Column("registered_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_agents")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("store_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_tokens_digest")),
    )
    op.create_table(
        "autonomy",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "agent_id", "kind", name=op.f("pk_autonomy")),
    )
    op.create_table(
        "commands",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("relayed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_commands")),
        sa.UniqueConstraint("store_id", "key", name=op.f("uq_commands_store_id_key")),
    )
    op.create_index(
        op.f("ix_commands_relayed_at_created_at"),
        "commands",
        ["relayed_at", "created_at"],
        unique=False,
    )
    op.create_table(
        "customers",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("spent", ScaledDecimal(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_customers")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_customers_store_id_deleted_at_spent_id"),
        "customers",
        ["store_id", "deleted_at", "spent", "id"],
        unique=False,
    )
    op.create_table(
        "daily_sales",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("gross", ScaledDecimal(), nullable=False),
        sa.Column("discounts", ScaledDecimal(), nullable=False),
        sa.Column("returns", ScaledDecimal(), nullable=False),
        sa.Column("adjustments", ScaledDecimal(), nullable=False),
        sa.Column("net", ScaledDecimal(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "day", name=op.f("pk_daily_sales")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "daily_variant_sales",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("variant_id", sa.String(length=80), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("gross", ScaledDecimal(), nullable=False),
        sa.Column("revenue", ScaledDecimal(), nullable=False),
        sa.Column("returned_units", sa.Integer(), nullable=False),
        sa.Column("returned", ScaledDecimal(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "day", "variant_id", name=op.f("pk_daily_variant_sales")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_daily_variant_sales_store_id_variant_id_day"),
        "daily_variant_sales",
        ["store_id", "variant_id", "day"],
        unique=False,
    )
    op.create_table(
        "dead_letters",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("workflow_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_dead_letters")),
    )
    op.create_index(
        op.f("ix_dead_letters_store_id_resolved_at"),
        "dead_letters",
        ["store_id", "resolved_at"],
        unique=False,
    )
    op.create_table(
        "decisions",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("proposal_key", sa.String(length=300), nullable=False),
        sa.Column("agent_id", sa.String(length=80), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=120), nullable=False),
        sa.Column("subject_title", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("arguments", Json, nullable=False),
        sa.Column("precondition", Json, nullable=False),
        sa.Column("argument_hash", sa.String(length=64), nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("prediction", Json, nullable=True),
        sa.Column("risk_score", sa.Float(), nullable=False),
        sa.Column("risk_factors", Json, nullable=False),
        sa.Column("cost", ScaledDecimal(), nullable=True),
        sa.Column("cost_currency", sa.String(length=3), nullable=True),
        sa.Column("stake", ScaledDecimal(), nullable=True),
        sa.Column("stake_currency", sa.String(length=3), nullable=True),
        sa.Column("inverse", Json, nullable=False),
        sa.Column("ruling", sa.String(length=10), nullable=False),
        sa.Column("verdict", Json, nullable=False),
        sa.Column("provenance", sa.String(length=40), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=255), nullable=True),
        sa.Column("executed_at", UtcDateTime(), nullable=True),
        sa.Column("reverts", sa.String(length=80), nullable=True),
        sa.Column("reverted_by", sa.String(length=80), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_decisions")),
        sa.UniqueConstraint(
            "store_id", "proposal_key", name=op.f("uq_decisions_store_id_proposal_key")
        ),
    )
    op.create_index(
        op.f("ix_decisions_store_id_agent_id_created_at"),
        "decisions",
        ["store_id", "agent_id", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_decisions_store_id_run_id"), "decisions", ["store_id", "run_id"], unique=False
    )
    op.create_index(
        op.f("ix_decisions_store_id_status_created_at"),
        "decisions",
        ["store_id", "status", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_decisions_store_id_subject_id_kind"),
        "decisions",
        ["store_id", "subject_id", "kind"],
        unique=False,
    )
    op.create_table(
        "event_heads",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_event_heads")),
    )
    op.create_table(
        "events",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("payload_digest", sa.String(length=64), nullable=False),
        sa.Column("personal_digest", sa.String(length=64), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "seq", name=op.f("pk_events")),
        sa.UniqueConstraint("id", name=op.f("uq_events_id")),
    )
    op.create_index(
        op.f("ix_events_store_id_subject_seq"),
        "events",
        ["store_id", "subject", "seq"],
        unique=False,
    )
    op.create_index(
        op.f("ix_events_store_id_type_seq"), "events", ["store_id", "type", "seq"], unique=False
    )
    op.create_table(
        "forecasts",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("variant_id", sa.String(length=80), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("expected", ScaledDecimal(), nullable=False),
        sa.Column("low", ScaledDecimal(), nullable=False),
        sa.Column("high", ScaledDecimal(), nullable=False),
        sa.Column("method", sa.String(length=80), nullable=False),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "variant_id", "week", name=op.f("pk_forecasts")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_forecasts_store_id_run_id"), "forecasts", ["store_id", "run_id"], unique=False
    )
    op.create_table(
        "inventory_levels",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("inventory_item_id", sa.String(length=80), nullable=False),
        sa.Column("location_id", sa.String(length=80), nullable=False),
        sa.Column("available", sa.Integer(), nullable=True),
        sa.Column("on_hand", sa.Integer(), nullable=True),
        sa.Column("committed", sa.Integer(), nullable=True),
        sa.Column("incoming", sa.Integer(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "inventory_item_id", "location_id", name=op.f("pk_inventory_levels")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "inventory_snapshots",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("variant_id", sa.String(length=80), nullable=False),
        sa.Column("available", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "day", "variant_id", name=op.f("pk_inventory_snapshots")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_inventory_snapshots_store_id_variant_id_day"),
        "inventory_snapshots",
        ["store_id", "variant_id", "day"],
        unique=False,
    )
    op.create_table(
        "locations",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_locations")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "login_links",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("store_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("redeemed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_login_links")),
    )
    op.create_table(
        "order_adjustments",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=False),
        sa.Column("refund_id", sa.String(length=80), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("amount", ScaledDecimal(), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "order_id", "refund_id", "ordinal", name=op.f("pk_order_adjustments")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "order_lines",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("variant_id", sa.String(length=80), nullable=True),
        sa.Column("product_id", sa.String(length=80), nullable=True),
        sa.Column("sku", sa.String(length=255), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("refunded_quantity", sa.Integer(), nullable=False),
        sa.Column("unit_price", ScaledDecimal(), nullable=False),
        sa.Column("gross", ScaledDecimal(), nullable=False),
        sa.Column("total", ScaledDecimal(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "order_id", "id", name=op.f("pk_order_lines")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "orders",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("processed_at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("financial_status", sa.String(length=40), nullable=True),
        sa.Column("fulfillment_status", sa.String(length=40), nullable=True),
        sa.Column("customer_id", sa.String(length=80), nullable=True),
        sa.Column("customer_name", sa.Text(), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("tags", Json, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total", ScaledDecimal(), nullable=False),
        sa.Column("tax", ScaledDecimal(), nullable=False),
        sa.Column("discount", ScaledDecimal(), nullable=False),
        sa.Column("net", ScaledDecimal(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_orders")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_orders_store_id_customer_id"), "orders", ["store_id", "customer_id"], unique=False
    )
    op.create_index(op.f("ix_orders_store_id_day"), "orders", ["store_id", "day"], unique=False)
    op.create_index(
        op.f("ix_orders_store_id_deleted_at_processed_at_id"),
        "orders",
        ["store_id", "deleted_at", "processed_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_orders_store_id_updated_at"), "orders", ["store_id", "updated_at"], unique=False
    )
    op.create_table(
        "policies",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "version", name=op.f("pk_policies")),
    )
    op.create_table(
        "price_observations",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("variant_id", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("price", ScaledDecimal(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "variant_id", "at", name=op.f("pk_price_observations")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_price_observations_store_id_at"),
        "price_observations",
        ["store_id", "at"],
        unique=False,
    )
    op.create_table(
        "products",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("handle", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("vendor", sa.String(length=255), nullable=True),
        sa.Column("product_type", sa.String(length=255), nullable=True),
        sa.Column("tags", Json, nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_products")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_products_store_id_title_id"), "products", ["store_id", "title", "id"], unique=False
    )
    op.create_table(
        "refund_lines",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=False),
        sa.Column("refund_id", sa.String(length=80), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.String(length=80), nullable=True),
        sa.Column("variant_id", sa.String(length=80), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("subtotal", ScaledDecimal(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "order_id", "refund_id", "ordinal", name=op.f("pk_refund_lines")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "refunds",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=80), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("total", ScaledDecimal(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "order_id", "id", name=op.f("pk_refunds")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_refunds_store_id_day"), "refunds", ["store_id", "day"], unique=False)
    op.create_table(
        "runs",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("agent_id", sa.String(length=80), nullable=False),
        sa.Column("trigger", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("requested_by", sa.String(length=255), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("headline", sa.Text(), nullable=True),
        sa.Column("looked_at", Json, nullable=False),
        sa.Column("could_not_see", Json, nullable=False),
        sa.Column("result", Json, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_runs")),
    )
    op.create_index(
        op.f("ix_runs_store_id_agent_id_requested_at"),
        "runs",
        ["store_id", "agent_id", "requested_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_runs_store_id_requested_at_id"),
        "runs",
        ["store_id", "requested_at", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_runs_store_id_status"), "runs", ["store_id", "status"], unique=False)
    op.create_table(
        "schedules",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.String(length=80), nullable=False),
        sa.Column("cron", sa.String(length=120), nullable=False),
        sa.Column("next_due_at", UtcDateTime(), nullable=True),
        sa.Column("last_fired_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "agent_id", name=op.f("pk_schedules")),
    )
    op.create_index(
        op.f("ix_schedules_store_id_next_due_at"),
        "schedules",
        ["store_id", "next_due_at"],
        unique=False,
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("store_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("digest", name=op.f("uq_sessions_digest")),
    )
    op.create_table(
        "stops",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("by", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_by", sa.String(length=255), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_stops")),
    )
    op.create_index(
        op.f("ix_stops_store_id_lifted_at"), "stops", ["store_id", "lifted_at"], unique=False
    )
    op.create_table(
        "stores",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("taxes_included", sa.Boolean(), nullable=False),
        sa.Column("api_version", sa.String(length=20), nullable=False),
        sa.Column("clock", sa.String(length=10), nullable=False),
        sa.Column("clock_world_at", UtcDateTime(), nullable=True),
        sa.Column("clock_wall_at", UtcDateTime(), nullable=True),
        sa.Column("clock_rate", sa.Float(), nullable=False),
        sa.Column("connection_state", sa.String(length=20), nullable=False),
        sa.Column("connection_detail", sa.Text(), nullable=False),
        sa.Column("connection_at", UtcDateTime(), nullable=True),
        sa.Column("sync_phase", sa.String(length=20), nullable=False),
        sa.Column("sync_counts", Json, nullable=False),
        sa.Column("sync_error", sa.Text(), nullable=True),
        sa.Column("last_sync_at", UtcDateTime(), nullable=True),
        sa.Column("sync_cursor", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stores")),
        sa.UniqueConstraint("domain", name=op.f("uq_stores_domain")),
    )
    op.create_table(
        "used_nonces",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_used_nonces")),
    )
    op.create_index(op.f("ix_used_nonces_expires_at"), "used_nonces", ["expires_at"], unique=False)
    op.create_table(
        "variants",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("product_id", sa.String(length=80), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("sku", sa.String(length=255), nullable=True),
        sa.Column("barcode", sa.String(length=255), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("price", ScaledDecimal(), nullable=False),
        sa.Column("compare_at", ScaledDecimal(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("unit_cost", ScaledDecimal(), nullable=True),
        sa.Column("inventory_item_id", sa.String(length=80), nullable=True),
        sa.Column("tracked", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_variants")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_variants_store_id_inventory_item_id"),
        "variants",
        ["store_id", "inventory_item_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_variants_store_id_product_id"),
        "variants",
        ["store_id", "product_id"],
        unique=False,
    )
    op.create_index(op.f("ix_variants_store_id_sku"), "variants", ["store_id", "sku"], unique=False)
    op.create_table(
        "webhook_receipts",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("webhook_id", sa.String(length=80), nullable=False),
        sa.Column("topic", sa.String(length=120), nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("triggered_at", UtcDateTime(), nullable=True),
        sa.Column("processed_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "webhook_id", name=op.f("pk_webhook_receipts")),
    )
    op.create_index(
        op.f("ix_webhook_receipts_store_id_processed_at_received_at"),
        "webhook_receipts",
        ["store_id", "processed_at", "received_at"],
        unique=False,
    )
    op.create_table(
        "workers",
        sa.Column("executor_id", sa.String(length=80), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("heartbeat_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("executor_id", name=op.f("pk_workers")),
    )
    op.create_table(
        "approvals",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("decision_id", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("argument_hash", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "decision_id"],
            ["decisions.store_id", "decisions.id"],
            name=op.f("fk_approvals_store_id_decision_id_decisions"),
        ),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_approvals")),
    )
    op.create_index(
        op.f("ix_approvals_store_id_decision_id"),
        "approvals",
        ["store_id", "decision_id"],
        unique=False,
    )
    op.create_table(
        "events_personal",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "seq"],
            ["events.store_id", "events.seq"],
            name=op.f("fk_events_personal_store_id_seq_events"),
        ),
        sa.PrimaryKeyConstraint("store_id", "seq", name=op.f("pk_events_personal")),
    )
    op.create_table(
        "executions",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("decision_id", sa.String(length=80), nullable=False),
        sa.Column("idempotency_key", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("before", Json, nullable=True),
        sa.Column("after", Json, nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["store_id", "decision_id"],
            ["decisions.store_id", "decisions.id"],
            name=op.f("fk_executions_store_id_decision_id_decisions"),
        ),
        sa.PrimaryKeyConstraint("store_id", "decision_id", name=op.f("pk_executions")),
    )
    op.create_index(
        op.f("ix_executions_store_id_state"), "executions", ["store_id", "state"], unique=False
    )
    op.create_table(
        "purchase_orders",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("decision_id", sa.String(length=80), nullable=False),
        sa.Column("variant_id", sa.String(length=80), nullable=False),
        sa.Column("sku", sa.String(length=255), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_cost", ScaledDecimal(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("location_id", sa.String(length=80), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("expected_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "decision_id"],
            ["decisions.store_id", "decisions.id"],
            name=op.f("fk_purchase_orders_store_id_decision_id_decisions"),
        ),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_purchase_orders")),
        sa.UniqueConstraint(
            "store_id", "decision_id", name=op.f("uq_purchase_orders_store_id_decision_id")
        ),
    )
    op.create_index(
        op.f("ix_purchase_orders_store_id_variant_id"),
        "purchase_orders",
        ["store_id", "variant_id"],
        unique=False,
    )
    op.create_table(
        "reservations",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("decision_id", sa.String(length=80), nullable=False),
        sa.Column("amount", ScaledDecimal(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "decision_id"],
            ["decisions.store_id", "decisions.id"],
            name=op.f("fk_reservations_store_id_decision_id_decisions"),
        ),
        sa.PrimaryKeyConstraint("store_id", "decision_id", name=op.f("pk_reservations")),
    )
    op.create_index(
        op.f("ix_reservations_store_id_day"), "reservations", ["store_id", "day"], unique=False
    )
    op.create_index(
        op.f("ix_reservations_store_id_month"), "reservations", ["store_id", "month"], unique=False
    )
    op.create_table(
        "run_steps",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.Column("input", Json, nullable=True),
        sa.Column("output", Json, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["store_id", "run_id"],
            ["runs.store_id", "runs.id"],
            name=op.f("fk_run_steps_store_id_run_id_runs"),
        ),
        sa.PrimaryKeyConstraint("store_id", "run_id", "ordinal", name=op.f("pk_run_steps")),
    )
    _seed_statistics()


def _seed_statistics() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    connection.exec_driver_sql("ANALYZE sqlite_schema")
    for row in _STATISTICS:
        connection.exec_driver_sql(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", row
        )


def downgrade() -> None:  # noqa: PLR0915 - one statement per table
    op.drop_table("run_steps")
    op.drop_index(op.f("ix_reservations_store_id_month"), table_name="reservations")
    op.drop_index(op.f("ix_reservations_store_id_day"), table_name="reservations")
    op.drop_table("reservations")
    op.drop_index(op.f("ix_purchase_orders_store_id_variant_id"), table_name="purchase_orders")
    op.drop_table("purchase_orders")
    op.drop_index(op.f("ix_executions_store_id_state"), table_name="executions")
    op.drop_table("executions")
    op.drop_table("events_personal")
    op.drop_index(op.f("ix_approvals_store_id_decision_id"), table_name="approvals")
    op.drop_table("approvals")
    op.drop_table("workers")
    op.drop_index(
        op.f("ix_webhook_receipts_store_id_processed_at_received_at"), table_name="webhook_receipts"
    )
    op.drop_table("webhook_receipts")
    op.drop_index(op.f("ix_variants_store_id_sku"), table_name="variants")
    op.drop_index(op.f("ix_variants_store_id_product_id"), table_name="variants")
    op.drop_index(op.f("ix_variants_store_id_inventory_item_id"), table_name="variants")
    op.drop_table("variants")
    op.drop_index(op.f("ix_used_nonces_expires_at"), table_name="used_nonces")
    op.drop_table("used_nonces")
    op.drop_table("stores")
    op.drop_index(op.f("ix_stops_store_id_lifted_at"), table_name="stops")
    op.drop_table("stops")
    op.drop_table("sessions")
    op.drop_index(op.f("ix_schedules_store_id_next_due_at"), table_name="schedules")
    op.drop_table("schedules")
    op.drop_index(op.f("ix_runs_store_id_status"), table_name="runs")
    op.drop_index(op.f("ix_runs_store_id_requested_at_id"), table_name="runs")
    op.drop_index(op.f("ix_runs_store_id_agent_id_requested_at"), table_name="runs")
    op.drop_table("runs")
    op.drop_index(op.f("ix_refunds_store_id_day"), table_name="refunds")
    op.drop_table("refunds")
    op.drop_table("refund_lines")
    op.drop_index(op.f("ix_products_store_id_title_id"), table_name="products")
    op.drop_table("products")
    op.drop_index(op.f("ix_price_observations_store_id_at"), table_name="price_observations")
    op.drop_table("price_observations")
    op.drop_table("policies")
    op.drop_index(op.f("ix_orders_store_id_updated_at"), table_name="orders")
    op.drop_index(op.f("ix_orders_store_id_deleted_at_processed_at_id"), table_name="orders")
    op.drop_index(op.f("ix_orders_store_id_day"), table_name="orders")
    op.drop_index(op.f("ix_orders_store_id_customer_id"), table_name="orders")
    op.drop_table("orders")
    op.drop_table("order_lines")
    op.drop_table("order_adjustments")
    op.drop_table("login_links")
    op.drop_table("locations")
    op.drop_index(
        op.f("ix_inventory_snapshots_store_id_variant_id_day"), table_name="inventory_snapshots"
    )
    op.drop_table("inventory_snapshots")
    op.drop_table("inventory_levels")
    op.drop_index(op.f("ix_forecasts_store_id_run_id"), table_name="forecasts")
    op.drop_table("forecasts")
    op.drop_index(op.f("ix_events_store_id_type_seq"), table_name="events")
    op.drop_index(op.f("ix_events_store_id_subject_seq"), table_name="events")
    op.drop_table("events")
    op.drop_table("event_heads")
    op.drop_index(op.f("ix_decisions_store_id_subject_id_kind"), table_name="decisions")
    op.drop_index(op.f("ix_decisions_store_id_status_created_at"), table_name="decisions")
    op.drop_index(op.f("ix_decisions_store_id_run_id"), table_name="decisions")
    op.drop_index(op.f("ix_decisions_store_id_agent_id_created_at"), table_name="decisions")
    op.drop_table("decisions")
    op.drop_index(op.f("ix_dead_letters_store_id_resolved_at"), table_name="dead_letters")
    op.drop_table("dead_letters")
    op.drop_index(
        op.f("ix_daily_variant_sales_store_id_variant_id_day"), table_name="daily_variant_sales"
    )
    op.drop_table("daily_variant_sales")
    op.drop_table("daily_sales")
    op.drop_index(op.f("ix_customers_store_id_deleted_at_spent_id"), table_name="customers")
    op.drop_table("customers")
    op.drop_index(op.f("ix_commands_relayed_at_created_at"), table_name="commands")
    op.drop_table("commands")
    op.drop_table("autonomy")
    op.drop_table("api_tokens")
    op.drop_table("agents")
