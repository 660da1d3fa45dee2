"""Mirrored objects that are kept as rows with parts: a kind names its tables, the rest is alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, func, select

from royal_platform.persistence.mirror_metafields import MetafieldMirror
from royal_platform.persistence.mirror_parts import drop_parts, replace_parts
from royal_platform.persistence.mirror_rows import (
    altered_ids,
    fresh_rows,
    known_versions,
    mark_deleted,
    revive,
    write_rows,
)
from royal_platform.persistence.tables.catalog import (
    collection_products,
    collections,
    discounts,
)
from royal_platform.persistence.tables.customers import shop_segments
from royal_platform.persistence.tables.orders import (
    abandoned_checkout_lines,
    abandoned_checkouts,
    fulfillment_order_lines,
    fulfillment_orders,
    order_transactions,
    return_lines,
    returns,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of objects, and the column by which the table of their parts names the object.

    ``noted`` is what they are as owners of metafields, when they have any.
    """

    table: Table
    owner: Column[Any] | None = None
    noted: str = ""


KINDS: dict[str, Kind] = {
    "collections": Kind(collections, collection_products.c.collection_id, noted="collection"),
    "discounts": Kind(discounts),
    "fulfillment_orders": Kind(fulfillment_orders, fulfillment_order_lines.c.fulfillment_order_id),
    "returns": Kind(returns, return_lines.c.return_id),
    "segments": Kind(shop_segments),
    "checkouts": Kind(abandoned_checkouts, abandoned_checkout_lines.c.checkout_id),
    "transactions": Kind(order_transactions),
}


class KindMirror:
    """Writes one store's objects of one kind. Callers hold the store's row lock.

    Methods return how many of the given objects were news.
    """

    def __init__(self, store_id: str, kind: str) -> None:
        self.store_id = store_id
        self.kind = KINDS[kind]

    def put(self, connection: Connection, rows: Sequence[Any], parts: Sequence[Any]) -> int:
        """Objects with all their parts: one that a not older object lost is gone."""
        table = self.kind.table
        known = known_versions(connection, table, self.store_id, [row.id for row in rows])
        fresh = fresh_rows(rows, known)
        altered = altered_ids(connection, table, self.store_id, fresh, known)
        write_rows(connection, table, self.store_id, fresh, "newest")
        ids = [row.id for row in fresh]
        revive(connection, table, self.store_id, ids)
        if self.kind.owner is not None:
            altered |= replace_parts(connection, self.kind.owner, self.store_id, ids, parts)
        return len(altered)

    def delete(self, connection: Connection, ids: Iterable[str], at: datetime) -> int:
        """The store no longer has these: the rows stay and say when, their parts go."""
        gone = list(ids)
        count = mark_deleted(connection, self.kind.table.c.id, self.store_id, gone, at)
        if self.kind.owner is not None:
            drop_parts(connection, self.kind.owner, self.store_id, gone)
        if self.kind.noted:
            MetafieldMirror(self.store_id).forget(connection, self.kind.noted, gone)
        return count

    def keep(self, connection: Connection, ids: Iterable[str], at: datetime) -> int:
        """The store has exactly these: every other one is gone."""
        table, there = self.kind.table, set(ids)
        query = select(table.c.id).where(
            table.c.store_id == self.store_id, table.c.deleted_at.is_(None)
        )
        return self.delete(connection, set(connection.execute(query).scalars()) - there, at)

    def count(self, connection: Connection) -> int:
        """How many there are."""
        table = self.kind.table
        query = select(func.count()).select_from(table)
        query = query.where(table.c.store_id == self.store_id, table.c.deleted_at.is_(None))
        return int(connection.execute(query).scalar_one())
