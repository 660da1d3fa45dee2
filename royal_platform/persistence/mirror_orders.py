"""The mirrored orders with their children, their customers, and the days they touch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from royal_platform.persistence.aggregates import recompute_days
from royal_platform.persistence.clock import StoreClock
from royal_platform.persistence.mirror_metafields import MetafieldMirror
from royal_platform.persistence.mirror_rows import (
    altered_ids,
    chunks,
    deleted_ids,
    differing,
    fresh_rows,
    known_versions,
    mark_deleted,
    newer_ids,
    revive,
    write_rows,
)
from royal_platform.persistence.tables.customers import customer_values
from royal_platform.persistence.tables.orders import (
    customers,
    daily_sales,
    order_adjustments,
    order_lines,
    orders,
    refund_lines,
    refunds,
)
from royal_platform.persistence.touched_days import touch

_CHILDREN = (
    ("lines", order_lines),
    ("refunds", refunds),
    ("refund_lines", refund_lines),
    ("adjustments", order_adjustments),
)


# When and where somebody agreed is about the person.
_CONSENT = tuple(column.name for column in customers.c if "_consent" in column.name)


class OrderMirror:
    """Writes one store's orders. Callers hold the store's row lock (``stores.lock``).

    Methods return how many of the given objects were news.
    """

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def put_orders(self, connection: Connection, page: Any) -> int:
        """Orders with all children; the aggregates of every touched day are recomputed.

        An order of an erased customer comes without the name, whatever the store still says.
        ``page`` has ``orders``, ``lines``, ``refunds``, ``refund_lines`` and ``adjustments``.
        """
        known = known_versions(connection, orders, self.store_id, [row.id for row in page.orders])
        fresh = self._nameless(connection, fresh_rows(page.orders, known))
        ids = {row.id for row in fresh}
        altered = self._altered(connection, fresh, page, known)
        replaced = ids & known.keys()
        days = self._days_of(connection, replaced) | {date.fromisoformat(o.day) for o in fresh}
        self._forget_children(connection, replaced)
        write_rows(connection, orders, self.store_id, fresh, "newest")
        newer = newer_ids(fresh, known) & known.keys()
        revive(connection, orders, self.store_id, sorted(newer))
        for name, table in _CHILDREN:
            rows = [row for row in getattr(page, name) if row.order_id in ids]
            write_rows(connection, table, self.store_id, rows, "replace")
        days |= {date.fromisoformat(row.day) for row in page.refunds if row.order_id in ids}
        recompute_days(connection, self.store_id, days)
        return len(altered)

    def put_customers(self, connection: Connection, rows: Sequence[Any]) -> int:
        """Customers; an erased one stays erased."""
        ids = [row.id for row in rows]
        erased = deleted_ids(connection, customers, self.store_id, ids)
        known = known_versions(connection, customers, self.store_id, ids)
        kept = [row for row in rows if row.id not in erased]
        altered = altered_ids(connection, customers, self.store_id, kept, known)
        write_rows(connection, customers, self.store_id, kept, "newest")
        return len(altered)

    def delete_orders(self, connection: Connection, ids: Iterable[str], at: datetime) -> int:
        """The store no longer has these orders: they leave the figures."""
        gone = list(ids)
        days = self._days_of(connection, gone)
        count = mark_deleted(connection, orders.c.id, self.store_id, gone, at)
        MetafieldMirror(self.store_id).forget(connection, "order", gone)
        recompute_days(connection, self.store_id, days)
        return count

    def erase_customers(self, connection: Connection, ids: Iterable[str], at: datetime) -> int:
        """Erase the personal data of these customers, on their orders too, and what is expected."""
        count = 0
        noting = MetafieldMirror(self.store_id)
        for part in chunks(ids):
            mine = (orders.c.store_id == self.store_id) & orders.c.customer_id.in_(part)
            noting.forget(connection, "customer", part)
            bought = connection.execute(select(orders.c.id).where(mine)).scalars()
            noting.forget(connection, "order", bought.all())
            bought_on = connection.execute(select(orders.c.day).where(mine).distinct())
            touch(connection, self.store_id, bought_on.scalars())
            connection.execute(
                update(orders)
                .where(mine)
                .values(customer_name=None, search=func.lower(orders.c.name))
            )
            statement = (
                update(customers)
                .where(customers.c.store_id == self.store_id, customers.c.id.in_(part))
                .values(name=None, search="", deleted_at=at, **dict.fromkeys(_CONSENT))
            )
            count += connection.execute(statement).rowcount
            connection.execute(
                delete(customer_values).where(
                    customer_values.c.store_id == self.store_id,
                    customer_values.c.customer_id.in_(part),
                )
            )
        return count

    def recount(self, connection: Connection) -> None:
        """Compute every day anew: what an amount says has changed."""
        query = select(daily_sales.c.day).where(daily_sales.c.store_id == self.store_id)
        recompute_days(connection, self.store_id, connection.execute(query).scalars().all())

    def move_days(self, connection: Connection, timezone: str) -> None:
        """The store counts days in another zone: place every order and refund anew."""
        clock = StoreClock(timezone)
        days: set[date] = set()
        for table, moment in ((orders, orders.c.processed_at), (refunds, refunds.c.created_at)):
            query = select(table.c.id, moment.label("at"), table.c.day).where(
                table.c.store_id == self.store_id
            )
            moved = [
                {"row_id": row.id, "new_day": new_day, "old_day": row.day}
                for row in connection.execute(query)
                if (new_day := clock.local_day(row.at)) != row.day
            ]
            if not moved:
                continue
            days |= {row["new_day"] for row in moved} | {row["old_day"] for row in moved}
            statement = (
                update(table)
                .where(table.c.store_id == self.store_id, table.c.id == bindparam("row_id"))
                .values(day=bindparam("new_day"))
            )
            connection.execute(
                statement, [{"row_id": r["row_id"], "new_day": r["new_day"]} for r in moved]
            )
        recompute_days(connection, self.store_id, days)

    def _altered(
        self, connection: Connection, rows: Sequence[Any], page: Any, known: Mapping[str, str]
    ) -> set[str]:
        """Orders that are news, by themselves or by what belongs to them."""
        altered = altered_ids(connection, orders, self.store_id, rows, known)
        standing = [row.id for row in rows if row.id not in altered]
        for name, table in _CHILDREN:
            children = [row for row in getattr(page, name) if row.order_id in standing]
            altered |= differing(connection, table.c.order_id, self.store_id, standing, children)
        return altered

    def _nameless(self, connection: Connection, rows: Sequence[Any]) -> list[Any]:
        of_somebody = {row.customer_id for row in rows if row.customer_id is not None}
        erased = deleted_ids(connection, customers, self.store_id, sorted(of_somebody))
        return [
            row._replace(customer_name=None, search=row.name.lower())
            if row.customer_id in erased
            else row
            for row in rows
        ]

    def _days_of(self, connection: Connection, ids: Iterable[str]) -> set[date]:
        days: set[date] = set()
        for part in chunks(ids):
            for column in (orders.c.id, refunds.c.order_id):
                table: Any = column.table
                query = select(table.c.day).where(
                    table.c.store_id == self.store_id, column.in_(part)
                )
                days |= set(connection.execute(query.distinct()).scalars())
        return days

    def _forget_children(self, connection: Connection, ids: Iterable[str]) -> None:
        for part in chunks(ids):
            for _name, table in _CHILDREN:
                connection.execute(
                    delete(table).where(
                        table.c.store_id == self.store_id, table.c.order_id.in_(part)
                    )
                )
