"""One-time links that open a browser session; worth nothing after their first use."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from core.errors import Gone
from core.security import sessions
from core.security.credentials import Issued, digest, new_id, new_value
from core.security.principals import demand_own_name, permissions_of
from core.security.tables import login_links

PREFIX = "rql"
LIFETIME = timedelta(hours=24)


def issue(
    connection: Connection,
    name: str,
    role: str = "admin",
    *,
    now: datetime,
    store_id: str | None = None,
    lifetime: timedelta = LIFETIME,
) -> Issued:
    """Store a new link; the answer's value is the code for ``/login/<code>``."""
    permissions_of(role)
    demand_own_name(name)
    issued = Issued(new_id("lnk"), new_value(PREFIX))
    connection.execute(
        insert(login_links).values(
            digest=digest(issued.value),
            name=name,
            role=role,
            store_id=store_id,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    return issued


def redeem(connection: Connection, code: str, *, now: datetime) -> Issued:
    """Use the link up and open its session; of two that race, one gets ``Gone``."""
    wanted = digest(code)
    # One statement decides: whoever changes the row has the link.
    used = connection.execute(
        update(login_links)
        .where(login_links.c.digest == wanted)
        .where(login_links.c.redeemed_at.is_(None), login_links.c.expires_at > now)
        .values(redeemed_at=now)
    )
    if used.rowcount != 1:
        raise Gone(
            "This sign-in link is unknown, used or expired.",
            remedy="Print a new one with `royal login-link`.",
        )
    row = connection.execute(select(login_links).where(login_links.c.digest == wanted)).one()
    return sessions.open_session(connection, row.name, row.role, now=now, store_id=row.store_id)
