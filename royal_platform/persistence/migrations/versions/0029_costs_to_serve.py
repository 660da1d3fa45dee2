"""What selling a unit costs: shipping that buyers paid, goods that came back, and what was learned.

Revision ID: 0029_costs_to_serve
Revises: 0028_model_answers
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, ScaledDecimal, UtcDateTime

revision = "0029_costs_to_serve"
down_revision = "0028_model_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("orders", sa.Column("shipping", ScaledDecimal(), nullable=True))
    op.add_column("refund_lines", sa.Column("restocked", sa.Boolean(), nullable=True))
    op.create_table(
        "costs_to_serve",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("variant_id", sa.String(length=80), nullable=False),
        sa.Column("run_id", sa.String(length=80), nullable=False),
        sa.Column("as_of", UtcDateTime(), nullable=False),
        sa.Column("learned", Json, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "variant_id", name=op.f("pk_costs_to_serve")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("costs_to_serve")
    for table, column in (("refund_lines", "restocked"), ("orders", "shipping")):
        with op.batch_alter_table(table, table_kwargs={"sqlite_with_rowid": False}) as batch:
            batch.drop_column(column)
