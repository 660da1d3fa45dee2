"""Tables of tokens, browser sessions, one-time login links, used nonces and the access log."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, String, Table

from core.storage.schema import metadata
from core.storage.types import UtcDateTime

# Only SHA-256 digests are kept: a copy of the database signs nobody in.
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("role", String(20), nullable=False),
    Column("store_id", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

login_links = Table(
    "login_links",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("role", String(20), nullable=False),
    Column("store_id", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("redeemed_at", UtcDateTime),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("role", String(20), nullable=False),
    Column("store_id", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
)

used_nonces = Table(
    "used_nonces",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "expires_at"),
)

# Who came in from where and who was turned away, counted by the hour. No address and no secret: a
# place is a network, a caller the id of a credential.
access_log = Table(
    "access_log",
    metadata,
    Column("hour", UtcDateTime, primary_key=True),
    Column("door", String(20), primary_key=True),
    # The first part of the route: v1, login, webhooks, control, mcp ...
    Column("inlet", String(40), primary_key=True),
    # let_in; 401 is "unknown", 403 "not_allowed", 410 at a sign-in link "used_link".
    Column("outcome", String(20), primary_key=True),
    Column("caller", String(80), primary_key=True),
    Column("place", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    Index(None, "last_at"),
)
