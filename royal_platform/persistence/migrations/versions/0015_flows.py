"""Versions of flows, their mandates, and the customers in them.

Revision ID: 0015_flows
Revises: 0014_warehouse
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, ScaledDecimal, UtcDateTime

revision = "0015_flows"
down_revision = "0014_warehouse"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flow_versions",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("flow", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.Column("changed_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "flow", "version", name=op.f("pk_flow_versions")),
    )
    op.create_table(
        "mandates",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("decision_id", sa.String(length=80), nullable=False),
        sa.Column("flow", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("granted_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_mandates")),
        sa.UniqueConstraint(
            "store_id", "decision_id", name=op.f("uq_mandates_store_id_decision_id")
        ),
    )
    op.create_index(
        op.f("ix_mandates_store_id_flow_version"),
        "mandates",
        ["store_id", "flow", "version"],
        unique=False,
    )
    op.create_table(
        "flow_enrolments",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("flow", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("signal_id", sa.String(length=80), nullable=False),
        sa.Column("customer_id", sa.String(length=80), nullable=False),
        sa.Column("arm", sa.String(length=20), nullable=False),
        sa.Column("entered_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("next_step", sa.String(length=80), nullable=True),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("context", Json, nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("revenue", ScaledDecimal(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_flow_enrolments")),
    )
    for columns in (
        ["store_id", "place", "due_at"],
        ["store_id", "flow", "version", "arm"],
        ["store_id", "customer_id"],
    ):
        name = op.f(f"ix_flow_enrolments_{'_'.join(columns)}")
        op.create_index(name, "flow_enrolments", columns, unique=False)


def downgrade() -> None:
    op.drop_table("flow_enrolments")
    op.drop_table("mandates")
    op.drop_table("flow_versions")
