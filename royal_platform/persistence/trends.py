"""Series of how kinds of goods are asked for, as they were imported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select

from core.storage.database import Database
from royal_platform.commerce.research.trends import DAYS, Point
from royal_platform.persistence.statements import put
from royal_platform.persistence.tables.catalog import trend_points


class StoredTrends:
    """What was imported for one store."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def by_kind(self, today: date) -> Mapping[str, Mapping[str, Sequence[Point]]]:
        """The points of the days that are compared: by kind in small letters, and by series."""
        table = trend_points.c
        query = select(table.day, table.series, table.category, table.value).where(
            table.store_id == self._store_id, table.day >= today - timedelta(days=DAYS),
            table.day < today,
        )  # fmt: skip
        found: dict[str, dict[str, list[Point]]] = defaultdict(lambda: defaultdict(list))
        with self._database.read() as connection:
            for row in connection.execute(query.order_by(table.day)):
                found[row.category][row.series].append(Point(*row))
        return found


def put_trends(
    connection: Connection, store_id: str, rows: Sequence[Point], file: str, at: datetime
) -> None:
    """Keep the points of the file named ``file``; a day of a series again replaces itself."""
    put(
        connection,
        trend_points,
        [
            {
                "store_id": store_id, "day": row.day, "series": row.series,
                "category": row.category.strip().lower(), "value": row.value, "file": file,
                "imported_at": at,
            }
            for row in rows
        ],
    )  # fmt: skip
