"""Replaces what a store holds, in one transaction: after a failed load the old store is intact."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store_sandbox.state import KEPT, TABLES, StateStore, Transaction, to_seconds

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What a file does not say about its shop. Currency ISO 4217, time zone IANA."""

    name: str
    currency: str
    timezone: str
    taxes_included: bool = True


@contextmanager
def replacing(state: StateStore, shop: ShopFacts) -> Iterator[Transaction]:
    """A transaction on an emptied store; the world that lived in it is gone with its content."""
    with state.write() as tx:
        _empty(tx.connection)
        tx.set_meta("shop.name", shop.name)
        tx.set_meta("shop.currency", shop.currency)
        tx.set_meta("shop.timezone", shop.timezone)
        tx.set_meta("shop.taxes_included", "1" if shop.taxes_included else "0")
        tx.set_meta("shop.source", "import")
        yield tx
        tx.changes.clear()  # a new store is not news about the old one


def stand_still(tx: Transaction, at: int) -> None:
    """Stop the clock at the last thing that happened (UTC seconds): nothing more will."""
    tx.connection.execute("UPDATE clock SET simulated_until = ?", (at,))
    tx.move_clock(at, 0.0)


def run_from(tx: Transaction, now: datetime) -> None:
    """Let the clock run in real time from `now` on."""
    tx.connection.execute("UPDATE clock SET simulated_until = ?", (to_seconds(now),))
    tx.move_clock(to_seconds(now), 1.0)


def insert(
    tx: Transaction,
    table: str,
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    ids: Sequence[int] | None = None,
) -> Sequence[int]:
    """Insert rows in the order of `names` under these ids, else fresh ones; they are returned."""
    ids = tx.next_ids(table, len(rows)) if ids is None else ids
    numbered = ((number, *row) for number, row in zip(ids, rows, strict=True))
    tx.insert_tuples(table, ("id", *names), numbered)
    return ids


def _empty(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA defer_foreign_keys=ON")
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    order = {name: place for place, name in enumerate(TABLES)}
    for name in sorted(names, key=lambda name: order.get(name, -1), reverse=True):
        if name not in KEPT and not name.startswith("sqlite_"):
            db.execute(f"DELETE FROM {name}")  # noqa: S608 - names from the schema itself
    db.execute("DELETE FROM meta WHERE key LIKE 'shop.%' OR key LIKE 'world.%'")
