"""Turns a database's own failures into errors a person can act on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from core.errors import Unavailable

_SQLITE_DISK = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
_PG_UNREACHABLE = ("08", "57P", "53", "58")


@contextmanager
def as_unavailable() -> Iterator[None]:
    """Raise ``Unavailable`` for a full disk, a lost or overloaded server, a lock held too long."""
    try:
        yield
    except PoolTimeoutError as error:
        raise Unavailable(
            "All database connections are in use.", remedy="Try again in a few seconds."
        ) from error
    except DBAPIError as error:
        known = _known(error)
        if known is None:
            raise
        raise known from error


def _known(error: DBAPIError) -> Unavailable | None:
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _known_sqlite(cause)
    state = getattr(cause, "sqlstate", None)
    if state == "53100":
        return _disk_full()
    if error.connection_invalidated or state is None or state.startswith(_PG_UNREACHABLE):
        return Unavailable(
            "The database does not answer.",
            remedy="Check that the server named in DATABASE_URL runs and accepts connections.",
        )
    return None


def _known_sqlite(cause: sqlite3.Error) -> Unavailable | None:
    code = getattr(cause, "sqlite_errorcode", None)
    if code is None:
        return None
    primary = code & 0xFF
    if primary in _SQLITE_DISK:
        return _disk_full()
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Unavailable(
            "The database was locked by another writer for too long.",
            remedy="Try again; if it persists, look for a stuck process using the same file.",
        )
    return None


def _disk_full() -> Unavailable:
    return Unavailable(
        "The database cannot write to its disk, so nothing was changed.",
        remedy="Free disk space (or make the directory writable) and try again.",
    )
