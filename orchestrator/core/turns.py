"""One at a time for one piece of work, across threads and, on PostgreSQL, across workers."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from core.storage.database import Database

_guard = threading.Lock()
_held: dict[str, tuple[threading.Lock, int]] = {}


@contextmanager
def turn(database: Database, name: str) -> Iterator[None]:
    """Hold ``name`` until the block ends; whoever else wants it waits. Death releases it.

    On SQLite there is one worker, so its threads are all there is to keep apart.
    """
    with _thread_turn(f"{database.url.database}:{name}"):
        if database.dialect != "postgresql":
            yield
            return
        key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
        with database.engine.connect() as connection:
            connection.execute(select(func.pg_advisory_lock(key)))
            # The lock is the session's: no transaction stays open while the vendor is called.
            connection.commit()
            try:
                yield
            finally:
                connection.execute(select(func.pg_advisory_unlock(key)))
                connection.commit()


@contextmanager
def _thread_turn(name: str) -> Iterator[None]:
    with _guard:
        lock, waiting = _held.get(name, (threading.Lock(), 0))
        _held[name] = lock, waiting + 1
    try:
        with lock:
            yield
    finally:
        with _guard:
            lock, waiting = _held[name]
            if waiting == 1:
                del _held[name]
            else:
                _held[name] = lock, waiting - 1
