"""Reads from the store what the world reacts to: prices, shelves, what was offered and sold."""

import sqlite3
from typing import Any

import numpy as np

from store_sandbox.world import tables
from store_sandbox.world.book import Book, Due, Sale

_SHELVES = """
SELECT CAST(k.key AS INTEGER), v.price, v.compare_at_price, v.inventory_policy, i.tracked,
  p.status, COALESCE(SUM(l.available), 0), COALESCE(SUM(l.incoming), 0)
FROM world_keys k
JOIN variants v ON v.id = k.id
JOIN products p ON p.id = v.product_id
JOIN inventory_items i ON i.id = v.inventory_item_id
LEFT JOIN inventory_levels l ON l.item_id = i.id
WHERE k.kind = 'variant' GROUP BY v.id
"""


def read_book(db: sqlite3.Connection, count: int, until: int) -> Book:
    """The book of this moment, agenda up to `until`; a variant that is gone sells nothing."""
    book = Book(
        stock=[0] * count,
        price=[0] * count,
        compare_at=[0] * count,
        incoming=[0] * count,
        offered=np.zeros(count, dtype=np.bool_),
        unlimited=np.zeros(count, dtype=np.bool_),
        agenda=[entry for entry in tables.due(db, until) if _still_open(db, entry)],
        earlier_sales=lambda since: _sales(db, since),
    )
    for index, price, compare_at, policy, tracked, status, available, incoming in db.execute(
        _SHELVES
    ):
        book.price[index] = price // 100
        book.compare_at[index] = (compare_at or 0) // 100
        book.stock[index], book.incoming[index] = available, incoming
        book.offered[index] = status == "ACTIVE"
        book.unlimited[index] = policy == "CONTINUE" or not tracked
    return book


def _still_open(db: sqlite3.Connection, entry: Due) -> bool:
    """False for what would follow an order that somebody else has cancelled or deleted."""
    payload: dict[str, Any] = entry[3]
    if "order" not in payload or entry[2] == "dispute":
        return True
    row = db.execute(
        "SELECT o.cancelled_at FROM world_keys k JOIN orders o ON o.id = k.id"
        " WHERE k.kind = 'order' AND k.key = ?",
        (payload["order"],),
    ).fetchone()
    return row is None or row[0] is None


def _sales(db: sqlite3.Connection, since: int) -> list[Sale]:
    rows = db.execute(
        "SELECT o.created_at, CAST(k.key AS INTEGER), l.quantity FROM orders o"
        " JOIN order_lines l ON l.order_id = o.id"
        " JOIN world_keys k ON k.kind = 'variant' AND k.id = l.variant_id"
        " WHERE o.created_at >= ? ORDER BY o.created_at, l.id",
        (since,),
    )
    return [(row[0], row[1], row[2]) for row in rows]
