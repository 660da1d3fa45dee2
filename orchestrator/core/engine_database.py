"""Where the durable engine keeps its tables, and how they are reached."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event

from core.storage.database import normalise

_BUSY_MS = 30_000


def engine_url(database_url: str, var_dir: Path) -> str:
    """Where the engine keeps its tables: beside the SQLite file, or in the PostgreSQL database."""
    url = normalise(database_url)
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{(var_dir / 'engine.db').as_posix()}"
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def connect(url: str) -> Engine:
    """An engine on those tables; on SQLite every transaction takes the write lock at once."""
    parsed = normalise(url)
    if parsed.get_backend_name() == "postgresql":
        return sa.create_engine(
            parsed, pool_size=10, max_overflow=10, pool_timeout=30, pool_pre_ping=True
        )
    engine = sa.create_engine(
        parsed,
        pool_size=10,
        max_overflow=10,
        connect_args={"check_same_thread": False, "timeout": _BUSY_MS / 1000},
    )
    # With the library's own engine two processes overran a queue's concurrency (measured: six
    # where three was set); taking the write lock at BEGIN is what makes a claim atomic.

    @event.listens_for(engine, "connect")
    def configure(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        for pragma in (
            f"busy_timeout={_BUSY_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
        ):
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
