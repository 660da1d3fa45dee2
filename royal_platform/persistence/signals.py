"""``Signals`` on our copy of the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core.storage.database import Database
from royal_platform.commerce.marketing.model import Signal, Trigger
from royal_platform.persistence.tables.orders import customers, orders

_MOST = 1_000


class StoredSignals:
    """What the mirror knows of one store's customers."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def customers_created(self, since: datetime) -> Sequence[Signal]:
        """Customers who are new since, the oldest first."""
        query = (
            select(customers.c.id, customers.c.created_at)
            .where(customers.c.store_id == self._store_id, customers.c.deleted_at.is_(None))
            .where(customers.c.created_at >= since)
            .order_by(customers.c.created_at, customers.c.id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query.limit(_MOST)).all()
        return [Signal(Trigger.CUSTOMER_CREATED, id_, id_, at, {}) for id_, at in rows]

    def orders_placed(self, since: datetime) -> Sequence[Signal]:
        """Orders placed since by known customers, the oldest first."""
        query = (
            select(orders.c.id, orders.c.customer_id, orders.c.processed_at, orders.c.name)
            .where(orders.c.store_id == self._store_id, orders.c.customer_id.is_not(None))
            .where(orders.c.processed_at >= since, orders.c.cancelled_at.is_(None))
            .where(orders.c.deleted_at.is_(None), orders.c.test.is_(False))
            .order_by(orders.c.processed_at, orders.c.id)
        )
        with self._database.read() as connection:
            rows = connection.execute(query.limit(_MOST)).all()
        return [
            Signal(Trigger.ORDER_PLACED, row.id, row.customer_id, row.processed_at,
                   {"order": row.name})
            for row in rows
        ]  # fmt: skip
