"""The cost bucket of one app on one store: a row that every process draws from."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from core.resilience.shared_bucket import Answer, Ask, Bucket, draw
from core.storage.database import Database
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.statements import insert_if_absent, put
from royal_platform.persistence.tables.connections import api_budgets

_FIELDS = (
    "at", "maximum", "restore", "available", "urgent_until", "costs", "throttled", "throttled_at",
)  # fmt: skip


class StoredBudget:
    """The bucket of ``app`` on one store, in the database all processes share."""

    def __init__(self, database: Database, store_id: str, app: str) -> None:
        self._database = database
        self._key = {"store_id": store_id, "app": app[:80]}

    def exchange(self, ask: Ask) -> Answer:
        """Draw from the bucket, in one short transaction that holds its row."""
        with self._database.write() as transaction:
            connection = transaction.connection
            now = _now(connection)
            bucket = self._locked(connection, now)
            bucket, answer = draw(bucket, ask, now)
            row = {name: getattr(bucket, name) for name in _FIELDS}
            put(connection, api_budgets, [{**self._key, **row, "costs": dict(bucket.costs)}])
        return answer

    def _locked(self, connection: Connection, now: datetime) -> Bucket:
        query = select(api_budgets).where(
            *(api_budgets.c[name] == value for name, value in self._key.items())
        )
        row = connection.execute(query.with_for_update()).one_or_none()
        if row is None:
            empty = {name: getattr(Bucket(now), name) for name in _FIELDS}
            insert_if_absent(connection, api_budgets, {**self._key, **empty})
            row = connection.execute(query.with_for_update()).one()
        return _bucket(row)


def newest(connection: Connection, store_id: str) -> Bucket | None:
    """The store's bucket as it was last drawn from; None before the first call."""
    query = select(api_budgets).where(api_budgets.c.store_id == store_id)
    row = connection.execute(query.order_by(api_budgets.c.at.desc()).limit(1)).one_or_none()
    return None if row is None else _bucket(row)


def _bucket(row: Row[Any]) -> Bucket:
    return Bucket(**{name: getattr(row, name) for name in _FIELDS})


def _now(connection: Connection) -> datetime:
    """The one clock that processes on several machines share."""
    if connection.dialect.name != "postgresql":
        return wall_now()
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return now
