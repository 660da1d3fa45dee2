"""One at a time across processes: on SQLite by a file's lock, on PostgreSQL by an advisory one."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from core.storage.database import Database, sqlite_path
from core.storage.locks import FileLock


@contextmanager
def process_turn(database: Database, name: str) -> Iterator[None]:
    """Hold ``name`` until the block ends or its process dies; no transaction is open meanwhile."""
    digest = hashlib.sha256(name.encode()).digest()[:8]
    if database.dialect == "sqlite":
        path = sqlite_path(database.url)
        with FileLock(path.with_name(f"{path.name}.turn-{digest.hex()}")):
            yield
        return
    key = int.from_bytes(digest, "big", signed=True)
    with database.engine.connect() as connection:
        connection.execute(select(func.pg_advisory_lock(key)))
        connection.commit()
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(key)))
            connection.commit()
