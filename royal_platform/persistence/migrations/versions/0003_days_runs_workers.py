"""Days carry tax and costs, runs the machine's time, workers what they saw of the queues.

Revision ID: 0003_days_runs_workers
Revises: 0002_conversations
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, ScaledDecimal, UtcDateTime

revision = "0003_days_runs_workers"
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
# The steps have always been timed by the machine's clock, their runs by the store's.
_RUN_TIMES = """
UPDATE runs SET working_from = value.began, working_until = value.ended
FROM (
  SELECT store_id, run_id, MIN(started_at) AS began, MAX(finished_at) AS ended
  FROM run_steps GROUP BY store_id, run_id
) AS value
WHERE runs.store_id = value.store_id AND runs.id = value.run_id
  AND runs.status IN ('succeeded', 'failed', 'cancelled')
"""


def upgrade() -> None:
    for name in ("working_from", "working_until"):
        op.add_column("runs", sa.Column(name, UtcDateTime(timezone=True), nullable=True))
    op.execute(_RUN_TIMES)
    op.add_column("workers", sa.Column("seen", Json, nullable=True))
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
    op.drop_column("workers", "seen")
    for name in ("working_until", "working_from"):
        op.drop_column("runs", name)
    with op.batch_alter_table("daily_sales", table_kwargs={"sqlite_with_rowid": False}) as batch:
        for name in _COLUMNS:
            batch.drop_column(name)
