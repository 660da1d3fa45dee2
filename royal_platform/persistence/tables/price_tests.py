"""Price tests: which price each week has, where a test stands, and what it read."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKeyConstraint, Index, Integer, String, Table, Text

from core.storage.schema import metadata
from core.storage.types import Json
from royal_platform.persistence.tables.columns import currency, key, moment, reference, store_key

price_tests = Table(
    "price_tests",
    metadata,
    store_key(),
    # The decision that a person approved.
    key("decision_id"),
    reference("variant_id"),
    reference("product_id"),
    Column("title", Text, nullable=False),
    currency(),
    # Decimal strings, the price before the test first, and the price of each week in its order.
    Column("prices", Json, nullable=False),
    Column("weeks", Json, nullable=False),
    # The store-local Monday of its first week.
    Column("first_day", Date, nullable=False),
    # running, stopping (its price is to be put back), settling, known, never
    Column("status", String(20), nullable=False),
    # Weeks that have begun.
    Column("begun", Integer, nullable=False),
    moment("due_at"),
    moment("started_at"),
    moment("ended_at", nullable=True),
    # Why it ended early, or why it says nothing.
    Column("reason", String(40)),
    Column("detail", Text),
    Column("result", Json),
    Index(None, "store_id", "status", "due_at"),
    Index(None, "store_id", "variant_id"),
    Index(None, "store_id", "started_at", "decision_id"),
    ForeignKeyConstraint(["store_id", "decision_id"], ["decisions.store_id", "decisions.id"]),
)
