"""Which days changed since somebody last looked: what an incremental load goes by.

A row's own time of change does not do: an order found late is older than the last load, one that
the store deleted or whose customer was erased tells no time at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, func, select

from royal_platform.persistence.statements import put
from royal_platform.persistence.tables.warehouse import touched_days


def touch(connection: Connection, store_id: str, days: Iterable[date]) -> None:
    """The orders or refunds of these days changed. Callers hold the store's row lock."""
    version = last_version(connection, store_id) + 1
    rows = [{"store_id": store_id, "day": day, "version": version} for day in sorted(set(days))]
    put(connection, touched_days, rows)


def last_version(connection: Connection, store_id: str) -> int:
    """The newest version; 0 before the first change."""
    query = select(func.max(touched_days.c.version)).where(touched_days.c.store_id == store_id)
    return connection.execute(query).scalar() or 0


def touched_since(connection: Connection, store_id: str, version: int) -> tuple[date, ...]:
    """The days touched after ``version``, ascending."""
    query = select(touched_days.c.day).where(
        touched_days.c.store_id == store_id, touched_days.c.version > version
    )
    return tuple(sorted(connection.execute(query).scalars()))
