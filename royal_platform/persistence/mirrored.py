"""The mirror as the sync sees it: one transaction per page, progress and events inside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, select

from core.events import NewEvent
from core.storage.database import Database, Transaction
from royal_platform.persistence import stores
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.mirror_catalog import CatalogMirror
from royal_platform.persistence.mirror_kinds import KindMirror
from royal_platform.persistence.mirror_metafields import MetafieldMirror
from royal_platform.persistence.mirror_orders import OrderMirror
from royal_platform.persistence.stores import Store
from royal_platform.persistence.tables.catalog import products
from royal_platform.persistence.tables.orders import orders

_LIMITED = (
    "Only the last 60 days of orders are visible: grant the app the read_all_orders scope "
    "to see the whole history."
)


@dataclass(slots=True)
class StoredPage:
    """One page's transaction on one store's mirror."""

    transaction: Transaction
    store: Store

    def products(
        self, products: Sequence[Any], variants: Sequence[Any], noted: Sequence[Any] = ()
    ) -> int:
        """Store products with all their variants, and the metafields of both."""
        return self._catalog.put_products(self.transaction.connection, products, variants, noted)

    def locations(self, rows: Sequence[Any]) -> None:
        """Store locations."""
        self._catalog.put_locations(self.transaction.connection, rows)

    def inventory(
        self, items: Sequence[tuple[str, int | None, bool]], levels: Sequence[Any]
    ) -> int:
        """Store costs, tracking and levels; today's snapshot follows."""
        today = self.store.store_clock().today()
        return self._catalog.put_inventory(self.transaction.connection, items, levels, today)

    def customers(self, rows: Sequence[Any]) -> int:
        """Store customers."""
        return self._orders.put_customers(self.transaction.connection, rows)

    def orders(self, page: Any) -> int:
        """Store orders with their children."""
        return self._orders.put_orders(self.transaction.connection, page)

    def metafields(self, owner: str, owners: Sequence[Any], noted: Sequence[Any]) -> int:
        """Store all metafields of ``owners`` that are stored as they come here."""
        versions = {row.id: row.updated_at for row in owners}
        return len(self._noting.put(self.transaction.connection, owner, versions, noted))

    def shop_metafields(self, shop_id: str, noted: Sequence[Any]) -> int:
        """Store all metafields of the shop itself."""
        return len(self._noting.put_shop(self.transaction.connection, shop_id, noted))

    def put(self, kind: str, rows: Sequence[Any], parts: Sequence[Any] = ()) -> int:
        """Store objects of ``kind`` with all their parts."""
        return self._kind(kind).put(self.transaction.connection, rows, parts)

    def delete(self, kind: str, ids: Iterable[str]) -> int:
        """The store no longer has these objects."""
        return self._kind(kind).delete(self.transaction.connection, ids, self._now())

    def keep(self, kind: str, ids: Iterable[str]) -> int:
        """The store has exactly these objects; return how many others were gone."""
        return self._kind(kind).keep(self.transaction.connection, ids, self._now())

    def count(self, kind: str) -> int:
        """How many objects of ``kind`` there are."""
        return self._kind(kind).count(self.transaction.connection)

    def delete_products(self, ids: Iterable[str]) -> int:
        """The store no longer has these products."""
        return self._catalog.delete_products(self.transaction.connection, ids, self._now())

    def delete_orders(self, ids: Iterable[str]) -> int:
        """The store no longer has these orders."""
        return self._orders.delete_orders(self.transaction.connection, ids, self._now())

    def delete_customers(self, ids: Iterable[str]) -> int:
        """Erase these customers."""
        return self._orders.erase_customers(self.transaction.connection, ids, self._now())

    def shop(self, facts: Mapping[str, Any]) -> None:
        """The shop's own facts; a changed zone moves every order to its day there.

        Whether prices include tax changes every day's figures.
        """
        values = dict(facts)
        # What the app may do is the connection's to tell; the sync's memory keeps it.
        values.pop("scopes", None)
        whole = values.pop("whole_history")
        values["connection_detail"] = "" if whole else _LIMITED
        connection = self.transaction.connection
        stores.change(connection, self.store.id, **values)
        if values["timezone"] != self.store.timezone:
            self._orders.move_days(connection, values["timezone"])
        if values["taxes_included"] != self.store.taxes_included:
            self._orders.recount(connection)
        self.store = stores.get(connection, self.store.id)

    def save(self, state: Any) -> None:
        """Keep how far the sync has come."""
        stores.change(
            self.transaction.connection, self.store.id, sync_phase=state.phase,
            sync_counts=dict(state.counts), sync_cursor=dict(state.cursor), sync_error=None,
        )  # fmt: skip

    def tell(self, event: str, payload: Mapping[str, Any]) -> None:
        """Record an event with this page."""
        self.transaction.record(
            NewEvent(self.store.id, event, self.store.id, payload, "sync", self._now())
        )

    def _kind(self, kind: str) -> KindMirror:
        return KindMirror(self.store.id, kind)

    @property
    def _catalog(self) -> CatalogMirror:
        return CatalogMirror(self.store.id)

    @property
    def _noting(self) -> MetafieldMirror:
        return MetafieldMirror(self.store.id)

    @property
    def _orders(self) -> OrderMirror:
        return OrderMirror(self.store.id)

    def _now(self) -> datetime:
        return self.store.store_clock().now()


