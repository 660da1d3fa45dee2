"""Webhooks are kept as they came, many in a row, and taken apart by a worker with their event.

Revision ID: 0040_webhook_intake
Revises: 0039_webhook_attempts
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, UtcDateTime

revision = "0040_webhook_intake"
down_revision = "0039_webhook_attempts"
branch_labels = None
depends_on = None

_UNTOLD = sa.text("told_at IS NULL")
_ROWS = 100


def upgrade() -> None:
    intake = op.create_table(
        "webhook_intake",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=True),
    )
    # Those without an event go back to where they get one.
    _move_untold(intake)
    op.drop_index(op.f("ix_webhook_receipts_received_at"), table_name="webhook_receipts")
    op.drop_column("webhook_receipts", "told_at")


def downgrade() -> None:
    op.add_column("webhook_receipts", sa.Column("told_at", UtcDateTime(), nullable=True))
    op.execute("UPDATE webhook_receipts SET told_at = received_at")
    op.create_index(
        op.f("ix_webhook_receipts_received_at"), "webhook_receipts", ["received_at"],
        unique=False, sqlite_where=_UNTOLD, postgresql_where=_UNTOLD,
    )  # fmt: skip
    op.drop_table("webhook_intake")


def _move_untold(intake: sa.Table) -> None:
    receipts = sa.table(
        "webhook_receipts",
        sa.column("store_id", sa.String()), sa.column("webhook_id", sa.String()),
        sa.column("topic", sa.String()), sa.column("headers", Json),
        sa.column("body", sa.LargeBinary()), sa.column("received_at", UtcDateTime()),
        sa.column("triggered_at", UtcDateTime()), sa.column("told_at", UtcDateTime()),
    )  # fmt: skip
    oldest = (
        sa.select(receipts).where(receipts.c.told_at.is_(None))
        .order_by(receipts.c.received_at).limit(_ROWS)
    )  # fmt: skip
    connection = op.get_bind()
    while rows := connection.execute(oldest).all():
        packed = orjson.dumps([_packed(row) for row in rows])
        connection.execute(intake.insert().values(held=len(rows), packed=packed))
        names = [(row.store_id, row.webhook_id) for row in rows]
        moved = sa.tuple_(receipts.c.store_id, receipts.c.webhook_id).in_(names)
        connection.execute(receipts.delete().where(moved))


def _packed(row: Any) -> list[object]:
    triggered: datetime | None = row.triggered_at
    return [
        row.store_id, row.webhook_id, row.topic, row.headers,
        base64.b64encode(row.body).decode(), row.received_at, triggered,
    ]  # fmt: skip
