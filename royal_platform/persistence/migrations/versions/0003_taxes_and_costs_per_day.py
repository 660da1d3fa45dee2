"""Daily sales carry tax, what was sold, the part of it with a known unit cost, and its cost.

Revision ID: 0003_taxes_and_costs_per_day
Revises: 0002_conversations
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import ScaledDecimal

revision = "0003_taxes_and_costs_per_day"
down_revision = "0002_conversations"
branch_labels = None
depends_on = None

_COLUMNS = ("paid", "tax", "sold", "covered", "cost")
_COSTS = """
UPDATE daily_sales SET sold = value.sold, covered = value.covered, cost = value.cost
FROM (
  SELECT s.store_id, s.day,
    CAST(SUM(s.revenue - s.returned) AS BIGINT) AS sold,
    CAST(SUM(CASE WHEN v.unit_cost IS NOT NULL THEN s.revenue - s.returned ELSE 0 END) AS BIGINT)
      AS covered,
    CAST(SUM(CASE WHEN v.unit_cost IS NOT NULL
      THEN (s.units - s.returned_units) * v.unit_cost ELSE 0 END) AS BIGINT) AS cost
  FROM daily_variant_sales s
  LEFT JOIN variants v ON v.store_id = s.store_id AND v.id = s.variant_id
  GROUP BY s.store_id, s.day
) AS value
WHERE daily_sales.store_id = value.store_id AND daily_sales.day = value.day
"""
_TAXES = """
UPDATE daily_sales SET paid = value.paid, tax = value.tax
FROM (
  SELECT store_id, day, CAST(SUM(total) AS BIGINT) AS paid, CAST(SUM(tax) AS BIGINT) AS tax
  FROM orders WHERE NOT test AND deleted_at IS NULL GROUP BY store_id, day
) AS value
WHERE daily_sales.store_id = value.store_id AND daily_sales.day = value.day
"""


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column(
            "daily_sales", sa.Column(name, ScaledDecimal(), nullable=False, server_default="0")
        )
    op.execute(_COSTS)
    op.execute(_TAXES)
    # SQLite copies the table for this; without being told, the copy would grow row ids.
    with op.batch_alter_table("daily_sales", table_kwargs={"sqlite_with_rowid": False}) as batch:
        for name in _COLUMNS:
            batch.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("daily_sales", table_kwargs={"sqlite_with_rowid": False}) as batch:
        for name in _COLUMNS:
            batch.drop_column(name)
