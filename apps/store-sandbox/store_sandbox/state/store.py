"""Transactions over the state file: one writer at a time, snapshots for readers, one clock.

    state = StateStore(path)                    # creates the file and its tables
    with state.write() as tx:                   # BEGIN IMMEDIATE ... COMMIT, or ROLLBACK on error
        first = tx.next_ids("products", 40)     # range of forty fresh ids
        tx.insert("products", rows)             # list of dicts with the same keys: bulk path
        tx.changed("products/update", 17)       # a webhook for whoever subscribed, same commit
    with state.read() as db:                    # sqlite3.Connection on one snapshot
        db.execute("SELECT ...")

A row that changes carries `updated_at = tx.now`: the world's time of the commit, not the time the
thing is said to have happened, so that a client paging by `updated_at` never misses it.
"""

# ruff: noqa: S608 - table and column names are constants of this package, values are always bound

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from store_sandbox.state.schema import KEPT, statements
from store_sandbox.state.units import from_seconds, to_seconds

FIRST_ID = 1_000_001


@dataclass(frozen=True, slots=True)
class Clock:
    """The world's clock: `world_at` (UTC seconds) was true at wall second `wall_at`."""

    world_at: float
    wall_at: float
    rate: float
    simulated_until: int

    def seconds(self, wall: float) -> float:
        """World time in UTC seconds at a wall-clock second; it never runs backwards."""
        return self.world_at + max(0.0, wall - self.wall_at) * self.rate


@dataclass(frozen=True, slots=True)
class Change:
    """Something a webhook topic (`orders/create`) tells; `detail` serves topics about deletions."""

    topic: str
    subject_id: int
    detail: Mapping[str, Any] = field(default_factory=dict)


