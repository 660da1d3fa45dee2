"""Agents, their schedules and runs; commands, webhook receipts, workers and dead letters."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from core.storage.schema import metadata
from core.storage.types import Json
from royal_platform.persistence.tables.columns import key, moment, reference, store_key

agents = Table(
    "agents",
    metadata,
    store_key(),
    key(),
    Column("name", String(255), nullable=False),
    Column("agent_type", String(80), nullable=False),
    Column("description", Text, nullable=False),
    Column("capabilities", Json, nullable=False),
    # active, paused
    Column("status", String(20), nullable=False),
    Column("why_not_runnable", Text),
    moment("registered_at"),
    # Who paused it: a person's name, or "connection" when the store's access was revoked.
    Column("paused_by", String(255)),
)

schedules = Table(
    "schedules",
    metadata,
    store_key(),
    key("agent_id"),
    Column("cron", String(120), nullable=False),
    moment("next_due_at", nullable=True),
    moment("last_fired_at", nullable=True),
    Index(None, "store_id", "next_due_at"),
)

runs = Table(
    "runs",
    metadata,
    store_key(),
    key(),
    reference("agent_id"),
    Column("trigger", String(80), nullable=False),
    Column("status", String(20), nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("requested_by", String(255), nullable=False),
    moment("requested_at"),
    moment("started_at", nullable=True),
    moment("finished_at", nullable=True),
    # By the machine's clock, when the ones before are by the store's.
    moment("working_from", nullable=True),
    moment("working_until", nullable=True),
    Column("headline", Text),
    Column("looked_at", Json, nullable=False),
    Column("could_not_see", Json, nullable=False),
    Column("result", Json),
    Column("error", Text),
    Index(None, "store_id", "requested_at", "id"),
    Index(None, "store_id", "agent_id", "requested_at"),
    Index(None, "store_id", "status"),
)

run_steps = Table(
    "run_steps",
    metadata,
    store_key(),
    key("run_id"),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("name", String(120), nullable=False),
    Column("status", String(20), nullable=False),
    Column("attempt", Integer, nullable=False),
    moment("started_at"),
    moment("finished_at", nullable=True),
    Column("input", Json),
    Column("output", Json),
    Column("error", Text),
    ForeignKeyConstraint(["store_id", "run_id"], ["runs.store_id", "runs.id"]),
)

# Committed with the event that announces it; the worker's relay enqueues it afterwards.
commands = Table(
    "commands",
    metadata,
    store_key(),
    key(),
    Column("kind", String(40), nullable=False),
    Column("key", String(200), nullable=False),
    Column("payload", Json, nullable=False),
    moment("created_at"),
    moment("relayed_at", nullable=True),
    UniqueConstraint("store_id", "key"),
    Index(None, "relayed_at", "created_at"),
)

# The inbox: one row, durable before the 200; its event and its handling come afterwards.
# Webhooks as they came, many in a row: what their senders wait for. A worker takes them apart.
webhook_intake = Table(
    "webhook_intake",
    metadata,
    Column("seq", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("held", Integer, nullable=False),
    # JSON: [store, id, topic, headers, body in base64, received, triggered] for each.
    Column("packed", LargeBinary, nullable=False),
    # Why these can be no rows; they are not tried again unless a person says so.
    Column("refused", Text),
)

webhook_receipts = Table(
    "webhook_receipts",
    metadata,
    store_key(),
    key("webhook_id"),
    Column("topic", String(120), nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    moment("received_at"),
    moment("triggered_at", nullable=True),
    moment("processed_at", nullable=True),
    Column("error", Text),
    # How often it was begun, and how often in a row without coming to an end that is known.
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("failures", Integer, nullable=False, server_default="0"),
    # The last attempt: begun and not ended is at work, or its worker was killed.
    moment("started_at", nullable=True),
    moment("ended_at", nullable=True),
    Column("worker", String(120)),
    # Why the last attempt that failed did; kept when a later one succeeds.
    Column("last_error", Text),
    # What a handler of several commits has done so far, committed with each: name -> count.
    Column("steps", Json),
    Index(None, "store_id", "processed_at", "received_at"),
    Index(None, "store_id", "received_at", "webhook_id"),
)

# Processes of the installation, not of a store.
workers = Table(
    "workers",
    metadata,
    key("executor_id"),
    Column("version", String(80), nullable=False),
    moment("started_at"),
    moment("heartbeat_at"),
    # What waits and what this worker runs, by queue, as it last saw it.
    Column("seen", Json),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    store_key(),
    key(),
    Column("workflow_id", String(200), nullable=False),
    Column("kind", String(80), nullable=False),
    Column("subject", String(255), nullable=False),
    Column("error", Text, nullable=False),
    moment("at"),
    moment("resolved_at", nullable=True),
    Index(None, "store_id", "resolved_at"),
)
