"""Versions of flows, their mandates, and the customers in them."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint

from core.storage.schema import metadata
from core.storage.types import Json
from royal_platform.persistence.tables.columns import amount, key, moment, reference, store_key

flow_versions = Table(
    "flow_versions",
    metadata,
    store_key(),
    key("flow"),
    Column("version", Integer, primary_key=True, autoincrement=False),
    # YAML as its author wrote it.
    Column("text", Text, nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("changed_by", String(255), nullable=False),
    moment("changed_at"),
)

mandates = Table(
    "mandates",
    metadata,
    store_key(),
    key(),
    reference("decision_id"),
    Column("flow", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("text_hash", String(64), nullable=False),
    Column("per_day", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    moment("granted_at"),
    moment("until"),
    moment("revoked_at", nullable=True),
    UniqueConstraint("store_id", "decision_id"),
    Index(None, "store_id", "flow", "version"),
)

flow_enrolments = Table(
    "flow_enrolments",
    metadata,
    store_key(),
    # Of flow and signal: the same signal enters once.
    key(),
    Column("flow", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    reference("signal_id"),
    reference("customer_id"),
    # treated, holdout
    Column("arm", String(20), nullable=False),
    moment("entered_at"),
    # waiting, done, stopped
    Column("place", String(20), nullable=False),
    Column("next_step", String(80)),
    moment("due_at", nullable=True),
    Column("context", Json, nullable=False),
    Column("why", Text),
    # What the customer bought within the horizon; NULL until it is over.
    amount("revenue", nullable=True),
    # When waits begin, where that is not when the customer entered.
    moment("waits_from", nullable=True),
    Index(None, "store_id", "place", "due_at"),
    Index(None, "store_id", "flow", "version", "arm"),
    Index(None, "store_id", "customer_id"),
)

# A customer asked the store to be told when goods are there again; erased with the customer.
stock_wishes = Table(
    "stock_wishes",
    metadata,
    store_key(),
    key("customer_id"),
    key("variant_id"),
    moment("asked_at"),
    # storefront: signed by the store for a customer who was logged in.
    Column("source", String(40), nullable=False),
    Index(None, "store_id", "variant_id"),
)
