"""``amount * part / whole`` in whole numbers, the same on every database and in Python.

The product of two amounts passes 64 bits: SQLite would go on in floats and PostgreSQL refuse.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import BigInteger, ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_NAME = "proportion"


def proportion(amount: int, part: int, whole: int) -> int:
    """The share of ``amount`` that ``part`` is of ``whole`` (above 0); half of one rounds up."""
    return (2 * amount * part + whole) // (2 * whole)


class Proportion(FunctionElement[int]):
    """``proportion`` as SQL, of integer expressions."""

    type = BigInteger()
    inherit_cache = True

    def __init__(
        self, amount: ColumnElement[Any], part: ColumnElement[Any], whole: ColumnElement[Any]
    ) -> None:
        super().__init__(amount, part, whole)


@compiles(Proportion)
def _on_sqlite(element: Proportion, compiler: Any, **kw: Any) -> str:
    return f"{_NAME}({compiler.process(element.clauses, **kw)})"


@compiles(Proportion, "postgresql")
def _on_postgresql(element: Proportion, compiler: Any, **kw: Any) -> str:
    amount, part, whole = (f"CAST({compiler.process(each, **kw)} AS NUMERIC)"
                           for each in element.clauses)  # fmt: skip
    return f"CAST(FLOOR((2 * {amount} * {part} + {whole}) / (2 * {whole})) AS BIGINT)"


def teach(connection: sqlite3.Connection) -> None:
    """Make a SQLite connection know the function."""
    connection.create_function(_NAME, 3, proportion, deterministic=True)
