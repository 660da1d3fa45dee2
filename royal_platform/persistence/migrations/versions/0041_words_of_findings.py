"""Findings keep the key and parameters of what they say, for readers of another language.

Revision ID: 0041_words_of_findings
Revises: 0040_webhook_intake
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json

revision = "0041_words_of_findings"
down_revision = "0040_webhook_intake"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of what was found before there is the English text; the next look of its check gives the rest.
    op.add_column("security_findings", sa.Column("words", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("security_findings", "words")
