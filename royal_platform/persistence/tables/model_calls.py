"""What language models were shown: one row per call, each text once, erasable with its subject."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table, Text

from core.storage.schema import metadata
from core.storage.types import Json, ScaledDecimal
from royal_platform.persistence.tables.columns import currency, key, moment, reference, store_key

model_calls = Table(
    "model_calls",
    metadata,
    store_key(),
    key(),
    moment("at"),
    Column("model", String(255), nullable=False),
    Column("purpose", String(80), nullable=False),
    Column("actor", String(255), nullable=False),
    reference("about"),
    # SHA-256 of each text in the order sent; the texts themselves can be erased.
    Column("digests", Json, nullable=False),
    Column("characters", Integer, nullable=False),
    # How many tokens stood for a name, an address, a mail address, a telephone number.
    Column("hidden", Json, nullable=False),
    # How it ended; None while it is under way, and where nobody knows.
    Column("outcome", String(80)),
    Column("answered_by", String(255)),
    Column("milliseconds", Integer),
    Column("first_token_milliseconds", Integer),
    Column("input_tokens", Integer),
    Column("output_tokens", Integer),
    Column("cost", ScaledDecimal(8)),
    currency(nullable=True),
    Index(None, "store_id", "at", "id"),
    Index(None, "store_id", "about"),
)

# A conversation is sent again with every message, so a text is kept once per subject.
model_texts = Table(
    "model_texts",
    metadata,
    store_key(),
    key("about"),
    Column("digest", String(64), primary_key=True),
    Column("text", Text, nullable=False),
)