class Transaction:
    """One unit of work on the writing connection."""

    def __init__(self, connection: sqlite3.Connection, clock: Clock, wall: float) -> None:
        self.connection = connection
        self.wall = wall
        self.clock = clock
        self.now = int(clock.seconds(wall))
        self.changes: list[Change] = []

    def next_ids(self, name: str, count: int = 1) -> range:
        """Reserve `count` consecutive ids of a table (or of any named sequence)."""
        row = self.connection.execute(
            "INSERT INTO sequences (name, next) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET next = next + ? RETURNING next",
            (name, FIRST_ID + count, count),
        ).fetchone()
        return range(row[0] - count, row[0])

    def insert(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert dicts that share one set of keys; missing columns take their defaults."""
        if not rows:
            return
        names = tuple(rows[0])
        marks = ", ".join(f":{name}" for name in names)
        self.connection.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows
        )

    def insert_tuples(
        self, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """The fastest bulk path: tuples in the order of `names`."""
        marks = ", ".join("?" * len(names))
        self.connection.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows
        )

    def update(self, table: str, row_id: int, values: Mapping[str, Any]) -> None:
        """Set columns (possibly none) of the row with this `id`, and its `updated_at`."""
        sets = "".join(f"{name} = :{name}, " for name in values)
        self.connection.execute(
            f"UPDATE {table} SET {sets}updated_at = :_now WHERE id = :_id",
            {**values, "_now": self.now, "_id": row_id},
        )

    def changed(self, topic: str, subject_id: int, **detail: Any) -> None:
        """Remember a change for the webhook outbox of this transaction."""
        self.changes.append(Change(topic, subject_id, detail))

    def get_meta(self, key: str) -> str | None:
        """A value of the `meta` table, None when it was never set."""
        return read_meta(self.connection, key)

    def set_meta(self, key: str, value: str) -> None:
        """Write a value of the `meta` table."""
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def set_simulated_until(self, until: datetime) -> None:
        """Record how far the world has been lived through; `now` follows if it lags behind.

        While a world advances past the running clock (a step, or a history being generated),
        later rows of the same transaction get the later `now`.
        """
        seconds = to_seconds(until)
        self.connection.execute("UPDATE clock SET simulated_until = ?", (seconds,))
        if seconds > self.now:
            self.move_clock(seconds)

    def move_clock(self, world_seconds: float, rate: float | None = None) -> None:
        """Set the clock to a world time from this moment on, optionally with a new rate."""
        rate = self.clock.rate if rate is None else rate
        self.connection.execute(
            "UPDATE clock SET world_at = ?, wall_at = ?, rate = ?",
            (world_seconds, self.wall, rate),
        )
        self.clock = read_clock(self.connection)
        self.now = int(world_seconds)


def read_meta(connection: sqlite3.Connection, key: str) -> str | None:
    """A value of the `meta` table, None when it was never set."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])


def read_clock(connection: sqlite3.Connection) -> Clock:
    """The clock row as this connection sees it."""
    row = connection.execute(
        "SELECT world_at, wall_at, rate, simulated_until FROM clock WHERE id = 1"
    ).fetchone()
    return Clock(*row)


class StateStore:
    """The state file. `before_commit` (the webhook outbox) runs inside each write transaction."""

    def __init__(
        self, path: Path | str, *, wall: Callable[[], float] = time.time, rate: float = 1.0
    ) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.wall = wall
        self.before_commit: Callable[[Transaction], None] | None = None
        self.after_commit: list[Callable[[Transaction], None]] = []
        self._lock = threading.RLock()
        self._writer = self._connect()
        self._readers: list[sqlite3.Connection] = []
        self._create(rate)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, timeout=30
        )
        connection.row_factory = sqlite3.Row
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "cache_size=-16000",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _create(self, rate: float) -> None:
        self._writer.execute("BEGIN IMMEDIATE")
        for statement in statements():
            self._writer.execute(statement)
        wall = self.wall()
        self._writer.execute(
            "INSERT OR IGNORE INTO clock VALUES (1, ?, ?, ?, ?)", (wall, wall, rate, int(wall))
        )
        self._writer.execute("COMMIT")

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """BEGIN IMMEDIATE; COMMIT with the outbox at the end, ROLLBACK on any error."""
        with self._lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                transaction = Transaction(self._writer, read_clock(self._writer), self.wall())
                yield transaction
                if self.before_commit is not None and transaction.changes:
                    self.before_commit(transaction)
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise
        for told in self.after_commit if transaction.changes else ():
            told(transaction)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one snapshot until the block ends."""
        try:
            connection = self._readers.pop()
        except IndexError:
            connection = self._connect()
            connection.execute("PRAGMA query_only=ON")
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")
            self._readers.append(connection)

    def clock(self) -> Clock:
        """The world's clock as committed."""
        with self.read() as connection:
            return read_clock(connection)

    def now(self) -> datetime:
        """The world's time at this moment, whole seconds, UTC."""
        return from_seconds(self.clock().seconds(self.wall()))

    def simulated_until(self) -> datetime:
        """How far the world has been lived through: where `world.advance` continues."""
        return from_seconds(self.clock().simulated_until)

    def set_clock(self, at: datetime | None = None, rate: float | None = None) -> None:
        """Move the clock to `at` (default: where it is) and let it run at `rate` from now on."""
        with self.write() as transaction:
            seconds = transaction.clock.seconds(transaction.wall)
            transaction.move_clock(to_seconds(at) if at is not None else seconds, rate)

    def is_empty(self) -> bool:
        """Whether no product and no order was ever put in."""
        with self.read() as connection:
            row = connection.execute(
                "SELECT EXISTS (SELECT 1 FROM products) OR EXISTS (SELECT 1 FROM orders)"
            ).fetchone()
            return not row[0]

    def wipe(self) -> None:
        """Empty every table of business data; credentials, tokens and subscriptions stay."""
        with self.write() as transaction:
            db = transaction.connection
            db.execute("PRAGMA defer_foreign_keys=ON")
            rows = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (name,) in rows:
                if name not in KEPT and not name.startswith("sqlite_"):
                    db.execute(f"DELETE FROM {name}")
            db.execute("DELETE FROM meta WHERE key LIKE 'shop.%' OR key LIKE 'world.%'")
            transaction.move_clock(transaction.wall)
            db.execute("UPDATE clock SET simulated_until = ?", (int(transaction.wall),))

    def close(self) -> None:
        """Close every connection; the file is then complete on its own."""
        with self._lock:
            for connection in (*self._readers, self._writer):
                connection.close()
            self._readers.clear()
