"""The last load of a store's warehouse, as a row: what pages and the worker go by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from royal_platform.persistence.statements import put
from royal_platform.persistence.tables.warehouse import warehouse_loads


@dataclass(frozen=True, slots=True)
class WarehouseLoad:
    """``as_of`` is business time, the others wall time; ``error`` is why the last try failed.

    ``version`` is that of the days it holds, ``rows`` all rows of the store's tables.
    """

    engine: str
    tried_at: datetime
    version: int | None = None
    as_of: datetime | None = None
    loaded_at: datetime | None = None
    rows: int | None = None
    seconds: float | None = None
    error: str | None = None


class WarehouseLoads:
    """The loads of one store's warehouses."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def last(self, connection: Connection, engine: str) -> WarehouseLoad | None:
        """The last load into ``engine``; None before the first try."""
        table = warehouse_loads.c
        query = select(warehouse_loads).where(
            table.store_id == self.store_id, table.engine == engine
        )
        row = connection.execute(query).one_or_none()
        if row is None:
            return None
        told = row._asdict()
        told.pop("store_id")
        return WarehouseLoad(**told)

    def loaded(self, connection: Connection, load: WarehouseLoad) -> None:
        """A load is in."""
        columns = [column.name for column in warehouse_loads.c if column.name != "store_id"]
        row: dict[str, Any] = {name: getattr(load, name) for name in columns}
        put(connection, warehouse_loads, [{"store_id": self.store_id, **row}])

    def failed(self, connection: Connection, engine: str, at: datetime, error: str) -> None:
        """A load failed; what the last good one said stays."""
        row = {"store_id": self.store_id, "engine": engine, "tried_at": at, "error": error}
        put(connection, warehouse_loads, [row])
