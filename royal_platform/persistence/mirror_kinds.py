"""Mirrored objects that are kept as rows with parts: a kind names its tables, the rest is alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Table, delete, func, select

from royal_platform.persistence.mirror_rows import (
    chunks,
    fresh_rows,
    known_versions,
    mark_deleted,
    news,
    revive,
    write_rows,
)
from royal_platform.persistence.tables.catalog import collection_products, collections


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of objects, and that of their parts with the column that names the object."""

    table: Table
    parts: Table | None = None
    owner: str = ""


KINDS: dict[str, Kind] = {
    "collections": Kind(collections, collection_products, "collection_id"),
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
        write_rows(connection, table, self.store_id, fresh, "newest")
        ids = [row.id for row in fresh]
        revive(connection, table, self.store_id, ids)
        changed = self._put_parts(connection, ids, parts) if self.kind.parts is not None else set()
        newer = {row.id for row in fresh if row.updated_at > known.get(row.id, "")}
        return max(news(fresh, known), len(newer | changed))

    def delete(self, connection: Connection, ids: Iterable[str], at: datetime) -> int:
        """The store no longer has these: the rows stay and say when, their parts go."""
        gone = list(ids)
        count = mark_deleted(connection, self.kind.table.c.id, self.store_id, gone, at)
        if self.kind.parts is not None:
            self._drop_parts(connection, gone)
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

    def _put_parts(
        self, connection: Connection, owners: Sequence[str], parts: Sequence[Any]
    ) -> set[str]:
        """Replace the parts of ``owners`` where they differ; return whose did."""
        table, wanted = self._parts, defaultdict(set)
        for row in parts:
            wanted[getattr(row, self.kind.owner)].add(row)
        stored: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
        columns = [column for column in table.c if column.name != "store_id"]
        for part in chunks(owners):
            query = select(*columns).where(table.c.store_id == self.store_id, self._owner.in_(part))
            for row in connection.execute(query):
                stored[getattr(row, self.kind.owner)].add(tuple(row))
        changed = {owner for owner in owners if stored[owner] != wanted[owner]}
        self._drop_parts(connection, [owner for owner in changed if stored[owner]])
        rows = [row for owner in sorted(changed) for row in sorted(wanted[owner])]
        write_rows(connection, table, self.store_id, rows, "replace")
        return changed

    def _drop_parts(self, connection: Connection, owners: Sequence[str]) -> None:
        for part in chunks(owners):
            connection.execute(
                delete(self._parts).where(
                    self._parts.c.store_id == self.store_id, self._owner.in_(part)
                )
            )

    @property
    def _parts(self) -> Table:
        assert self.kind.parts is not None  # noqa: S101 - callers ask for kinds with parts
        return self.kind.parts

    @property
    def _owner(self) -> Column[Any]:
        found: Column[Any] = self._parts.c[self.kind.owner]
        return found
