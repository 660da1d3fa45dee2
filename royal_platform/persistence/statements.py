"""INSERT ... ON CONFLICT for both databases behind one signature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, column, func, select
from sqlalchemy.dialects import postgresql, sqlite


def insert_if_absent(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert one row unless it breaks a key; True when it was inserted."""
    statement = _insert(connection, table).values(**values).on_conflict_do_nothing()
    return connection.execute(statement).rowcount > 0


def insert_absent(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], told: str
) -> set[Any]:
    """Insert the rows that break no key, in few statements; the column ``told`` of those."""
    if not rows:
        return set()
    if connection.dialect.name == "postgresql":
        listed = {name: [row[name] for row in rows] for name in rows[0]}
        return set(connection.execute(_from_lists(table, tuple(listed), told), listed).scalars())
    statement = _insert(connection, table).on_conflict_do_nothing().returning(table.c[told])
    return set(connection.execute(statement, [dict(row) for row in rows]).scalars())


@cache
def _from_lists(table: Table, names: tuple[str, ...], told: str) -> Any:
    """One statement for any number of rows: a list for each column, read side by side."""
    lists = [bindparam(name, type_=postgresql.ARRAY(table.c[name].type)) for name in names]
    columns = [column(name, table.c[name].type) for name in names]
    given = func.unnest(*lists).table_valued(*columns).render_derived()
    rows = select(*(given.c[name] for name in names))
    insert = postgresql.insert(table).from_select(names, rows, include_defaults=False)
    return insert.on_conflict_do_nothing().returning(table.c[told])


def put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows; where the primary key exists, replace every other given column."""
    if not rows:
        return
    keys = {column.name for column in table.primary_key}
    statement = _insert(connection, table)
    replaced = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(
        statement.on_conflict_do_update(index_elements=sorted(keys), set_=replaced),
        [dict(row) for row in rows],
    )


def _insert(connection: Connection, table: Table) -> Any:
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(table)
