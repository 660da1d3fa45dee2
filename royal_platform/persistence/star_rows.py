"""``StarSource`` on the store's own tables: the rows of the star, as they are at one moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal_column, select

from core.storage.database import Database
from royal_platform.commerce.analytics.ports import Changes, Mark, Scope
from royal_platform.commerce.analytics.star import StarTable
from royal_platform.persistence import stores
from royal_platform.persistence.star_facts import lines, orders_made, raw, refunded
from royal_platform.persistence.star_prices import prices
from royal_platform.persistence.stores import Store
from royal_platform.persistence.tables.catalog import (
    collection_products,
    collections,
    inventory_snapshots,
    products,
    variants,
)
from royal_platform.persistence.tables.decisions import decisions
from royal_platform.persistence.tables.orders import customers, orders, refunds
from royal_platform.persistence.tables.suppliers import supplier_orders, suppliers
from royal_platform.persistence.tables.support import support_threads
from royal_platform.persistence.tables.warehouse import ad_spend, currency_rates
from royal_platform.persistence.touched_days import last_version, touched_since

_BY_ORDER = ("fact_order", "fact_line", "fact_refund")
_FEW_DAYS = 200
_AT_A_TIME = 5000
Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class StoredStar:
    """One store's tables as a source of the star."""

    database: Database
    store_id: str

    @contextmanager
    def snapshot(self) -> Iterator[StoredStarSnapshot]:
        """A consistent view: one read transaction."""
        with self.database.read() as connection:
            yield StoredStarSnapshot(connection, stores.get(connection, self.store_id))


@dataclass(frozen=True, slots=True)
class StoredStarSnapshot:
    """The tables inside one read transaction."""

    connection: Connection
    store: Store

    def changes(self, since: Mark | None) -> Changes:
        """The days touched since the mark; everything for a mark of another database."""
        version = last_version(self.connection, self.store.id)
        table = inventory_snapshots.c
        stock = self.connection.execute(
            select(func.max(table.day)).where(table.store_id == self.store.id)
        ).scalar()
        now = self.store.store_clock().now()
        if since is None or since.days > version:
            return Changes({}, Mark(version, stock), now)
        days = touched_since(self.connection, self.store.id, since.days)
        scopes = dict.fromkeys(_BY_ORDER, Scope(days=days))
        if since.stock is not None:
            # The last day was still being looked at when it was loaded.
            scopes["fact_stock"] = Scope(since=since.stock)
        return Changes(scopes, Mark(version, stock), now)

    def rows(self, table: StarTable, scope: Scope) -> Iterator[Row]:
        """The rows of ``table``; tables that nothing here can fill have none."""
        made = _ROWS.get(table.name)
        return iter(()) if made is None else made(self, scope)

    def few(self, query: Select[Any], day: ColumnElement[Any], scope: Scope) -> Iterator[Any]:
        """The rows of ``query`` within ``scope``, streamed."""
        if scope.since is not None:
            query = query.where(day >= scope.since)
        if scope.days is None:
            yield from self.all(query)
            return
        for start in range(0, len(scope.days), _FEW_DAYS):
            yield from self.all(query.where(day.in_(scope.days[start : start + _FEW_DAYS])))

    def all(self, query: Select[Any]) -> Iterator[Any]:
        """The rows of ``query``, streamed."""
        return iter(self.connection.execution_options(yield_per=_AT_A_TIME).execute(query))


def _days(view: StoredStarSnapshot, _scope: Scope) -> Iterator[Row]:
    first = view.connection.execute(
        select(func.min(orders.c.day)).where(orders.c.store_id == view.store.id)
    ).scalar()
    last = view.store.store_clock().today()
    day: date = first or last
    while day <= last:
        iso = day.isocalendar()
        quarter = (day.month + 2) // 3
        yield day, iso.week, iso.year, day.month, quarter, iso.weekday, iso.weekday <= 5
        day += timedelta(days=1)


def _products(view: StoredStarSnapshot, _scope: Scope) -> Iterator[Row]:
    table = products.c
    query = select(
        table.id, table.title, table.vendor, table.product_type, table.status, table.deleted_at
    ).where(table.store_id == view.store.id)
    for row in view.all(query.order_by(table.id)):
        yield *row[:4], row.status if row.deleted_at is None else "DELETED"


def _collections(view: StoredStarSnapshot, _scope: Scope) -> Iterator[Row]:
    table = collections.c
    query = select(table.id, table.title).where(
        table.store_id == view.store.id, table.deleted_at.is_(None)
    )
    return view.all(query.order_by(table.id))


def _memberships(view: StoredStarSnapshot, _scope: Scope) -> Iterator[Row]:
    table = collection_products.c
    query = select(table.collection_id, table.product_id).where(table.store_id == view.store.id)
    return view.all(query.order_by(table.collection_id, table.product_id))


def _variants(view: StoredStarSnapshot, _scope: Scope) -> Iterator[Row]:
    table = variants.c
    query = select(
        table.id, table.product_id, table.sku, table.title, raw(table.unit_cost), table.currency
    ).where(table.store_id == view.store.id)
    for row in view.all(query.order_by(table.id)):
        yield *row[:5], None if row[4] is None else row.currency


