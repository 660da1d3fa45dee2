"""Effects of executed decisions, and why an autonomy level was taken away.

Revision ID: 0005_effects
Revises: 0004_machine_time
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, ScaledDecimal, UtcDateTime

revision = "0005_effects"
down_revision = "0004_machine_time"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "effects",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("decision_id", sa.String(length=80), nullable=False),
        sa.Column("agent_id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("subject_id", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("cut", sa.String(length=40), nullable=True),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("measured_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("predicted", ScaledDecimal(), nullable=False),
        sa.Column("predicted_low", ScaledDecimal(), nullable=False),
        sa.Column("predicted_high", ScaledDecimal(), nullable=False),
        sa.Column("estimate", ScaledDecimal(), nullable=True),
        sa.Column("low", ScaledDecimal(), nullable=True),
        sa.Column("high", ScaledDecimal(), nullable=True),
        sa.Column("inside", sa.Boolean(), nullable=True),
        sa.Column("sd", sa.Float(), nullable=True),
        sa.Column("shared_sd", sa.Float(), nullable=True),
        sa.Column("scale", sa.Float(), nullable=True),
        sa.Column("against", sa.String(length=40), nullable=False),
        sa.Column("method", sa.String(length=80), nullable=False),
        sa.Column("sample", Json, nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["store_id", "decision_id"],
            ["decisions.store_id", "decisions.id"],
            name=op.f("fk_effects_store_id_decision_id_decisions"),
        ),
        sa.PrimaryKeyConstraint("store_id", "decision_id", name=op.f("pk_effects")),
    )
    for columns in (
        ("store_id", "status", "due_at"),
        ("store_id", "agent_id", "kind", "status"),
        ("store_id", "opened_at", "decision_id"),
        ("store_id", "subject_id"),
    ):
        op.create_index(op.f(f"ix_effects_{'_'.join(columns)}"), "effects", list(columns))
    op.add_column("autonomy", sa.Column("why", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("autonomy") as table:
        table.drop_column("why")
    op.drop_table("effects")
