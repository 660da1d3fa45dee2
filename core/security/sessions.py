"""Browser sessions: a random cookie whose digest is stored, ended by time or by hand."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from core.errors import Unauthenticated
from core.security.credentials import Issued, digest, new_id, new_value
from core.security.principals import Principal, permissions_of, principal
from core.security.tables import sessions

COOKIE = "royal_session"
PREFIX = "rqs"
LIFETIME = timedelta(days=30)
_REMEDY = "Sign in again with a link from `royal login-link`."


def open_session(
    connection: Connection,
    name: str,
    role: str,
    *,
    now: datetime,
    store_id: str | None = None,
    lifetime: timedelta = LIFETIME,
) -> Issued:
    """Store a new session; the answer's value is the cookie."""
    permissions_of(role)
    issued = Issued(new_id("ses"), new_value(PREFIX))
    connection.execute(
        insert(sessions).values(
            id=issued.id,
            digest=digest(issued.value),
            name=name,
            role=role,
            store_id=store_id,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    return issued


def verify(connection: Connection, cookie: str, *, now: datetime) -> Principal:
    """The person behind ``cookie``; raises ``Unauthenticated`` when it is not in force."""
    wanted = digest(cookie)
    row = connection.execute(select(sessions).where(sessions.c.digest == wanted)).one_or_none()
    if row is None or not hmac.compare_digest(row.digest, wanted):
        raise Unauthenticated("This session is not known.", remedy=_REMEDY)
    if row.closed_at is not None or row.expires_at <= now:
        raise Unauthenticated("This session has ended.", remedy=_REMEDY)
    return principal(row.name, row.role, row.store_id, "session", row.id)


def close(connection: Connection, session_id: str, *, now: datetime) -> bool:
    """End a session by its id; False when it was not open."""
    result = connection.execute(
        update(sessions)
        .where(sessions.c.id == session_id, sessions.c.closed_at.is_(None))
        .values(closed_at=now)
    )
    return int(result.rowcount) == 1