def _customers(view: StoredStarSnapshot, _scope: Scope) -> Iterator[Row]:
    counted = (
        select(orders.c.customer_id, func.min(orders.c.day).label("first"))
        .where(orders.c.store_id == view.store.id, orders.c.test.is_(False))
        .where(orders.c.deleted_at.is_(None))
        .group_by(orders.c.customer_id)
        .subquery("counted")
    )
    query = (
        select(customers.c.id, counted.c.first, customers.c.country)
        .outerjoin(counted, counted.c.customer_id == customers.c.id)
        .where(customers.c.store_id == view.store.id, customers.c.deleted_at.is_(None))
        .order_by(customers.c.id)
    )
    return view.all(query)


def _cases(view: StoredStarSnapshot, _scope: Scope) -> Iterator[Row]:
    """Times are the world's; a day is the merchant's calendar day of the first message."""
    clock, table = view.store.store_clock(), support_threads.c
    query = (
        select(table.id, table.opened_at, table.channel, table.triage, table.first_response_at,
               table.resolved_at)
        .where(table.store_id == view.store.id)
        .order_by(table.id)
    )  # fmt: skip
    for row in view.all(query):
        understood = row.triage or {}
        yield (
            row.id, clock.local_day(row.opened_at), row.opened_at, row.channel,
            understood.get("language"), understood.get("intent"),
            _seconds(row.opened_at, row.first_response_at),
            _seconds(row.opened_at, row.resolved_at),
        )  # fmt: skip


def _seconds(begun: datetime, ended: datetime | None) -> int | None:
    return None if ended is None else round((ended - begun).total_seconds())


def _fulfilments(view: StoredStarSnapshot, _scope: Scope) -> Iterator[Row]:
    clock, table = view.store.store_clock(), supplier_orders.c
    now = clock.now()
    query = (
        select(table.id, table.order_id, suppliers.c.name, table.shipped_at, table.delivered_at,
               table.promised_at)
        .join(suppliers, (suppliers.c.store_id == table.store_id)
              & (suppliers.c.id == table.supplier_id))
        .where(table.store_id == view.store.id, table.order_id.is_not(None))
        .where(table.shipped_at.is_not(None))
        .order_by(table.id)
    )  # fmt: skip
    for row in view.all(query):
        yield (
            *row[:3], clock.local_day(row.shipped_at), row.shipped_at, row.delivered_at,
            row.promised_at, _on_time(row.promised_at, row.delivered_at, now),
        )  # fmt: skip


def _on_time(promised: datetime | None, delivered: datetime | None, now: datetime) -> bool | None:
    if promised is None or (delivered is None and now <= promised):
        return None
    return delivered is not None and delivered <= promised


def _stock(view: StoredStarSnapshot, scope: Scope) -> Iterator[Row]:
    table = inventory_snapshots.c
    nothing: ColumnElement[Any] = literal_column("NULL")
    query = select(table.variant_id, nothing, table.day, table.available).where(
        table.store_id == view.store.id
    )
    return view.few(query, table.day, scope)


def _spend(view: StoredStarSnapshot, _scope: Scope) -> Iterator[Row]:
    table = ad_spend.c
    query = select(table.day, table.channel, table.currency, raw(table.amount), table.source)
    query = query.where(table.store_id == view.store.id)
    return view.all(query.order_by(table.day, table.channel, table.currency))


def _decisions(view: StoredStarSnapshot, _scope: Scope) -> Iterator[Row]:
    table = decisions.c
    query = (
        select(
            table.id, table.kind, table.agent_id, raw(table.created_at), raw(table.decided_at),
            raw(table.executed_at), table.status,
        )
        .where(table.store_id == view.store.id, table.shadow.is_(False))
        .order_by(table.id)
    )  # fmt: skip
    return view.all(query)


def _rates(view: StoredStarSnapshot, _scope: Scope) -> Iterator[Row]:
    table = currency_rates.c
    query = select(table.day, table.base, table.quote, table.rate, table.source)
    query = query.where(table.store_id == view.store.id)
    return view.all(query.order_by(table.day, table.base, table.quote))


def _orders(view: StoredStarSnapshot, scope: Scope) -> Iterator[Row]:
    return orders_made(lambda query: view.few(query, orders.c.day, scope), view.store)


def _lines(view: StoredStarSnapshot, scope: Scope) -> Iterator[Row]:
    return lines(lambda query: view.few(query, orders.c.day, scope), view.store)


def _refunds(view: StoredStarSnapshot, scope: Scope) -> Iterator[Row]:
    return refunded(lambda query: view.few(query, refunds.c.day, scope), view.store)


def _prices(view: StoredStarSnapshot, _scope: Scope) -> Iterator[Row]:
    return prices(view.connection, view.store.id)


_ROWS: dict[str, Callable[[StoredStarSnapshot, Scope], Iterator[Row]]] = {
    "dim_day": _days,
    "dim_product": _products,
    "dim_variant": _variants,
    "dim_collection": _collections,
    "bridge_collection": _memberships,
    "dim_customer": _customers,
    "fact_order": _orders,
    "fact_line": _lines,
    "fact_refund": _refunds,
    "fact_fulfilment": _fulfilments,
    "fact_case": _cases,
    "fact_stock": _stock,
    "fact_price": _prices,
    "fact_spend": _spend,
    "fact_decision": _decisions,
    "rate": _rates,
}
