"""The one way to the database: short transactions, readers that never wait for a writer."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DisconnectionError

from core.errors import SettingsError
from core.storage.changes import ChangeWaiter, PostgresChanges, SqliteChanges
from core.storage.faults import as_unavailable
from core.storage.locks import FileLock
from core.storage.proportion import teach

Dialect = Literal["sqlite", "postgresql"]
_BUSY_MS = 30_000
# The execution option of a connection whose statements are transactions by themselves.
_ALONE = "alone"
# A connection that was used so lately is not asked whether it still lives.
_RESTED_SECONDS = 1.0


class Recordable(Protocol):
    """Something a transaction appends, in one batch with its like, right before it commits."""

    @classmethod
    def append_all(cls, connection: Connection, batch: Sequence[Any]) -> Sequence[Any]:
        """Append ``batch`` as the last statements of the transaction."""


@dataclass(slots=True)
class Transaction:
    """A write transaction: statements now, records and callbacks when it ends."""

    connection: Connection
    _records: list[Recordable] = field(default_factory=list)
    _after_commit: list[Callable[[], None]] = field(default_factory=list)

    def record(self, entry: Recordable) -> None:
        """Append ``entry`` (an event) with this transaction, or not at all if it rolls back."""
        self._records.append(entry)

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run ``call`` once this transaction is durable; it must not raise."""
        self._after_commit.append(call)

    def tell(self) -> None:
        """Run what waits for the commit; ``Database.write`` calls it right after."""
        for call in self._after_commit:
            call()

    def append_records(self) -> None:
        """Append what was recorded; ``Database.write`` calls it right before the commit."""
        by_kind: dict[type[Recordable], list[Recordable]] = {}
        for entry in self._records:
            by_kind.setdefault(type(entry), []).append(entry)
        for kind, batch in by_kind.items():
            kind.append_all(self.connection, batch)


class Database:
    """An SQLite file or a PostgreSQL database, addressed by an SQLAlchemy URL.

    Thread-safe. One instance per process and URL; ``dispose`` closes its connections.
    """

    def __init__(self, url: str, *, pool_size: int = 8) -> None:
        self.url = normalise(url)
        self.dialect: Dialect = cast("Dialect", self.url.get_backend_name())
        self._inside = threading.local()
        self._writing = threading.Lock()
        self._waiters: list[ChangeWaiter] = []
        self._file_lock: FileLock | None = None
        if self.dialect == "sqlite":
            path = sqlite_path(self.url)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file_lock = FileLock(path.with_name(path.name + ".writer"))
            self.engine = _sqlite_engine(self.url, query_only=False, pool_size=1)
            self._readers = _sqlite_engine(self.url, query_only=True, pool_size=pool_size)
            self._alone: Engine = self.engine.execution_options(**{_ALONE: True})
        else:
            self.engine = _postgres_engine(self.url, pool_size)
            # One snapshot per read block, as on SQLite: two statements never disagree.
            self._readers = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            self._alone = _postgres_alone(self.url)

    def __repr__(self) -> str:
        return f"Database({self.url.render_as_string(hide_password=True)!r})"

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A write transaction: commits on exit, rolls back on any exception.

        Recorded events are appended under the store's head as the last statements. Raises
        ``Unavailable`` when the database cannot take the write; nothing is half-written then.
        """
        if getattr(self._inside, "write", False):
            raise RuntimeError("a write transaction is already open in this thread")
        self._inside.write = True
        try:
            with as_unavailable(), self._writer_turn(), self.engine.begin() as connection:
                transaction = Transaction(connection)
                yield transaction
                transaction.append_records()
        finally:
            self._inside.write = False
        transaction.tell()

    @contextmanager
    def write_alone(self) -> Iterator[Connection]:
        """For one statement that is a transaction by itself: durable once it was executed.

        It spares BEGIN and COMMIT, which on PostgreSQL are round trips. Raises ``Unavailable`` as
        ``write`` does; so does a connection that was lost right after it was used.
        """
        with as_unavailable(), self._writer_turn(), self._alone.connect() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only snapshot; it neither blocks writers nor waits for them."""
        with as_unavailable(), self._readers.connect() as connection:
            yield connection

    def ping(self) -> None:
        """Raise ``Unavailable`` unless the database answers a query."""
        with self.read() as connection:
            connection.execute(text("SELECT 1"))

    def changes(self) -> ChangeWaiter:
        """A waiter for commits by anybody, for one thread to use and to close."""
        with as_unavailable():
            if self.dialect == "sqlite":
                return SqliteChanges(str(sqlite_path(self.url)))
            return PostgresChanges(self.url)

    def wait_for_change(self, timeout: float) -> bool:
        """Wait until something may have been committed since this thread last asked (seconds)."""
        waiter: ChangeWaiter | None = getattr(self._inside, "waiter", None)
        if waiter is None:
            waiter = self._inside.waiter = self.changes()
            with self._writing:
                self._waiters.append(waiter)
        return waiter.wait(timeout)

    def dispose(self) -> None:
        """Close every connection."""
        while self._waiters:
            self._waiters.pop().close()
        self._readers.dispose()
        self._alone.dispose()
        self.engine.dispose()

    @contextmanager
    def _writer_turn(self) -> Iterator[None]:
        if self._file_lock is None:
            yield
            return
        # Waiting in line here is fair; waiting inside SQLite's busy handler starves processes.
        with self._writing, self._file_lock:
            yield


