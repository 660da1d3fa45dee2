"""One at a time across processes: on SQLite by a file's lock, on PostgreSQL by an advisory one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import Connection, Function, func, select

from core.storage.database import Database, sqlite_path
from core.storage.locks import FileLock


@contextmanager
def process_turn(database: Database, *names: str) -> Iterator[None]:
    """Hold ``names`` until the block ends or its process dies; no transaction is open meanwhile."""
    # Everybody takes several in the same order, so nobody waits for who waits for them.
    digests = sorted({hashlib.sha256(name.encode()).digest()[:8] for name in names})
    with ExitStack() as held:
        if database.dialect == "sqlite":
            path = sqlite_path(database.url)
            for digest in digests:
                held.enter_context(FileLock(path.with_name(f"{path.name}.turn-{digest.hex()}")))
        else:
            connection = held.enter_context(database.engine.connect())
            for digest in digests:
                key = int.from_bytes(digest, "big", signed=True)
                _call(connection, func.pg_advisory_lock(key))
                held.callback(_call, connection, func.pg_advisory_unlock(key))
        yield


def _call(connection: Connection, function: Function[None]) -> None:
    connection.execute(select(function))
    connection.commit()
