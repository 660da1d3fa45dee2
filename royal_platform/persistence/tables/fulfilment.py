"""Orders on their way: their risk, where they are sent from, what went wrong."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, String, Table

from core.storage.schema import metadata
from core.storage.types import Json
from royal_platform.persistence.tables.columns import key, moment, store_key

order_cases = Table(
    "order_cases",
    metadata,
    store_key(),
    key("order_id"),
    moment("placed_at"),
    # The order's ``updated_at`` that was judged, and when the store was last asked about it.
    moment("judged_version"),
    moment("asked_at"),
    # Opaque keys and numbers; no name and no address.
    Column("facts", Json, nullable=False),
    Column("score", Float),
    Column("base", Float),
    Column("factors", Json, nullable=False),
    Column("learned_bad", Integer, nullable=False),
    Column("learned_good", Integer, nullable=False),
    # bad, good, gone; NULL: not known yet
    Column("outcome", String(10)),
    Column("outcome_why", String(40)),
    moment("outcome_at", nullable=True),
    # Parts, what was passed over, what nobody can serve, substitutes.
    Column("route", Json),
    # What the customer may expect since ordering, and when the store says that all of it arrived.
    moment("promised_at", nullable=True),
    moment("delivered_at", nullable=True),
    Column("snags", Json, nullable=False),
    Index(None, "store_id", "placed_at"),
)
