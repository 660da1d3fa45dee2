"""A warehouse in memory: the star's tables in DuckDB, filled row by row by a test."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

import duckdb

from royal_platform.commerce.analytics.ports import Freshness, Query, Rows
from royal_platform.commerce.analytics.star import STAR

_TYPES = {
    "text": "VARCHAR", "integer": "BIGINT", "amount": "DECIMAL(18,4)", "day": "DATE",
    "moment": "TIMESTAMP", "flag": "BOOLEAN", "rate": "DECIMAL(18,8)",
}  # fmt: skip
_PLAIN: dict[str, Any] = {
    "text": "", "integer": 0, "amount": Decimal(0), "day": date(2026, 1, 1),
    "moment": datetime(2026, 1, 1), "flag": False, "rate": Decimal(1),
}  # fmt: skip


class StarInMemory:
    """``add`` rows, ask queries; what a required column is not given is empty or zero."""

    engine: Literal["duckdb"] = "duckdb"

    def __init__(self) -> None:
        self._database = duckdb.connect(":memory:")
        for table in STAR.values():
            columns = ", ".join(f"{c.name} {_TYPES[c.kind]}" for c in table.columns)
            self._database.execute(f"CREATE TABLE {table.name} ({columns})")

    def add(self, table: str, **values: Any) -> None:
        star = STAR[table]
        row = [values.pop(c.name, _PLAIN[c.kind] if c.required else None) for c in star.columns]
        assert not values, f"{table} has no {sorted(values)}"
        marks = ", ".join("?" for _ in row)
        self._database.execute(f"INSERT INTO {table} VALUES ({marks})", row)

    def rows(self, query: Query, *, limit: int = 10_000) -> Rows:
        answer = self._database.execute(query.sql, dict(query.parameters))
        columns = tuple(name for name, *_ in answer.description or ())
        return Rows(columns, tuple(answer.fetchmany(limit)), query.sql, self.freshness())

    def sql(self, query: Query) -> str:
        return query.sql

    def freshness(self) -> Freshness:
        now = datetime(2026, 7, 1, tzinfo=UTC)
        return Freshness("duckdb", now, now, {})