def normalise(url: str) -> URL:
    """``url`` with the driver this project uses; raises ``SettingsError`` for another database."""
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise _wrong_url("DATABASE_URL is not a database URL.") from error
    if backend in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise _wrong_url("DATABASE_URL names a database this project does not speak.")
    if not parsed.database or parsed.database == ":memory:":
        raise _wrong_url("DATABASE_URL names an SQLite database in memory.")
    return parsed.set(drivername="sqlite+pysqlite")


def sqlite_path(url: URL) -> Path:
    """The file of an SQLite URL."""
    return Path(url.database or "")


def _wrong_url(detail: str) -> SettingsError:
    return SettingsError(
        detail,
        remedy="Set DATABASE_URL to sqlite:///path/to/file.db or postgresql://user@host/name.",
    )


def _postgres_engine(url: URL, pool_size: int) -> Engine:
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size * 2,
        pool_timeout=15,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        # Without it the row count of an INSERT ... ON CONFLICT is -1 here and true on SQLite.
        execution_options={"preserve_rowcount": True},
        connect_args={"connect_timeout": 5},
    )


def _postgres_alone(url: URL) -> Engine:
    """Connections on which each statement is a transaction, with no round trip besides its own."""
    engine = create_engine(
        url,
        pool_size=1,
        max_overflow=2,
        pool_timeout=15,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
        connect_args={"connect_timeout": 5},
    )

    @event.listens_for(engine, "checkin")
    def rest(_dbapi_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask_whether_it_lives(dbapi_connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", math.inf) <= _RESTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(dbapi_connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error

    return engine


def _sqlite_engine(url: URL, *, query_only: bool, pool_size: int) -> Engine:
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size * 4 if query_only else 0,
        pool_timeout=15,
        connect_args={"check_same_thread": False, "timeout": _BUSY_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def configure(dbapi_connection: Any, _record: Any) -> None:
        # The driver must not open transactions of its own: "begin" below does.
        dbapi_connection.isolation_level = None
        teach(dbapi_connection)
        cursor = dbapi_connection.cursor()
        for pragma in (
            f"busy_timeout={_BUSY_MS}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-16000",
            f"query_only={'ON' if query_only else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(_ALONE):
            return
        connection.exec_driver_sql("BEGIN" if query_only else "BEGIN IMMEDIATE")

    return engine
