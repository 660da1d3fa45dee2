"""Rows of the mirror on their way to the driver: guarded upserts and small look-ups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from sqlalchemy import Connection, Table, select, update

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


def news(rows: Sequence[Any], known: Mapping[str, str]) -> int:
    """How many rows are new, or newer than what was stored."""
    return sum(row.id not in known or row.updated_at > known[row.id] for row in rows)


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
