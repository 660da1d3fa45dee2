"""Requests signed with a shared key: method, path, time, nonce and body under one HMAC."""

# ruff: noqa: PLR0917 - the parts of a request, in the order they are signed

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete
from sqlalchemy.dialects import postgresql, sqlite

from core.errors import Unauthenticated
from core.security.credentials import digest
from core.security.principals import Principal
from core.security.tables import used_nonces

TIMESTAMP_HEADER = "X-Royal-Timestamp"
NONCE_HEADER = "X-Royal-Nonce"
SIGNATURE_HEADER = "X-Royal-Signature"
WINDOW = timedelta(minutes=5)
_VERSION = "v1"
_NONCE_LENGTH = (16, 128)
_REMEDY = (
    "Sign `v1`, method, path with query, timestamp, nonce and the body's SHA-256, one a line, "
    "with HMAC-SHA256 and the key in CONTROL_HMAC_SECRET."
)


def sign(
    key: bytes,
    method: str,
    target: str,
    body: bytes,
    *,
    now: datetime | None = None,
    nonce: str | None = None,
) -> dict[str, str]:
    """The headers that sign one request. ``target`` is the path with its query string."""
    timestamp = str(int((now or datetime.now(UTC)).timestamp()))
    nonce = nonce or secrets.token_urlsafe(24)
    return {
        TIMESTAMP_HEADER: timestamp,
        NONCE_HEADER: nonce,
        SIGNATURE_HEADER: _signature(key, method, target, body, timestamp, nonce),
    }


def verify(
    connection: Connection,
    key: bytes,
    method: str,
    target: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    now: datetime,
) -> Principal:
    """The machine that signed; raises ``Unauthenticated`` for a wrong, old or repeated request.

    ``connection`` is of a write transaction: the nonce is used up in it.
    """
    given = {name.lower(): value for name, value in headers.items()}
    timestamp = given.get(TIMESTAMP_HEADER.lower(), "")
    nonce = given.get(NONCE_HEADER.lower(), "")
    signature = given.get(SIGNATURE_HEADER.lower(), "")
    if not (timestamp and nonce and signature):
        raise Unauthenticated("The request is not signed.", remedy=_REMEDY)
    expected = _signature(key, method, target, body, timestamp, nonce)
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise Unauthenticated("The signature does not fit the request.", remedy=_REMEDY)
    if not _is_fresh(timestamp, now):
        raise Unauthenticated(
            "The request's time is more than five minutes from ours.",
            remedy="Set the caller's clock, and sign each request anew.",
        )
    low, high = _NONCE_LENGTH
    if not low <= len(nonce) <= high:
        raise Unauthenticated(
            f"The nonce is not {low} to {high} characters long.", remedy="Use a random one."
        )
    _use_up(connection, nonce, now)
    return Principal(
        "control", "machine", None, frozenset({"control:read", "control:write"}), "machine"
    )


def _use_up(connection: Connection, nonce: str, now: datetime) -> None:
    connection.execute(delete(used_nonces).where(used_nonces.c.expires_at <= now))
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    used = connection.execute(
        dialect.insert(used_nonces)
        .values(digest=digest(nonce), expires_at=now + 2 * WINDOW)
        .on_conflict_do_nothing()
        # An INSERT's row count is not kept on PostgreSQL; what it returns is.
        .returning(used_nonces.c.digest)
    ).first()
    if used is None:
        raise Unauthenticated(
            "This request was already received.",
            remedy="Sign each request with a nonce of its own.",
        )


def _is_fresh(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    return abs(now.timestamp() - int(timestamp)) <= WINDOW.total_seconds()


def _signature(
    key: bytes, method: str, target: str, body: bytes, timestamp: str, nonce: str
) -> str:
    lines = (
        _VERSION,
        method.upper(),
        target,
        timestamp,
        nonce,
        hashlib.sha256(body).hexdigest(),
    )
    text = "\n".join(lines).encode("utf-8", "surrogatepass")
    return f"{_VERSION}={hmac.new(key, text, hashlib.sha256).hexdigest()}"
