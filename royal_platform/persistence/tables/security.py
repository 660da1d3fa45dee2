"""What the security agent found, what may wait, and when it last looked."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text

from core.storage.schema import metadata
from core.storage.types import Json
from royal_platform.persistence.tables.columns import key, moment, reference, store_key

security_findings = Table(
    "security_findings",
    metadata,
    store_key(),
    # Of its check and subject: the same thing seen again is the same row.
    key(),
    Column("check_name", String(80), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("severity", String(20), nullable=False),
    Column("title", Text, nullable=False),
    Column("remedy", Text, nullable=False),
    Column("facts", Json, nullable=False),
    Column("about", Json, nullable=False),
    # Key and parameters of title and remedy; NULL: seen last by a version that had none
    Column("words", Json),
    # open, resolved; a suppression is looked up when it is read, since it expires
    Column("state", String(20), nullable=False),
    moment("first_seen_at"),
    moment("last_seen_at"),
    moment("resolved_at", nullable=True),
    Column("times_seen", Integer, nullable=False),
    reference("run_id"),
    # How grave people were told that it is, by which decision; NULL: no alert is in force
    Column("alert_severity", String(20)),
    reference("alert_decision_id", nullable=True),
    moment("alerted_at", nullable=True),
    Index(None, "store_id", "state", "last_seen_at", "id"),
    Index(None, "store_id", "check_name", "state"),
)

security_suppressions = Table(
    "security_suppressions",
    metadata,
    store_key(),
    key(),
    Column("check_name", String(80), nullable=False),
    # NULL: everything that the check finds
    Column("subject", String(255)),
    Column("reason", Text, nullable=False),
    Column("person", String(255), nullable=False),
    moment("created_at"),
    moment("expires_at"),
    moment("ended_at", nullable=True),
    Index(None, "store_id", "expires_at"),
)

# The last look of each check.
security_scans = Table(
    "security_scans",
    metadata,
    store_key(),
    key("check_name"),
    moment("at"),
    Column("ok", Boolean, nullable=False),
    Column("detail", Text, nullable=False),
    Column("looked_at", Integer, nullable=False),
    Column("findings", Integer, nullable=False),
    reference("run_id"),
)