class MirroredStore:
    """One store's mirror in the database; ``new_state`` builds the sync's own progress type."""

    def __init__(self, database: Database, store_id: str, new_state: Any) -> None:
        self._database = database
        self._store_id = store_id
        self._new_state = new_state

    def state(self) -> Any:
        """How far the sync has come."""
        store = self._store()
        return self._new_state(
            phase=store.sync_phase,
            counts=dict(store.sync_counts),
            cursor=dict(store.sync_cursor),
            timezone=store.timezone,
            currency=store.currency,
        )

    @contextmanager
    def page(self) -> Iterator[StoredPage]:
        """One transaction, holding the store's row: pages never interleave."""
        with self._database.write() as transaction:
            yield StoredPage(transaction, stores.lock(transaction.connection, self._store_id))

    def product_ids(self) -> list[int]:
        """Ids of the products not known to be deleted, ascending."""
        return self._ids(products)

    def order_ids(self, since: datetime | None = None) -> list[int]:
        """Ids of the orders (made from ``since`` on) not known to be deleted, ascending."""
        return self._ids(orders, *([] if since is None else [orders.c.created_at >= since]))

    def counts(self) -> dict[str, int]:
        """Products and orders not known to be deleted."""
        with self._database.read() as connection:
            return {
                table.name: int(
                    connection.execute(
                        select(func.count())
                        .select_from(table)
                        .where(table.c.store_id == self._store_id, table.c.deleted_at.is_(None))
                    ).scalar_one()
                )
                for table in (products, orders)
            }

    def analyze_early(self) -> None:
        """During a first sync: PostgreSQL plans for empty tables until somebody counts them.

        SQLite's statistics come with its first migration.
        """
        if self._database.dialect == "postgresql":
            self.analyze()

    def analyze(self) -> None:
        """Let the database count what it holds now, so that it plans its queries by it."""
        with self._database.write() as transaction:
            if self._database.dialect == "sqlite":
                transaction.connection.exec_driver_sql("PRAGMA analysis_limit=1000")
            transaction.connection.exec_driver_sql("ANALYZE")

    def _ids(self, table: Table, *conditions: Any) -> list[int]:
        query = select(table.c.id).where(
            table.c.store_id == self._store_id, table.c.deleted_at.is_(None), *conditions
        )
        with self._database.read() as connection:
            return sorted(int(value) for value in connection.execute(query).scalars())

    def connected(self) -> None:
        """The store answered: note it, with the event when it did not before."""
        with self._database.write() as transaction:
            connection = transaction.connection
            store = stores.lock(connection, self._store_id)
            state = "degraded" if store.connection_detail == _LIMITED else "connected"
            was = store.connection_state
            now = store.store_clock().now()
            detail = store.connection_detail if state == "degraded" else "Connected."
            stores.change(
                connection, store.id, connection_state=state, connection_detail=detail,
                connection_at=wall_now(), last_sync_at=now, sync_error=None,
            )  # fmt: skip
            if was not in ("connected", "degraded"):
                payload = {"domain": store.domain, "source": store.source}
                transaction.record(
                    NewEvent(store.id, "store.connected", store.id, payload, "sync", now)
                )

    def failed(self, state: str, error: str) -> None:
        """The store did not answer, or refused: the row and, once, an event say so.

        ``state`` is ``disconnected`` or ``not_configured``.
        """
        with self._database.write() as transaction:
            connection = transaction.connection
            store = stores.lock(connection, self._store_id)
            stores.change(
                connection, store.id, connection_state=state, connection_detail=error,
                connection_at=wall_now(), sync_phase="failed", sync_error=error,
            )  # fmt: skip
            if store.connection_state != state:
                now = store.store_clock().now()
                payload = {"detail": error}
                transaction.record(
                    NewEvent(store.id, "store.disconnected", store.id, payload, "sync", now)
                )

    def now(self) -> datetime:
        """The store's business time."""
        return self._store().store_clock().now()

    def _store(self) -> Store:
        with self._database.read() as connection:
            return stores.get(connection, self._store_id)
