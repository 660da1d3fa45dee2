"""What became of the products that were imported: decided on, seen by buyers, sold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, or_, select

from core.storage.database import Database
from royal_platform.commerce.decisions.listings import LISTING_KINDS
from royal_platform.persistence.tables.catalog import products, variants
from royal_platform.persistence.tables.decisions import decisions
from royal_platform.persistence.tables.orders import daily_variant_sales

_IMPORT, _PUBLISH = "product.import_draft", "product.publish"
# A proposal that expired or lost its ground may be made again; a person's word stands.
_OPEN_AGAIN = ("expired", "superseded", "conflicted", "failed")


_REFUSED = ("rejected", "reverting", "reverted")
_POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Pick:
    """An imported product as the store has it; ``units`` were sold since ``published_at``.

    ``refused``: when a person last turned showing or hiding it down, or undid it, by kind.
    """

    handle: str
    title: str
    status: str
    supplier_id: str
    supplier_sku: str
    published_at: datetime | None
    units: int
    refused: Mapping[str, datetime]


class StoredPicks:
    """The picks of one store."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def decided(self) -> frozenset[str]:
        """Handles that were imported or turned down, or wait for that."""
        return frozenset(self.decisions())

    def decisions(self) -> dict[str, tuple[str, str]]:
        """The newest decision to import, (id, status), by handle."""
        query = (
            select(decisions.c.subject_id, decisions.c.id, decisions.c.status)
            .where(decisions.c.store_id == self._store_id, decisions.c.kind == _IMPORT)
            .where(decisions.c.status.not_in(_OPEN_AGAIN))
            .order_by(decisions.c.created_at)
        )
        with self._database.read() as connection:
            rows = connection.execute(query)
            return {str(row.subject_id): (str(row.id), str(row.status)) for row in rows}

    def picks(self) -> Sequence[Pick]:
        """Every imported product that is in the store still."""
        imported = (
            select(decisions.c.subject_id, decisions.c.arguments)
            .where(decisions.c.store_id == self._store_id, decisions.c.kind == _IMPORT)
            .where(decisions.c.status.in_(("executed", "measured")))
        )
        with self._database.read() as connection:
            given = {row.subject_id: row.arguments for row in connection.execute(imported)}
            mine = (products.c.store_id == self._store_id, products.c.handle.in_(list(given)))
            found = connection.execute(
                select(products.c.id, products.c.handle, products.c.title, products.c.status)
                .where(*mine, products.c.deleted_at.is_(None))
                .order_by(products.c.handle)
            ).all()
            seen = self._published(connection)
            units = self._units(connection, [row.id for row in found], seen)
            refused = self._refused(connection)
        return [
            Pick(
                row.handle, row.title, row.status.upper(), given[row.handle]["supplier_id"],
                given[row.handle]["supplier_sku"], seen.get(row.handle), units.get(row.id, 0),
                refused.get(row.handle, {}),
            )
            for row in found
        ]  # fmt: skip

    def _published(self, connection: Connection) -> dict[str, datetime]:
        query = (
            select(
                decisions.c.subject_id,
                func.min(decisions.c.executed_at, type_=decisions.c.executed_at.type),
            )
            .where(decisions.c.store_id == self._store_id, decisions.c.kind == _PUBLISH)
            .where(decisions.c.executed_at.is_not(None))
            .group_by(decisions.c.subject_id)
        )
        return {str(handle): at for handle, at in connection.execute(query)}

    def _refused(self, connection: Connection) -> dict[str, dict[str, datetime]]:
        table, undo = decisions.c, decisions.alias("undo")
        query = (
            select(
                table.subject_id, table.kind, table.created_at, table.decided_at, table.status,
                undo.c.created_at.label("undone_at"),
            )
            .join(
                undo,
                (undo.c.store_id == table.store_id) & (undo.c.reverts == table.id),
                isouter=True,
            )
            .where(table.store_id == self._store_id, table.kind.in_(LISTING_KINDS))
            .where(table.status.in_(_REFUSED), table.shadow.is_(False))
            # What the gate turned down is the policy's word, which a person may change.
            .where(or_(table.status != "rejected", table.decided_by != _POLICY))
        )  # fmt: skip
        found: dict[str, dict[str, datetime]] = defaultdict(dict)
        for row in connection.execute(query):
            said = row.undone_at or row.decided_at or row.created_at
            by_kind = found[str(row.subject_id)]
            by_kind[row.kind] = max(said, by_kind.get(row.kind, said))
        return found

    def _units(
        self, connection: Connection, product_ids: list[str], seen: dict[str, datetime]
    ) -> dict[str, int]:
        if not seen:
            return {}
        sales, table = daily_variant_sales.c, variants.c
        query = (
            select(table.product_id, func.sum(sales.units))
            .join(variants, (table.store_id == sales.store_id) & (table.id == sales.variant_id))
            .where(sales.store_id == self._store_id, table.product_id.in_(product_ids))
            .group_by(table.product_id)
        )
        rows = connection.execute(query)
        return {str(product_id): int(units or 0) for product_id, units in rows}
