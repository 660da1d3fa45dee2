"""Anomalies, forecasts of metrics, reports, and the mail about them.

Revision ID: 0021_insights
Revises: 0020_discounts_and_fulfilment
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.storage.types import Json, ScaledDecimal, UtcDateTime

revision = "0021_insights"
down_revision = "0020_discounts_and_fulfilment"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_watched()
    _create_forecasts()
    _create_reports()


def _create_watched() -> None:
    op.create_table(
        "watched_days",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("watched_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "day", name=op.f("pk_watched_days")),
    )
    op.create_table(
        "anomalies",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("metric", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("found_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decision_id", sa.String(length=80)),
        sa.Column("raised_at", UtcDateTime(timezone=True)),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True)),
        sa.Column("verdict", sa.String(length=16)),
        sa.Column("verdict_by", sa.String(length=255)),
        sa.Column("verdict_at", UtcDateTime(timezone=True)),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_anomalies")),
    )
    op.create_index(op.f("ix_anomalies_store_id_day"), "anomalies", ["store_id", "day"])


def _create_forecasts() -> None:
    op.create_table(
        "metric_forecasts",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("metric", sa.String(length=80), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("expected", ScaledDecimal(), nullable=False),
        sa.Column("low", ScaledDecimal(), nullable=False),
        sa.Column("high", ScaledDecimal(), nullable=False),
        sa.Column("actual", ScaledDecimal()),
        sa.PrimaryKeyConstraint(
            "store_id", "metric", "made_on", "day", name=op.f("pk_metric_forecasts")
        ),
    )


def _create_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("composed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("decision_id", sa.String(length=80)),
        sa.Column("published_at", UtcDateTime(timezone=True)),
        sa.Column("withdrawn_at", UtcDateTime(timezone=True)),
        sa.PrimaryKeyConstraint("store_id", "id", name=op.f("pk_reports")),
    )
    op.create_table(
        "operator_mail",
        sa.Column("store_id", sa.String(length=64), nullable=False),
        sa.Column("notice", sa.String(length=80), nullable=False),
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "store_id", "notice", "address_digest", name=op.f("pk_operator_mail")
        ),
    )


def downgrade() -> None:
    for table in ("operator_mail", "reports", "metric_forecasts", "anomalies", "watched_days"):
        op.drop_table(table)
