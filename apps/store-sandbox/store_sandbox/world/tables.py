"""The world's own tables in the state file: its agenda, its names for rows, its secrets."""

import json
import sqlite3
from collections.abc import Iterable
from datetime import date
from typing import Any

from store_sandbox.state import Transaction
from store_sandbox.world.book import Due

_LATER_SECONDS = 4 * 3600
STATEMENTS = """
CREATE TABLE IF NOT EXISTS world_agenda (
  at INTEGER NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL,
  PRIMARY KEY (at, key)) WITHOUT ROWID;
-- kind: variant, order, checkout or customer, key: the world's name for it
CREATE TABLE IF NOT EXISTS world_keys (
  kind TEXT NOT NULL, key TEXT NOT NULL, id INTEGER NOT NULL,
  PRIMARY KEY (kind, key)) WITHOUT ROWID;
-- what only `truth` may tell: rings behind orders, and the disputes
CREATE TABLE IF NOT EXISTS world_secrets (
  kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (kind, key)) WITHOUT ROWID
"""


def create(tx: Transaction) -> None:
    """Create whatever is missing."""
    for statement in STATEMENTS.split(";"):
        tx.connection.execute(statement)


def identity(db: sqlite3.Connection) -> tuple[int, date] | None:
    """(seed, first local day) of the world in this file; None when there is no world."""
    rows = dict(
        db.execute("SELECT key, value FROM meta WHERE key IN ('world.seed', 'world.origin')")
    )
    if len(rows) < 2:
        return None
    return int(rows["world.seed"]), date.fromisoformat(rows["world.origin"])


def due(db: sqlite3.Connection, until: int) -> list[Due]:
    """The agenda up to `until` (UTC seconds), earliest first."""
    rows = db.execute(
        "SELECT at, key, kind, payload FROM world_agenda WHERE at <= ? ORDER BY at, key", (until,)
    )
    return [(row[0], row[1], row[2], json.loads(row[3])) for row in rows]


def replace_due(tx: Transaction, until: int, entries: Iterable[Due]) -> None:
    """Take what is done off the agenda and put what came up on it."""
    tx.connection.execute("DELETE FROM world_agenda WHERE at <= ?", (until,))
    tx.connection.executemany(
        "INSERT INTO world_agenda VALUES (?, ?, ?, ?)",
        (
            (at, key, kind, json.dumps(payload, separators=(",", ":"), sort_keys=True))
            for at, key, kind, payload in entries
        ),
    )


def ship_after_all(tx: Transaction, order_id: int) -> None:
    """Put the shipping of an order that missed it on the agenda again, some hours from now."""
    row = tx.connection.execute(
        "SELECT key FROM world_keys WHERE kind = 'order' AND id = ?", (order_id,)
    ).fetchone()
    if row is None:
        return
    at = tx.now + _LATER_SECONDS
    tx.connection.execute(
        "INSERT OR IGNORE INTO world_agenda VALUES (?, ?, 'ship', ?)",
        (at, f"ship/{row[0]}/{at}", json.dumps({"order": row[0]})),
    )


def row_id(db: sqlite3.Connection, kind: str, key: str) -> int | None:
    """The store's id of something the world knows by `key`."""
    row = db.execute("SELECT id FROM world_keys WHERE kind = ? AND key = ?", (kind, key)).fetchone()
    return None if row is None else int(row[0])


def add_keys(tx: Transaction, kind: str, ids: Iterable[tuple[str, int]]) -> None:
    """Remember the store's ids of new rows."""
    tx.connection.executemany(
        "INSERT INTO world_keys VALUES (?, ?, ?)", ((kind, key, number) for key, number in ids)
    )


def add_secrets(tx: Transaction, kind: str, values: Iterable[tuple[str, Any]]) -> None:
    """Remember what the API must not tell."""
    tx.connection.executemany(
        "INSERT OR REPLACE INTO world_secrets VALUES (?, ?, ?)",
        ((kind, key, json.dumps(value)) for key, value in values),
    )
