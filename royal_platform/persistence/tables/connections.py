"""How each store is reached: its grant, installs under way, and the API budget that is shared."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, String, Table, Text

from core.storage.schema import metadata
from core.storage.types import Json
from royal_platform.persistence.tables.columns import key, moment, store_key

# ``sealed`` holds every secret part of a grant under the installation's key.
store_connections = Table(
    "store_connections",
    metadata,
    store_key(),
    # current, or candidate: entered by a person and not accepted by the store yet
    Column("slot", String(20), primary_key=True),
    # entered (on the page or by OAuth), environment, sandbox
    Column("origin", String(20), nullable=False),
    # current: valid, revoked, disconnected, replaced (another store is served since);
    # candidate: checking, refused
    Column("state", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("method", String(30), nullable=False),
    Column("client_id", String(255)),
    Column("scopes", Json, nullable=False),
    Column("sealed", Text, nullable=False),
    moment("expires_at", nullable=True),
    moment("renew_at", nullable=True),
    moment("refresh_expires_at", nullable=True),
    moment("renewed_at", nullable=True),
    moment("connected_at"),
    # Counts changes made by people: processes open the store anew when it moved.
    Column("generation", Integer, nullable=False),
    Column("changed_by", String(255), nullable=False),
)

# An OAuth install between its first page and its callback; digests only, used once.
oauth_installs = Table(
    "oauth_installs",
    metadata,
    key("state_digest"),
    Column("browser_digest", String(64)),
    Column("domain", String(255), nullable=False),
    Column("client_id", String(255), nullable=False),
    Column("scopes", Json, nullable=False),
    Column("sealed_secret", Text, nullable=False),
    Column("requested_by", String(255), nullable=False),
    moment("created_at"),
    moment("expires_at"),
    moment("used_at", nullable=True),
)

# The cost bucket of one app on one store, as the store last stated it.
api_budgets = Table(
    "api_budgets",
    metadata,
    store_key(),
    key("app"),
    Column("maximum", Float, nullable=False),
    Column("restore", Float, nullable=False),
    Column("available", Float, nullable=False),
    moment("at"),
    # An urgent call that waits: until then others leave it the bucket.
    moment("urgent_until", nullable=True),
    Column("costs", Json, nullable=False),
    Column("throttled", Integer, nullable=False),
    moment("throttled_at", nullable=True),
)
