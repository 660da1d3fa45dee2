"""Rows that webhook bodies are made of."""

# ruff: noqa: S608 - table and column names are constants of this package, values are always bound

from typing import Any, TypeAlias

from store_sandbox.state import Transaction

Body: TypeAlias = dict[str, Any]


def row_of(tx: Transaction, table: str, number: int) -> Any:
    """The row with this id, None when it is gone."""
    sql = f"SELECT * FROM {table} WHERE id = ?"
    return tx.connection.execute(sql, (number,)).fetchone()


def rows_of(tx: Transaction, sql: str, number: int) -> list[Any]:
    """The rows of a query with one parameter."""
    return tx.connection.execute(sql, (number,)).fetchall()
