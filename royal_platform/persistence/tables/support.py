"""Threads with customers: messages, files that came with them, drafts of answers."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from core.storage.schema import metadata
from core.storage.types import Json
from royal_platform.persistence.tables.columns import key, moment, reference, store_key

support_threads = Table(
    "support_threads",
    metadata,
    store_key(),
    key(),
    # mail, chat, api
    Column("channel", String(20), nullable=False),
    # open, waiting, escalated, resolved
    Column("status", String(20), nullable=False),
    Column("subject", Text, nullable=False),
    # NULL once the person was erased.
    Column("author", Text),
    Column("address", Text),
    # SHA-256 of the address: finds a person's threads without reading it.
    Column("address_digest", String(64), nullable=False),
    reference("customer_id", nullable=True),
    reference("order_id", nullable=True),
    # The purchase order whose mail it answers, or that its subject names.
    reference("purchase_order_id", nullable=True),
    # The same of a customer's order at a supplier, by our reference.
    reference("supplier_order_id", nullable=True),
    moment("opened_at"),
    moment("last_message_at"),
    moment("last_inbound_at"),
    moment("first_response_due_at"),
    moment("resolution_due_at"),
    moment("first_response_at", nullable=True),
    moment("resolved_at", nullable=True),
    Column("triage", Json),
    Column("escalation", Json),
    Column("satisfaction", Integer),
    # proven, unproven, vouched: who says that the sender is who it says
    Column("proof", String(20), nullable=False, server_default="proven"),
    # by, note and at of a person's word; NULL where none is given, and once the person was erased.
    Column("vouching", Json),
    Index(None, "store_id", "last_message_at", "id"),
    Index(None, "store_id", "status", "last_message_at", "id"),
    Index(None, "store_id", "customer_id"),
    Index(None, "store_id", "address_digest"),
    Index(None, "store_id", "purchase_order_id"),
    Index(None, "store_id", "supplier_order_id"),
)

support_messages = Table(
    "support_messages",
    metadata,
    store_key(),
    # Of the Message-ID where there is one: the same mail is one row, however often it arrives.
    key(),
    reference("thread_id"),
    # inbound, outbound
    Column("direction", String(20), nullable=False),
    Column("author", Text),
    Column("address", Text),
    Column("subject", Text),
    Column("text", Text),
    Column("quoted", Text),
    Column("html", Text),
    Column("internet_id", Text),
    # SHA-256 of the Message-ID: answers find their thread by it.
    Column("internet_digest", String(64)),
    Column("is_automatic", Boolean, nullable=False),
    moment("sent_at"),
    reference("decision_id", nullable=True),
    Index(None, "store_id", "thread_id", "sent_at", "id"),
    Index(None, "store_id", "internet_digest"),
)

support_attachments = Table(
    "support_attachments",
    metadata,
    store_key(),
    key(),
    reference("message_id"),
    Column("filename", Text, nullable=False),
    Column("media_type", String(127), nullable=False),
    Column("declared_type", String(127), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("refused", Text),
    # NULL when the file was refused or the person erased.
    Column("content", LargeBinary),
    Index(None, "store_id", "message_id"),
)

support_drafts = Table(
    "support_drafts",
    metadata,
    store_key(),
    key(),
    reference("thread_id"),
    # The message it answers.
    reference("answers"),
    Column("text", Text, nullable=False),
    Column("language", String(20), nullable=False),
    Column("citations", Json, nullable=False),
    Column("made_by", String(120), nullable=False),
    Column("missing", Json, nullable=False),
    moment("created_at"),
    Index(None, "store_id", "thread_id", "created_at", "id"),
)
