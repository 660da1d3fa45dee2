"""Who was in the store before: what an export brings again keeps its id, by what names it there."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from store_sandbox.state import StateStore, Transaction
from store_sandbox.state.store import read_meta

Ids = dict[Hashable, int]


@dataclass(slots=True)
class Known:
    """Ids by table and natural key: a product's handle, a variant's options, an order's name ..."""

    ids: defaultdict[str, Ids] = field(default_factory=lambda: defaultdict(dict))

    def of(self, tx: Transaction, table: str, keys: Iterable[Hashable]) -> list[int]:
        """The id of each key: the one it had, else a fresh one. A key twice has it once."""
        left = dict(self.ids[table])
        found = [left.pop(key, None) for key in keys]
        fresh = iter(tx.next_ids(table, sum(each is None for each in found)))
        return [next(fresh) if each is None else each for each in found]


_QUESTIONS = {
    "locations": "SELECT id, name FROM locations",
    "products": "SELECT id, handle FROM products",
    "variants": "SELECT v.id, p.handle || char(31) || v.options FROM variants v"
    " JOIN products p ON p.id = v.product_id",
    "inventory_items": "SELECT v.inventory_item_id, p.handle || char(31) || v.options"
    " FROM variants v JOIN products p ON p.id = v.product_id",
    "customers": "SELECT id, email FROM customers WHERE email IS NOT NULL",
    "orders": "SELECT id, note FROM orders WHERE note IS NOT NULL",
    "order_lines": "SELECT l.id, o.note || char(31) || (SELECT COUNT(*) FROM order_lines b"
    " WHERE b.order_id = l.order_id AND b.id < l.id)"
    " FROM order_lines l JOIN orders o ON o.id = l.order_id",
    "refunds": "SELECT r.id, o.note FROM refunds r JOIN orders o ON o.id = r.order_id",
}


def known_before(state: StateStore) -> Known:
    """What an earlier import left; nothing of a store that was not imported."""
    found = Known()
    with state.read() as db:
        if read_meta(db, "shop.source") == "import":
            for table, question in _QUESTIONS.items():
                found.ids[table] = _read(db, question)
    return found


def _read(db: sqlite3.Connection, question: str) -> Ids:
    return {key: number for number, key in db.execute(question)}


def key_of(*parts: object) -> str:
    """Parts of one key, as the questions above join them."""
    return "\x1f".join(map(str, parts))
