"""What each call of a model took: tokens, cost, time, and how it ended.

Revision ID: 0028_model_answers
Revises: 0027_untold_webhooks
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import ScaledDecimal

revision = "0028_model_answers"
down_revision = "0027_untold_webhooks"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("outcome", sa.String(length=80)),
    ("answered_by", sa.String(length=255)),
    ("milliseconds", sa.Integer()),
    ("first_token_milliseconds", sa.Integer()),
    ("input_tokens", sa.Integer()),
    ("output_tokens", sa.Integer()),
    ("cost", ScaledDecimal(8)),
    ("currency", sa.String(length=3)),
)


def upgrade() -> None:
    with op.batch_alter_table("model_calls") as table:
        for name, kind in _COLUMNS:
            table.add_column(sa.Column(name, kind, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("model_calls") as table:
        for name, _ in reversed(_COLUMNS):
            table.drop_column(name)
