"""Who says that a thread's sender is who it says.

Revision ID: 0045_word_for_a_sender
Revises: 0044_offers_that_were_not_read
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json

revision = "0045_word_for_a_sender"
down_revision = "0044_offers_that_were_not_read"
branch_labels = None
depends_on = None

# What a thread was handed over with that nobody vouched for.
_TOLD = "%Nobody vouches for its sender%"


def upgrade() -> None:
    op.add_column(
        "support_threads",
        sa.Column("proof", sa.String(20), nullable=False, server_default="proven"),
    )
    op.add_column("support_threads", sa.Column("vouching", Json, nullable=True))
    threads = sa.table(
        "support_threads", sa.column("proof", sa.String), sa.column("escalation", Json),
        sa.column("customer_id", sa.String),
    )  # fmt: skip
    told = sa.cast(threads.c.escalation, sa.Text).like(_TOLD)
    op.execute(
        sa.update(threads).where(threads.c.customer_id.is_(None), told).values(proof="unproven")
    )


def downgrade() -> None:
    op.drop_column("support_threads", "vouching")
    op.drop_column("support_threads", "proof")
