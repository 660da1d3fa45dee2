"""The stores themselves: the one repository that is not scoped to a store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from core.errors import NotFound
from royal_platform.persistence.clock import StoreClock, wall_now
from royal_platform.persistence.statements import insert_if_absent
from royal_platform.persistence.tables.store import stores


@dataclass(frozen=True, slots=True)
class Store:
    """One store as its row says; ``source`` is ``shopify``, ``sandbox`` or ``import``."""

    id: str
    domain: str
    name: str
    source: str
    currency: str
    timezone: str
    taxes_included: bool
    api_version: str
    clock: str
    clock_world_at: datetime | None
    clock_wall_at: datetime | None
    clock_rate: float
    connection_state: str
    connection_detail: str
    connection_at: datetime | None
    sync_phase: str
    sync_counts: dict[str, Any]
    sync_error: str | None
    last_sync_at: datetime | None
    sync_cursor: dict[str, Any]
    created_at: datetime
    shop_domain: str | None = None
    webhook_topics: dict[str, Any] | None = None

    @property
    def never_read(self) -> bool:
        """True until the store was read whole once: what is here is a part of it."""
        return self.last_sync_at is None

    def store_clock(self) -> StoreClock:
        """Business time as of this row."""
        if self.clock != "world":
            return StoreClock(self.timezone)
        return StoreClock(self.timezone, self.clock_world_at, self.clock_wall_at, self.clock_rate)


def get(connection: Connection, store_id: str) -> Store:
    """The store's row. Raises ``NotFound``."""
    row = connection.execute(select(stores).where(stores.c.id == store_id)).one_or_none()
    if row is None:
        raise NotFound(
            f"There is no store {store_id!r}.", remedy="Start the services once with `make run`."
        )
    return _store(row)


def by_domain(connection: Connection, domain: str) -> Store | None:
    """The store with this domain."""
    row = connection.execute(select(stores).where(stores.c.domain == domain)).one_or_none()
    return None if row is None else _store(row)


def calling_itself(connection: Connection, domain: str) -> list[Store]:
    """The stores that a webhook of this shop may be from, the last contacted first."""
    query = select(stores).where(or_(stores.c.domain == domain, stores.c.shop_domain == domain))
    newest = stores.c.connection_at.desc().nulls_last()
    rows = connection.execute(query.order_by(newest, stores.c.id))
    return [_store(row) for row in rows]


def sandbox(connection: Connection) -> Store | None:
    """Our own sandbox's row, wherever the sandbox listened when it was written."""
    query = (
        select(stores)
        .where(stores.c.source == "sandbox")
        .order_by(stores.c.created_at, stores.c.id)
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else _store(row)


def clock(connection: Connection, store_id: str) -> StoreClock:
    """Business time of the store, as of this read."""
    return get(connection, store_id).store_clock()


def is_known(connection: Connection, store_id: str) -> bool:
    """Whether there is such a store."""
    query = select(stores.c.id).where(stores.c.id == store_id)
    return connection.execute(query).first() is not None


def create(
    connection: Connection, *, store_id: str, domain: str, source: str, api_version: str
) -> bool:
    """Add a store that has not been read yet; False when the domain is known already."""
    return insert_if_absent(
        connection,
        stores,
        {
            "id": store_id,
            "domain": domain,
            "name": domain,
            "source": source,
            "currency": "USD",
            "timezone": "UTC",
            "taxes_included": False,
            "api_version": api_version,
            "clock": "world" if source == "sandbox" else "wall",
            "clock_rate": 1.0,
            "connection_state": "unknown",
            "connection_detail": "Not contacted yet.",
            "sync_phase": "waiting",
            "sync_counts": {},
            "sync_cursor": {},
            "created_at": wall_now(),
        },
    )


def set_clock(
    connection: Connection, store_id: str, *, world_at: datetime, wall_at: datetime, rate: float
) -> None:
    """The world's time ``world_at`` was read at wall time ``wall_at``."""
    change(
        connection, store_id, clock="world", clock_world_at=world_at, clock_wall_at=wall_at,
        clock_rate=rate,
    )  # fmt: skip


def change(connection: Connection, store_id: str, **values: Any) -> None:
    """Set columns of the store's row."""
    connection.execute(update(stores).where(stores.c.id == store_id).values(**values))


def lock(connection: Connection, store_id: str) -> Store:
    """The store's row, held until the transaction ends: mirrored rows change one page at a time."""
    query = select(stores).where(stores.c.id == store_id).with_for_update()
    return _store(connection.execute(query).one())


def _store(row: Row[Any]) -> Store:
    return Store(**row._asdict())
