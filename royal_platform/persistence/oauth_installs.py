"""OAuth installs under way: each bound to one browser, good for minutes, used once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, or_, select, update

from core.secrets.sealing import SealingKey
from core.security.credentials import digest
from royal_platform.persistence.tables.connections import oauth_installs

LIFE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Install:
    """What is being installed where; ``client_secret`` is opened from its seal."""

    domain: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...]
    requested_by: str


def begin(
    connection: Connection,
    state: str,
    install: Install,
    key: SealingKey,
    *,
    now: datetime,
) -> None:
    """Put an install down under its secret ``state``; forget the ones that ran out."""
    connection.execute(delete(oauth_installs).where(oauth_installs.c.expires_at < now))
    connection.execute(
        insert(oauth_installs).values(
            state_digest=digest(state),
            domain=install.domain,
            client_id=install.client_id,
            scopes=list(install.scopes),
            sealed_secret=key.seal(_name(state), install.client_secret),
            requested_by=install.requested_by,
            created_at=now,
            expires_at=now + LIFE,
        )
    )


def bind(
    connection: Connection, state: str, browser: str, key: SealingKey, *, now: datetime
) -> Install | None:
    """Bind the install to this browser; None when it is unknown, over, or another's."""
    columns = oauth_installs.c
    bound = connection.execute(
        update(oauth_installs)
        .where(columns.state_digest == digest(state), columns.used_at.is_(None))
        .where(columns.expires_at > now)
        .where(or_(columns.browser_digest.is_(None), columns.browser_digest == digest(browser)))
        .values(browser_digest=digest(browser))
    )
    return _read(connection, state, key) if bound.rowcount == 1 else None


def peek(
    connection: Connection, state: str, browser: str, key: SealingKey, *, now: datetime
) -> Install | None:
    """The install of this browser, without using it up."""
    columns = oauth_installs.c
    query = select(columns.state_digest).where(
        columns.state_digest == digest(state),
        columns.browser_digest == digest(browser),
        columns.used_at.is_(None),
        columns.expires_at > now,
    )
    found = connection.execute(query).first()
    return None if found is None else _read(connection, state, key)


def use(connection: Connection, state: str, browser: str, *, now: datetime) -> bool:
    """Use the install up; of two callbacks that race, one gets True."""
    columns = oauth_installs.c
    used = connection.execute(
        update(oauth_installs)
        .where(columns.state_digest == digest(state), columns.browser_digest == digest(browser))
        .where(columns.used_at.is_(None), columns.expires_at > now)
        .values(used_at=now)
    )
    return used.rowcount == 1


def _read(connection: Connection, state: str, key: SealingKey) -> Install:
    query = select(oauth_installs).where(oauth_installs.c.state_digest == digest(state))
    row = connection.execute(query).one()
    return Install(
        domain=row.domain,
        client_id=row.client_id,
        client_secret=key.unseal(_name(state), row.sealed_secret),
        scopes=tuple(row.scopes),
        requested_by=row.requested_by,
    )


def _name(state: str) -> str:
    return f"oauth_install:{digest(state)}"
