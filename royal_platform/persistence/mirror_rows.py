"""Rows of the mirror on their way to the driver: guarded upserts and small look-ups."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal

import orjson
from sqlalchemy import Column, Connection, Table, select, update

from core.storage.types import utc_text

Mode = Literal["newest", "replace", "ignore"]


def write_rows(
    connection: Connection, table: Table, store_id: str, rows: Sequence[Any], mode: Mode
) -> None:
    """Insert named tuples whose fields are columns, with values as the driver stores them.

    Times are UTC text (``2026-01-31T10:00:00.000000Z``), days ISO text, amounts integers of
    ten-thousandths, JSON its text. On a conflict of primary keys ``newest`` keeps the later
    ``updated_at``, ``replace`` takes the given row, ``ignore`` keeps the stored one.
    """
    if rows:
        sql = _sql(table, rows[0]._fields, connection.dialect.name, mode)
        connection.exec_driver_sql(sql, [(store_id, *row) for row in rows])


def known_versions(
    connection: Connection, table: Table, store_id: str, ids: Sequence[str]
) -> dict[str, str]:
    """``updated_at`` as text of those of ``ids`` that are stored."""
    found: dict[str, str] = {}
    for part in chunks(ids):
        query = select(table.c.id, table.c.updated_at).where(
            table.c.store_id == store_id, table.c.id.in_(part)
        )
        found |= {row.id: utc_text(row.updated_at) for row in connection.execute(query)}
    return found


def deleted_ids(
    connection: Connection, table: Table, store_id: str, ids: Sequence[str]
) -> set[str]:
    """Those of ``ids`` that are marked as deleted."""
    found: set[str] = set()
    for part in chunks(ids):
        query = select(table.c.id).where(
            table.c.store_id == store_id,
            table.c.id.in_(part),
            table.c.deleted_at.is_not(None),
        )
        found |= set(connection.execute(query).scalars())
    return found


def mark_deleted(
    connection: Connection, column: Any, store_id: str, ids: Sequence[str], at: datetime
) -> int:
    """Mark the rows whose ``column`` is among ``ids``; return how many were not marked yet."""
    table, count = column.table, 0
    for part in chunks(ids):
        statement = (
            update(table)
            .where(table.c.store_id == store_id, column.in_(part))
            .where(table.c.deleted_at.is_(None))
            .values(deleted_at=at)
        )
        count += connection.execute(statement).rowcount
    return count


def revive(connection: Connection, table: Table, store_id: str, ids: Sequence[str]) -> None:
    """Rows taken for deleted are there again."""
    for part in chunks(sorted(deleted_ids(connection, table, store_id, ids))):
        connection.execute(
            update(table)
            .where(table.c.store_id == store_id, table.c.id.in_(part))
            .values(deleted_at=None)
        )


def fresh_rows(rows: Sequence[Any], known: Mapping[str, str]) -> list[Any]:
    """Rows that are not older than what is stored."""
    return [row for row in rows if row.id not in known or row.updated_at >= known[row.id]]


def newer_ids(rows: Sequence[Any], known: Mapping[str, str]) -> set[str]:
    """Ids of the rows that are new, or newer than what was stored."""
    return {row.id for row in rows if row.id not in known or row.updated_at > known[row.id]}


def altered_ids(
    connection: Connection,
    table: Table,
    store_id: str,
    rows: Sequence[Any],
    known: Mapping[str, str],
) -> set[str]:
    """Ids of the rows that are news: new, newer, or no older and other than what is stored.

    A store counts whole seconds, so two changes may carry one ``updated_at``. To be asked before
    the rows are written.
    """
    standing = [row for row in rows if row.updated_at == known.get(row.id)]
    ids = [row.id for row in standing]
    return newer_ids(rows, known) | differing(connection, table.c.id, store_id, ids, standing)


def differing(
    connection: Connection,
    owner: Column[Any],
    store_id: str,
    owners: Sequence[str],
    rows: Sequence[Any],
) -> set[str]:
    """Those of the ``owners`` whose rows, told apart by the column ``owner``, are not ``rows``.

    Rows are as for ``write_rows``; what they do not name is not compared.
    """
    wanted: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for row in rows:
        wanted[getattr(row, owner.name)].add(tuple(row))
    stored: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    columns = [owner.table.c[name] for name in rows[0]._fields] if rows else [owner]
    for part in chunks(owners):
        query = select(*columns).where(owner.table.c.store_id == store_id, owner.in_(part))
        for found in connection.execute(query):
            stored[getattr(found, owner.name)].add(tuple(map(_to_driver, found)))
    return {each for each in owners if stored[each] != wanted[each]}


def _to_driver(value: Any) -> Any:
    """A stored value as rows on their way to the driver have it."""
    match value:
        case datetime():
            return utc_text(value)
        case date():
            return value.isoformat()
        case Decimal():
            return int(value.scaleb(4))
        case list() | dict():
            return orjson.dumps(value).decode()
        case _:
            return value


def decimal(scaled: int | None) -> Decimal | None:
    """The amount that a number of ten-thousandths stands for."""
    return None if scaled is None else Decimal(scaled).scaleb(-4)


def chunks(ids: Iterable[str], size: int = 500) -> Iterator[list[str]]:
    """``ids`` in parts that fit a statement."""
    given = list(ids)
    for start in range(0, len(given), size):
        yield given[start : start + size]


@cache
def _sql(table: Table, fields: tuple[str, ...], dialect: str, mode: Mode) -> str:
    columns = ("store_id", *fields)
    mark = "?" if dialect == "sqlite" else "%s"
    keys = [column.name for column in table.primary_key]
    marks = ", ".join([mark] * len(columns))
    sql = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names
    changed = [f"{name} = excluded.{name}" for name in columns if name not in keys]
    if mode == "ignore" or not changed:
        return f"{sql} ON CONFLICT DO NOTHING"
    sql += f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changed)}"
    if mode == "newest":
        sql += f" WHERE excluded.updated_at >= {table.name}.updated_at"
    return sql
