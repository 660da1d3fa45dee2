"""Messages to customers, and the addresses that get no more."""

from __future__ import annotations

from sqlalchemy import Column, Index, String, Table, Text

from core.storage.schema import metadata
from royal_platform.persistence.tables.columns import key, moment, reference, store_key

messages = Table(
    "messages",
    metadata,
    store_key(),
    # Of customer, flow and step: the same message is one row, whoever proposes it.
    key(),
    reference("decision_id"),
    reference("customer_id", nullable=True),
    Column("flow", String(120), nullable=False),
    Column("step", String(120), nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("template", String(120), nullable=False),
    # outbox, smtp, sendgrid
    Column("carrier", String(20), nullable=False),
    # composed, handing_over, sent, bounced
    Column("state", String(20), nullable=False),
    # NULL once the person was erased, as what it said.
    Column("address", Text),
    Column("subject", Text),
    Column("html", Text),
    Column("text", Text),
    moment("created_at"),
    moment("sent_at", nullable=True),
    Index(None, "store_id", "created_at", "id"),
    Index(None, "store_id", "customer_id", "sent_at"),
    Index(None, "store_id", "flow", "sent_at"),
)

suppressions = Table(
    "suppressions",
    metadata,
    store_key(),
    # SHA-256 of the address: recognised, not readable, so it may outlive an erasure.
    key("address_digest"),
    reference("customer_id", nullable=True),
    # unsubscribed, bounced, complained
    Column("cause", String(20), nullable=False),
    Column("source", String(80), nullable=False),
    moment("at"),
    Index(None, "store_id", "customer_id"),
)
