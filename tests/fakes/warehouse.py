"""The warehouse's ports in memory: a source with rows of a test, a warehouse without files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from core.errors import Invalid, NotFound
from royal_platform.commerce.analytics.ports import (
    Changes,
    Engine,
    Freshness,
    Mark,
    Query,
    Rows,
    Scope,
)
from royal_platform.commerce.analytics.star import STAR, STORE, StarTable
from royal_platform.warehouse import sql
from royal_platform.warehouse.embedded import plain

AS_OF = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)


@dataclass
class StarInMemory:
    """``StarSource``. Rows are dicts by column; columns that are left out are unknown."""

    store_id: str
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    touched: dict[date, int] = field(default_factory=dict)
    version: int = 0
    # What to raise when a table is read: a load that is cut off.
    broken: dict[str, Exception] = field(default_factory=dict)
    read: list[tuple[str, int]] = field(default_factory=list)

    def put(self, table: str, *rows: dict[str, Any]) -> None:
        """Set all rows of a table."""
        self.tables[table] = list(rows)

    def touch(self, *days: date) -> None:
        """The orders of these days changed."""
        self.version += 1
        self.touched |= dict.fromkeys(days, self.version)

    @contextmanager
    def snapshot(self) -> Iterator[StarInMemory]:
        yield self

    def changes(self, since: Mark | None) -> Changes:
        mark = Mark(self.version, None)
        if since is None:
            return Changes({}, mark, AS_OF)
        days = tuple(sorted(day for day, version in self.touched.items() if version > since.days))
        scopes = {name: Scope(days=days) for name, table in STAR.items() if table.by_day}
        return Changes(scopes, mark, AS_OF)

    def rows(self, table: StarTable, scope: Scope) -> Iterator[Sequence[Any]]:
        if table.name in self.broken:
            raise self.broken[table.name]
        count = 0
        for row in self.tables.get(table.name, []):
            if scope.days is None or row["day"] in scope.days:
                count += 1
                yield [row.get(column.name) for column in table.columns if column.name != STORE]
        self.read.append((table.name, count))


class WarehouseInMemory:
    """``Warehouse`` that forgets with the process and is loaded whole."""

    engine: Engine = "duckdb"

    def __init__(self, store_id: str) -> None:
        self._store_id = store_id
        self._connection = duckdb.connect()
        self._freshness: Freshness | None = None

    def sql(self, query: Query) -> str:
        return sql.rendered(query, self.engine)[0]

    def freshness(self) -> Freshness | None:
        return self._freshness

    def rows(self, query: Query, *, limit: int = 10_000) -> Rows:
        text, wanted = sql.rendered(query, self.engine)
        parameters = {name: sql.moment(value) for name, value in wanted.items()}
        if self._freshness is None:
            raise NotFound("Nothing was loaded.", remedy="Load it.")
        if f"${sql.STORE_PARAMETER}" in text:
            parameters[sql.STORE_PARAMETER] = self._store_id
        try:
            cursor = self._connection.execute(text, parameters)
        except duckdb.Error as error:
            raise Invalid(str(error), remedy="Correct it.") from None
        columns = tuple(str(told[0]) for told in cursor.description or ())
        rows = tuple(tuple(plain(value) for value in row) for row in cursor.fetchmany(limit))
        return Rows(columns, rows, text, self._freshness)

    def load(self, source: StarInMemory, now: datetime) -> None:
        """Take every row of the source; all or nothing."""
        with source.snapshot() as snapshot:
            found = {name: list(snapshot.rows(table, Scope())) for name, table in STAR.items()}
        for name, table in STAR.items():
            self._connection.execute(f"DROP TABLE IF EXISTS {name}")
            self._connection.execute(sql.create_table(table))
            for row in found[name]:
                kinds = [column.kind for column in table.columns]
                values = [source.store_id, *row]
                told = [_value(kind, value) for kind, value in zip(kinds, values, strict=True)]
                marks = ", ".join("?" * len(told))
                self._connection.execute(f"INSERT INTO {name} VALUES ({marks})", told)
        counts = {name: len(rows) for name, rows in found.items()}
        self._connection.execute(
            "UPDATE fact_line SET unit_cost = v.unit_cost, cost_currency = v.cost_currency "
            "FROM dim_variant v WHERE v.variant_id = fact_line.variant_id"
        )
        self._freshness = Freshness("duckdb", AS_OF, now, counts)


def _value(kind: str, value: Any) -> Any:
    from decimal import Decimal

    if kind == "amount" and value is not None:
        return Decimal(value).scaleb(-4)
    return None if value == "" else value
