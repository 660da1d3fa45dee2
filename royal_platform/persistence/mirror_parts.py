"""What belongs to mirrored objects and comes whole with them, in tables of its own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Connection, delete, select, type_coerce

from core.storage.types import ScaledDecimal
from royal_platform.persistence.mirror_rows import chunks, write_rows


def replace_parts(
    connection: Connection,
    owner: Column[Any],
    store_id: str,
    owners: Sequence[str],
    parts: Sequence[Any],
    *alike: ColumnElement[bool],
) -> set[str]:
    """Make ``parts`` all that the ``owners`` have in their table; return whose differed.

    ``alike`` narrows a table that several kinds of owners share.
    """
    table, wanted = owner.table, defaultdict(set)
    for row in parts:
        wanted[getattr(row, owner.name)].add(row)
    stored: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    columns = [_raw(column) for column in table.c if column.name != "store_id"]
    for part in chunks(owners):
        query = select(*columns).where(table.c.store_id == store_id, owner.in_(part), *alike)
        for row in connection.execute(query):
            stored[getattr(row, owner.name)].add(tuple(row))
    changed = {each for each in owners if stored[each] != wanted[each]}
    drop_parts(connection, owner, store_id, [each for each in changed if stored[each]], *alike)
    rows = [row for each in sorted(changed) for row in sorted(wanted[each])]
    write_rows(connection, table, store_id, rows, "replace")
    return changed


def _raw(column: Column[Any]) -> Any:
    """The column as rows on their way to the driver have it: amounts as whole numbers."""
    is_amount = isinstance(column.type, ScaledDecimal)
    return type_coerce(column, BigInteger).label(column.name) if is_amount else column


def drop_parts(
    connection: Connection,
    owner: Column[Any],
    store_id: str,
    owners: Iterable[str],
    *alike: ColumnElement[bool],
) -> int:
    """The ``owners`` have no parts in the table of ``owner`` any more; how many they had."""
    table, count = owner.table, 0
    for part in chunks(owners):
        count += connection.execute(
            delete(table).where(table.c.store_id == store_id, owner.in_(part), *alike)
        ).rowcount
    return count
