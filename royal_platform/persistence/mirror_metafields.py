"""The mirrored metafields: one table for every kind of owner, kept as true as the owner is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, exists, select

from core.storage.types import utc_text
from royal_platform.persistence.mirror_parts import drop_parts, replace_parts
from royal_platform.persistence.mirror_rows import chunks
from royal_platform.persistence.tables.catalog import collections, metafields, products, variants
from royal_platform.persistence.tables.orders import customers, orders

# Those that are stored themselves; the shop is none of them.
_OWNERS: dict[str, Table] = {
    "product": products,
    "variant": variants,
    "collection": collections,
    "customer": customers,
    "order": orders,
}
_ABOUT_PEOPLE = ("customer", "order")
_COLUMNS = metafields.c
_ERASED_BUYER = exists().where(
    customers.c.store_id == orders.c.store_id,
    customers.c.id == orders.c.customer_id,
    customers.c.deleted_at.is_not(None),
)


class MetafieldMirror:
    """Writes one store's metafields. Callers hold the store's row lock (``stores.lock``)."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def put(
        self, connection: Connection, owner: str, versions: Mapping[str, str], rows: Sequence[Any]
    ) -> set[str]:
        """Make ``rows`` all the metafields of owners stored just before; whose changed.

        ``versions`` are the owners' ids with the ``updated_at`` they came with: an older owner's
        metafields are not taken, nor those of one that is gone, or of an order whose buyer is
        erased.
        """
        return self._replace(connection, owner, self._standing(connection, owner, versions), rows)

    def put_shop(self, connection: Connection, shop_id: str, rows: Sequence[Any]) -> set[str]:
        """Make ``rows`` all the metafields of the shop itself; its id when they changed."""
        return self._replace(connection, "shop", {shop_id}, rows)

    def forget(self, connection: Connection, owner: str, ids: Iterable[str]) -> int:
        """These owners are gone: so are their metafields; how many there were."""
        return drop_parts(
            connection, _COLUMNS.owner_id, self.store_id, ids, _COLUMNS.owner_type == owner
        )

    def forget_people(self, connection: Connection) -> int:
        """Nothing that was noted of customers or orders stays; how much there was."""
        return connection.execute(
            delete(metafields).where(
                _COLUMNS.store_id == self.store_id, _COLUMNS.owner_type.in_(_ABOUT_PEOPLE)
            )
        ).rowcount

    def _replace(
        self, connection: Connection, owner: str, ids: set[str], rows: Sequence[Any]
    ) -> set[str]:
        kept = [row for row in rows if row.owner_id in ids]
        return replace_parts(
            connection, _COLUMNS.owner_id, self.store_id, sorted(ids), kept,
            _COLUMNS.owner_type == owner,
        )  # fmt: skip

    def _standing(
        self, connection: Connection, owner: str, versions: Mapping[str, str]
    ) -> set[str]:
        """Those of the owners that are stored as they came."""
        table = _OWNERS[owner]
        found: set[str] = set()
        for part in chunks(versions):
            query = select(table.c.id, table.c.updated_at).where(
                table.c.store_id == self.store_id,
                table.c.id.in_(part),
                table.c.deleted_at.is_(None),
            )
            if table is orders:
                query = query.where(~_ERASED_BUYER)
            found |= {
                row.id
                for row in connection.execute(query)
                if utc_text(row.updated_at) == versions[row.id]
            }
        return found
