"""What analytics found, foretold and reported, and how that turned out."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, Integer, String, Table

from core.storage.schema import metadata
from core.storage.types import Json
from royal_platform.persistence.tables.columns import amount, key, moment, reference, store_key

# Finished store-local days that were looked at: how many metrics were judged, and how many told.
watched_days = Table(
    "watched_days",
    metadata,
    store_key(),
    Column("day", Date, primary_key=True),
    Column("judged", Integer, nullable=False),
    Column("told", Integer, nullable=False),
    moment("watched_at"),
)

# ``id`` is metric@day. People say whether it was one; the alert is a decision's doing.
anomalies = Table(
    "anomalies",
    metadata,
    store_key(),
    key(),
    Column("metric", String(80), nullable=False),
    Column("day", Date, nullable=False),
    Column("document", Json, nullable=False),
    moment("found_at"),
    reference("decision_id", nullable=True),
    moment("raised_at", nullable=True),
    moment("withdrawn_at", nullable=True),
    Column("verdict", String(16)),
    Column("verdict_by", String(255)),
    moment("verdict_at", nullable=True),
    Index(None, "store_id", "day"),
)

metric_forecasts = Table(
    "metric_forecasts",
    metadata,
    store_key(),
    key("metric"),
    Column("made_on", Date, primary_key=True),
    Column("day", Date, primary_key=True),
    amount("expected"),
    amount("low"),
    amount("high"),
    # NULL until the day is over and loaded.
    amount("actual", nullable=True),
)

# ``id`` is the ISO week. The document is what was composed; its digest is what was approved.
reports = Table(
    "reports",
    metadata,
    store_key(),
    key(),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("document", Json, nullable=False),
    Column("digest", String(64), nullable=False),
    moment("composed_at"),
    reference("decision_id", nullable=True),
    moment("published_at", nullable=True),
    moment("withdrawn_at", nullable=True),
)

# Mail to operators: ``state`` is handing_over right before it can no longer be taken back.
operator_mail = Table(
    "operator_mail",
    metadata,
    store_key(),
    key("notice"),
    Column("address_digest", String(64), primary_key=True),
    Column("state", String(16), nullable=False),
    moment("at"),
)
