"""What customers said about marketing by mail and by text message.

Revision ID: 0036_marketing_consent
Revises: 0035_competitor_feeds
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, UtcDateTime

revision = "0036_marketing_consent"
down_revision = "0035_competitor_feeds"
branch_labels = None
depends_on = None

_TEXTS = {
    "email_consent": 40,
    "email_consent_level": 40,
    "email_consent_location": 64,
    "sms_consent": 40,
    "sms_consent_level": 40,
    "sms_consent_location": 64,
    "sms_consent_source": 40,
}
_MOMENTS = ("email_consent_at", "sms_consent_at")
_stores = sa.table("stores", sa.column("id", sa.String), sa.column("sync_cursor", Json))


def upgrade() -> None:
    for name, length in _TEXTS.items():
        op.add_column("customers", sa.Column(name, sa.String(length=length), nullable=True))
    for name in _MOMENTS:
        op.add_column("customers", sa.Column(name, UtcDateTime(), nullable=True))
    _read_customers_again()


def downgrade() -> None:
    with op.batch_alter_table("customers", table_kwargs={"sqlite_with_rowid": False}) as batch:
        for name in (*_TEXTS, *_MOMENTS):
            batch.drop_column(name)


def _read_customers_again() -> None:
    """Without a watermark the next sync reads all customers, who have no consent here yet."""
    connection = op.get_bind()
    for row in connection.execute(sa.select(_stores)).all():
        marks = dict((row.sync_cursor or {}).get("marks") or {})
        if marks.pop("customers", None) is not None:
            connection.execute(
                sa.update(_stores)
                .where(_stores.c.id == row.id)
                .values(sync_cursor={**row.sync_cursor, "marks": marks})
            )
