"""API tokens: shown once, stored as digests, revocable."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from core.errors import Unauthenticated
from core.security.credentials import Issued, digest, new_id, new_value
from core.security.principals import Principal, demand_own_name, permissions_of, principal
from core.security.tables import api_tokens

PREFIX = "rqt"
_REMEDY = "Create a token with `royal tokens create --name NAME --role ROLE`."


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """What may be told about a token."""

    id: str
    name: str
    role: str
    store_id: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def create(
    connection: Connection,
    name: str,
    role: str,
    *,
    now: datetime,
    store_id: str | None = None,
    expires_at: datetime | None = None,
) -> Issued:
    """Store a new token; its value is in the answer and nowhere else."""
    permissions_of(role)
    demand_own_name(name)
    issued = Issued(new_id("tok"), new_value(PREFIX))
    connection.execute(
        insert(api_tokens).values(
            id=issued.id,
            digest=digest(issued.value),
            name=name,
            role=role,
            store_id=store_id,
            created_at=now,
            expires_at=expires_at,
        )
    )
    return issued


def verify(connection: Connection, value: str, *, now: datetime) -> Principal:
    """The holder of ``value``; raises ``Unauthenticated`` when unknown, revoked or expired."""
    wanted = digest(value)
    row = connection.execute(select(api_tokens).where(api_tokens.c.digest == wanted)).one_or_none()
    # The index compared digests; a timing of it says nothing about a random value's bits.
    if row is None or not hmac.compare_digest(row.digest, wanted):
        raise Unauthenticated("This token is not known.", remedy=_REMEDY)
    if row.revoked_at is not None:
        raise Unauthenticated("This token was revoked.", remedy=_REMEDY)
    if row.expires_at is not None and row.expires_at <= now:
        raise Unauthenticated("This token has expired.", remedy=_REMEDY)
    return principal(row.name, row.role, row.store_id, "token", credential=row.id)


def revoke(connection: Connection, token: str, *, now: datetime) -> str | None:
    """Revoke by id or by value; the token's id, None when there is no such token in force."""
    query = (
        select(api_tokens.c.id)
        .where((api_tokens.c.id == token) | (api_tokens.c.digest == digest(token)))
        .where(api_tokens.c.revoked_at.is_(None))
    )
    token_id: str | None = connection.execute(query).scalar()
    if token_id is None:
        return None
    result = connection.execute(
        update(api_tokens)
        .where(api_tokens.c.id == token_id, api_tokens.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return token_id if result.rowcount == 1 else None


def list_all(connection: Connection) -> list[TokenInfo]:
    """Every token, the newest first, without values or digests."""
    columns = [column for column in api_tokens.c if column.name != "digest"]
    query = select(*columns).order_by(api_tokens.c.created_at.desc(), api_tokens.c.id)
    return [TokenInfo(**row._asdict()) for row in connection.execute(query)]
