"""Runs the one set of Alembic migrations on SQLite and PostgreSQL, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, MetaData, create_engine, event, text
from sqlalchemy.pool import NullPool

from core.storage.database import normalise, sqlite_path
from core.storage.faults import as_unavailable
from core.storage.locks import FileLock

if TYPE_CHECKING:
    from alembic.config import Config

_ADVISORY_KEY = 0x526F79616C  # "Royal"
# Alembic keeps what it is doing in globals of its module: two threads would mix their databases.
_one_thread = Lock()


def upgrade(url: str, script_location: str, revision: str = "head") -> None:
    """Bring the database to ``revision``; callers racing in other processes wait their turn.

    ``script_location`` is a directory or ``package:path`` as Alembic takes it. Raises
    ``Unavailable`` when the database cannot be reached or written.
    """
    from alembic import command

    with as_unavailable(), _one_thread, _migrator(url) as connection:
        command.upgrade(configuration(script_location, connection), revision)


def downgrade(url: str, script_location: str, revision: str) -> None:
    """Take the database back to ``revision``."""
    from alembic import command

    with as_unavailable(), _one_thread, _migrator(url) as connection:
        command.downgrade(configuration(script_location, connection), revision)


def current(url: str) -> str | None:
    """The revision the database is at, or None when it was never migrated."""
    from alembic.runtime.migration import MigrationContext

    with as_unavailable(), _migrator(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def configuration(script_location: str, connection: Connection | None = None) -> Config:
    """An Alembic configuration without an ini file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", script_location.replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def run_env(context: Any, metadata: MetaData) -> None:
    """What ``env.py`` does: run the migrations on the connection that ``upgrade`` prepared."""
    connection = context.config.attributes.get("connection")
    if connection is None:
        raise RuntimeError("migrations run through core.storage.migrate, e.g. `royal db upgrade`")
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=connection.dialect.name == "postgresql",
    )
    with context.begin_transaction():
        context.run_migrations()
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            tables = sorted({str(row[0]) for row in broken})
            raise RuntimeError(f"rows without their parent after migration in {tables}")


@contextmanager
def _migrator(url: str) -> Iterator[Connection]:
    parsed = normalise(url)
    engine = create_engine(parsed, poolclass=NullPool)
    if parsed.get_backend_name() == "postgresql":
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_KEY})
            connection.commit()
            try:
                yield connection
                connection.commit()
            finally:
                connection.rollback()
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_KEY})
                connection.commit()
        return
    path = sqlite_path(parsed)
    path.parent.mkdir(parents=True, exist_ok=True)

    @event.listens_for(engine, "connect")
    def configure(dbapi_connection: Any, _record: Any) -> None:
        dbapi_connection.isolation_level = None
        # Off before any transaction: a batch migration rebuilds a parent table by dropping it,
        # and with foreign keys on that deletes every child row that cascades.
        for pragma in ("busy_timeout=30000", "journal_mode=WAL", "foreign_keys=OFF"):
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with FileLock(Path(f"{path}.migrate")), engine.connect() as connection:
        yield connection
        connection.commit()
