"""Runs carry the machine's time, workers what they saw; browsers follow the installation.

Revision ID: 0004_machine_time
Revises: 0003_taxes_and_costs_per_day
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, UtcDateTime

revision = "0004_machine_time"
down_revision = "0003_taxes_and_costs_per_day"
branch_labels = None
depends_on = None

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
    # Browsers were bound to the store of their link and stayed with it after a switch.
    op.execute("UPDATE sessions SET store_id = NULL")
    op.execute("UPDATE login_links SET store_id = NULL")


def downgrade() -> None:
    op.drop_column("workers", "seen")
    for name in ("working_until", "working_from"):
        op.drop_column("runs", name)
