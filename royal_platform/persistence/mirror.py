"""The mirrored store: pages of rows go in, older data never wins, deletions are remembered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Connection, Table, bindparam, delete, func, select, update

from core.storage.types import utc_text
from royal_platform.persistence.aggregates import recompute_days
from royal_platform.persistence.clock import StoreClock
from royal_platform.persistence.tables import catalog, orders


class Row(Protocol):
    """A named tuple whose field names are columns, its values as the driver stores them.

    Times are UTC text (``2026-01-31T10:00:00.000000Z``), days ISO text, amounts integers of
    ten-thousandths, JSON its text. ``store_id`` is not among the fields.
    """

    @property
    def _fields(self) -> tuple[str, ...]: ...

    def __iter__(self) -> Any: ...


@dataclass(slots=True)
class OrderRows:
    """Orders with everything that hangs on them; children of an order come with all siblings."""

    orders: list[Any] = field(default_factory=list)
    lines: list[Any] = field(default_factory=list)
    refunds: list[Any] = field(default_factory=list)
    refund_lines: list[Any] = field(default_factory=list)
    adjustments: list[Any] = field(default_factory=list)


_CHILDREN = (
    ("lines", orders.order_lines),
    ("refunds", orders.refunds),
    ("refund_lines", orders.refund_lines),
    ("adjustments", orders.order_adjustments),
)


class Mirror:
    """Writes one store's mirrored rows. Callers hold the store's row lock (``stores.lock``)."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def put_products(
        self, connection: Connection, products: Sequence[Any], variants: Sequence[Any]
    ) -> int:
        """Products and their variants; a variant its newer product no longer has is deleted.

        Returns how many products were new or newer than ours, as all these methods do.
        """
        known = self._known(connection, catalog.products, [row.id for row in products])
        fresh = [row for row in products if _newer(row, known)]
        ids = {row.id for row in fresh}
        kept = [row for row in variants if row.product_id in ids]
        self._upsert(connection, catalog.products, fresh)
        newer = [row.id for row in fresh if row.updated_at > known.get(row.id, "")]
        self._revive(connection, catalog.products, newer)
        self._observe_prices(connection, kept)
        self._upsert(connection, catalog.variants, kept)
        self._revive(connection, catalog.variants, [row.id for row in kept])
        self._drop_missing_variants(connection, fresh, kept)
        return _news(fresh, known)

    def put_customers(self, connection: Connection, customers: Sequence[Any]) -> int:
        """Customers; an erased one stays erased."""
        ids = [row.id for row in customers]
        erased = self._deleted(connection, orders.customers, ids)
        known = self._known(connection, orders.customers, ids)
        rows = [row for row in customers if row.id not in erased]
        self._upsert(connection, orders.customers, rows)
        return _news(rows, known)

    def put_locations(self, connection: Connection, locations: Sequence[Any]) -> None:
        """Locations, all of them."""
        self._upsert(connection, catalog.locations, locations)

    def put_costs(
        self, connection: Connection, items: Sequence[tuple[str, int | None, bool]]
    ) -> None:
        """Unit cost (ten-thousandths, None = unknown) and tracking by inventory item."""
        variants = catalog.variants
        statement = (
            update(variants)
            .where(variants.c.store_id == self.store_id)
            .where(variants.c.inventory_item_id == bindparam("item"))
        )
        _run_many(
            connection,
            statement.values(unit_cost=bindparam("cost"), tracked=bindparam("is_tracked")),
            [
                {"item": item, "cost": _decimal(cost), "is_tracked": tracked}
                for item, cost, tracked in items
            ],
        )

    def put_levels(self, connection: Connection, levels: Sequence[Any], day: date) -> int:
        """Stock levels, and with them the snapshot of the store-local ``day``."""
        items = {row.inventory_item_id for row in levels}
        before = self._available(connection, items)
        self._upsert(connection, catalog.inventory_levels, levels)
        self._snapshot(connection, items, day)
        return sum(
            before.get((row.inventory_item_id, row.location_id)) != row.available for row in levels
        )

    def put_orders(self, connection: Connection, page: OrderRows) -> int:
        """Orders with their children; aggregates of every touched day are recomputed."""
        known = self._known(connection, orders.orders, [row.id for row in page.orders])
        fresh = [row for row in page.orders if _newer(row, known)]
        ids = {row.id for row in fresh}
        replaced = ids & known.keys()
        days = self._days_of(connection, replaced) | {date.fromisoformat(o.day) for o in fresh}
        self._forget_children(connection, replaced)
        self._upsert(connection, orders.orders, fresh)
        for name, table in _CHILDREN:
            rows = [row for row in getattr(page, name) if row.order_id in ids]
            self._insert(connection, table, rows)
        days |= {date.fromisoformat(row.day) for row in page.refunds if row.order_id in ids}
        recompute_days(connection, self.store_id, days)
        return _news(fresh, known)

    def delete_products(self, connection: Connection, ids: Iterable[str], at: datetime) -> int:
        """The store no longer has these products; their past sales stay."""
        gone = list(ids)
        self._mark(connection, catalog.variants, catalog.variants.c.product_id, gone, at)
        return self._mark(connection, catalog.products, catalog.products.c.id, gone, at)

    def delete_orders(self, connection: Connection, ids: Iterable[str], at: datetime) -> int:
        """The store no longer has these orders: they leave the figures."""
        gone = list(ids)
        days = self._days_of(connection, gone)
        count = self._mark(connection, orders.orders, orders.orders.c.id, gone, at)
        recompute_days(connection, self.store_id, days)
        return count

    def delete_customers(self, connection: Connection, ids: Iterable[str], at: datetime) -> int:
        """Erase the personal data of these customers, on the orders too."""
        gone, count = list(ids), 0
        for part in _chunks(gone):
            connection.execute(
                update(orders.orders)
                .where(orders.orders.c.store_id == self.store_id)
                .where(orders.orders.c.customer_id.in_(part))
                .values(customer_name=None, search=func.lower(orders.orders.c.name))
            )
            statement = (
                update(orders.customers)
                .where(orders.customers.c.store_id == self.store_id)
                .where(orders.customers.c.id.in_(part))
                .values(name=None, search="", deleted_at=at)
            )
            count += connection.execute(statement).rowcount
        return count

    def live_ids(self, connection: Connection, table: Table) -> list[int]:
        """Numeric ids of the rows not known to be deleted, ascending."""
        query = select(table.c.id).where(
            table.c.store_id == self.store_id, table.c.deleted_at.is_(None)
        )
        return sorted(int(value) for value in connection.execute(query).scalars())

    def _revive(self, connection: Connection, table: Table, ids: Sequence[str]) -> None:
        for part in _chunks(sorted(self._deleted(connection, table, ids))):
            connection.execute(
                update(table)
                .where(table.c.store_id == self.store_id, table.c.id.in_(part))
                .values(deleted_at=None)
            )

    def _deleted(self, connection: Connection, table: Table, ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for part in _chunks(ids):
            query = select(table.c.id).where(
                table.c.store_id == self.store_id,
                table.c.id.in_(part),
                table.c.deleted_at.is_not(None),
            )
            found |= set(connection.execute(query).scalars())
        return found

    def _mark(
        self, connection: Connection, table: Table, column: Any, ids: Sequence[str], at: datetime
    ) -> int:
        count = 0
        for part in _chunks(ids):
            statement = (
                update(table)
                .where(table.c.store_id == self.store_id, column.in_(part))
                .where(table.c.deleted_at.is_(None))
                .values(deleted_at=at)
            )
            count += connection.execute(statement).rowcount
        return count

    def _known(self, connection: Connection, table: Table, ids: Sequence[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for part in _chunks(ids):
            query = select(table.c.id, table.c.updated_at).where(
                table.c.store_id == self.store_id, table.c.id.in_(part)
            )
            found |= {row.id: utc_text(row.updated_at) for row in connection.execute(query)}
        return found

    def _available(
        self, connection: Connection, items: Iterable[str]
    ) -> dict[tuple[str, str], int | None]:
        levels = catalog.inventory_levels
        found: dict[tuple[str, str], int | None] = {}
        for part in _chunks(sorted(items)):
            query = select(levels.c.inventory_item_id, levels.c.location_id, levels.c.available)
            rows = connection.execute(
                query.where(
                    levels.c.store_id == self.store_id, levels.c.inventory_item_id.in_(part)
                )
            )
            found |= {(row.inventory_item_id, row.location_id): row.available for row in rows}
        return found

    def move_days(self, connection: Connection, timezone: str) -> None:
        """The store counts days in another zone: place every order and refund anew."""
        clock = StoreClock(timezone)
        days: set[date] = set()
        for table, moment in (
            (orders.orders, orders.orders.c.processed_at),
            (orders.refunds, orders.refunds.c.created_at),
        ):
            query = select(table.c.id, moment.label("at"), table.c.day).where(
                table.c.store_id == self.store_id
            )
            moved = [
                {"row_id": row.id, "new_day": clock.local_day(row.at), "old_day": row.day}
                for row in connection.execute(query)
                if clock.local_day(row.at) != row.day
            ]
            days |= {row["new_day"] for row in moved} | {row["old_day"] for row in moved}
            statement = (
                update(table)
                .where(table.c.store_id == self.store_id, table.c.id == bindparam("row_id"))
                .values(day=bindparam("new_day"))
            )
            _run_many(connection, statement, moved)
        recompute_days(connection, self.store_id, days)

    def _days_of(self, connection: Connection, ids: Iterable[str]) -> set[date]:
        days: set[date] = set()
        for part in _chunks(list(ids)):
            for table, column in (
                (orders.orders, orders.orders.c.id),
                (orders.refunds, orders.refunds.c.order_id),
            ):
                query = select(table.c.day).where(
                    table.c.store_id == self.store_id, column.in_(part)
                )
                days |= set(connection.execute(query.distinct()).scalars())
        return days

    def _forget_children(self, connection: Connection, ids: Iterable[str]) -> None:
        for part in _chunks(list(ids)):
            for _name, table in _CHILDREN:
                connection.execute(
                    delete(table).where(
                        table.c.store_id == self.store_id, table.c.order_id.in_(part)
                    )
                )

    def _observe_prices(self, connection: Connection, rows: Sequence[Any]) -> None:
        """Keep a price whenever it differs from the one we had: Shopify keeps no past prices."""
        variants = catalog.variants
        known: dict[str, Any] = {}
        for part in _chunks([row.id for row in rows]):
            query = select(variants.c.id, variants.c.price, variants.c.updated_at).where(
                variants.c.store_id == self.store_id, variants.c.id.in_(part)
            )
            known |= {row.id: row for row in connection.execute(query)}
        seen = [
            (self.store_id, row.id, row.updated_at, row.price, row.currency)
            for row in rows
            if row.id not in known
            or (
                _decimal(row.price) != known[row.id].price
                and row.updated_at >= utc_text(known[row.id].updated_at)
            )
        ]
        if seen:
            fields = ("variant_id", "at", "price", "currency")
            connection.exec_driver_sql(
                _sql(catalog.price_observations, fields, connection.dialect.name, "ignore"), seen
            )

    def _drop_missing_variants(
        self, connection: Connection, products: Sequence[Any], variants: Sequence[Any]
    ) -> None:
        table = catalog.variants
        kept = {row.id for row in variants}
        updated = {row.id: row.updated_at for row in products}
        for part in _chunks(list(updated)):
            query = select(table.c.id, table.c.product_id).where(
                table.c.store_id == self.store_id,
                table.c.product_id.in_(part),
                table.c.deleted_at.is_(None),
            )
            gone = [row for row in connection.execute(query) if row.id not in kept]
            for row in gone:
                at = datetime.fromisoformat(updated[row.product_id])
                self._mark(connection, table, table.c.id, [row.id], at)

    def _snapshot(self, connection: Connection, items: set[str], day: date) -> None:
        levels, variants = catalog.inventory_levels, catalog.variants
        for part in _chunks(sorted(items)):
            query = (
                select(variants.c.id, func.sum(levels.c.available))
                .join(
                    variants,
                    (variants.c.store_id == levels.c.store_id)
                    & (variants.c.inventory_item_id == levels.c.inventory_item_id),
                )
                .where(levels.c.store_id == self.store_id)
                .where(levels.c.inventory_item_id.in_(part), variants.c.tracked.is_(True))
                .group_by(variants.c.id)
            )
            rows = [
                (self.store_id, day.isoformat(), variant_id, int(available))
                for variant_id, available in connection.execute(query)
                if available is not None
            ]
            if rows:
                connection.exec_driver_sql(
                    _sql(
                        catalog.inventory_snapshots, ("day", "variant_id", "available"),
                        connection.dialect.name, "replace",
                    ),
                    rows,
                )  # fmt: skip

    def _upsert(self, connection: Connection, table: Table, rows: Sequence[Any]) -> None:
        guard = "newest" if "updated_at" in table.c else "replace"
        self._write(connection, table, rows, guard)

    def _insert(self, connection: Connection, table: Table, rows: Sequence[Any]) -> None:
        self._write(connection, table, rows, "replace")

    def _write(self, connection: Connection, table: Table, rows: Sequence[Any], mode: str) -> None:
        if rows:
            sql = _sql(table, rows[0]._fields, connection.dialect.name, mode)
            connection.exec_driver_sql(sql, [(self.store_id, *row) for row in rows])


def _newer(row: Any, known: Mapping[str, str]) -> bool:
    return row.id not in known or str(row.updated_at) >= known[row.id]


def _news(rows: Sequence[Any], known: Mapping[str, str]) -> int:
    return sum(row.id not in known or str(row.updated_at) > known[row.id] for row in rows)


@cache
def _sql(table: Table, fields: tuple[str, ...], dialect: str, mode: str) -> str:
    """INSERT for the driver, resolving conflicts on the primary key: newest, replace or ignore."""
    columns = ("store_id", *fields)
    mark = "?" if dialect == "sqlite" else "%s"
    keys = [column.name for column in table.primary_key]
    marks = ", ".join([mark] * len(columns))
    sql = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 - our own names
    changed = [f"{name} = excluded.{name}" for name in columns if name not in keys]
    if mode == "ignore" or not changed:
        return f"{sql} ON CONFLICT DO NOTHING"
    sql += f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {', '.join(changed)}"
    if mode == "newest":
        sql += f" WHERE excluded.updated_at >= {table.name}.updated_at"
    return sql


def _run_many(connection: Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(statement, list(rows))


def _decimal(scaled: int | None) -> Decimal | None:
    return None if scaled is None else Decimal(scaled).scaleb(-4)


def _chunks(ids: Sequence[str], size: int = 500) -> Iterable[list[str]]:
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])
