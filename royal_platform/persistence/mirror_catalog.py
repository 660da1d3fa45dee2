"""The mirrored catalog and its stock: products, variants, costs, levels, daily snapshots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, select, update

from core.storage.types import utc_text
from royal_platform.persistence.aggregates import revalued
from royal_platform.persistence.mirror_metafields import MetafieldMirror
from royal_platform.persistence.mirror_rows import (
    altered_ids,
    chunks,
    decimal,
    fresh_rows,
    known_versions,
    mark_deleted,
    newer_ids,
    revive,
    write_rows,
)
from royal_platform.persistence.tables.catalog import (
    inventory_levels,
    inventory_snapshots,
    locations,
    price_observations,
    products,
    variants,
)

_QUANTITIES = ("available", "on_hand", "committed", "incoming")


class _Observation(NamedTuple):
    variant_id: str
    at: str
    price: int
    currency: str


class _Snapshot(NamedTuple):
    day: str
    variant_id: str
    available: int


class CatalogMirror:
    """Writes one store's catalog. Callers hold the store's row lock (``stores.lock``).

    Methods return how many of the given objects were news.
    """

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def put_products(
        self,
        connection: Connection,
        rows: Sequence[Any],
        owned: Sequence[Any],
        noted: Sequence[Any] = (),
    ) -> int:
        """Products with all variants, and both's metafields; what a newer one lost is gone."""
        known = known_versions(connection, products, self.store_id, [row.id for row in rows])
        fresh = fresh_rows(rows, known)
        ids = {row.id for row in fresh}
        kept = [row for row in owned if row.product_id in ids]
        altered = altered_ids(connection, products, self.store_id, fresh, known)
        write_rows(connection, products, self.store_id, fresh, "newest")
        revive(connection, products, self.store_id, sorted(newer_ids(fresh, known)))
        stored = self._variants(connection, [row.id for row in kept])
        versions = {id_: utc_text(row.updated_at) for id_, row in stored.items()}
        other = altered_ids(connection, variants, self.store_id, kept, versions)
        altered |= {row.product_id for row in kept if row.id in other}
        self._observe_prices(connection, kept, stored)
        recosted = [
            row.id
            for row in kept
            if row.id not in stored or stored[row.id].unit_cost != decimal(row.unit_cost)
        ]
        with revalued(connection, self.store_id, recosted):
            write_rows(connection, variants, self.store_id, kept, "newest")
        revive(connection, variants, self.store_id, [row.id for row in kept])
        altered |= self._drop_missing(connection, fresh, {row.id for row in kept})
        altered |= self._note(connection, "product", fresh, noted)
        of_variants = self._note(connection, "variant", kept, noted)
        altered |= {row.product_id for row in kept if row.id in of_variants}
        return len(altered)

    def put_locations(self, connection: Connection, rows: Sequence[Any]) -> None:
        """Locations, all of them: what is not among them is gone."""
        kept = [row.id for row in rows]
        connection.execute(
            delete(locations).where(
                locations.c.store_id == self.store_id, locations.c.id.not_in(kept)
            )
        )
        write_rows(connection, locations, self.store_id, rows, "replace")

    def put_inventory(
        self,
        connection: Connection,
        items: Sequence[tuple[str, int | None, bool]],
        levels: Sequence[Any],
        day: date,
    ) -> int:
        """Cost (ten-thousandths, None = unknown) and tracking of items, and levels of any item.

        Of ``items`` these are all the levels there are: one that is not among them is gone. What
        did not change is not written again; the snapshot of ``day`` follows.
        """
        ids = [item for item, _cost, _tracked in items]
        changed = self._put_costs(connection, items, ids)
        before = self._levels(
            connection, dict.fromkeys([*ids, *(row.inventory_item_id for row in levels)])
        )
        fresh = [
            row
            for row in levels
            if before.get((row.inventory_item_id, row.location_id))
            != tuple(getattr(row, name) for name in _QUANTITIES)
        ]
        write_rows(connection, inventory_levels, self.store_id, fresh, "newest")
        gone = self._drop_levels(connection, before, set(ids), levels)
        moved = {row.inventory_item_id for row in fresh} | {item for item, _place in gone}
        if self._has_snapshot(connection, day):
            self._snapshot(connection, moved, day)
        else:
            # All there is: what stands still, or comes on a later page, is counted as well.
            self._snapshot(connection, self._kept_items(connection), day)
        return changed + len(fresh) + len(gone)

    def delete_products(self, connection: Connection, ids: Iterable[str], at: datetime) -> int:
        """The store no longer has these products; their past sales stay."""
        gone = list(ids)
        noting = MetafieldMirror(self.store_id)
        noting.forget(connection, "variant", self._variants_of(connection, gone))
        noting.forget(connection, "product", gone)
        mark_deleted(connection, variants.c.product_id, self.store_id, gone, at)
        return mark_deleted(connection, products.c.id, self.store_id, gone, at)

    def _put_costs(
        self,
        connection: Connection,
        items: Sequence[tuple[str, int | None, bool]],
        ids: Sequence[str],
    ) -> int:
        before: dict[str, tuple[Any, bool]] = {}
        owners: dict[str, str] = {}
        table = variants.c
        for part in chunks(ids):
            query = select(table.id, table.inventory_item_id, table.unit_cost, table.tracked).where(
                table.store_id == self.store_id, table.inventory_item_id.in_(part)
            )
            for row in connection.execute(query):
                before[row.inventory_item_id] = (row.unit_cost, row.tracked)
                owners[row.id] = row.inventory_item_id
        changed = [
            {"item": item, "cost": decimal(cost), "counts": tracked}
            for item, cost, tracked in items
            if item in before and before[item] != (decimal(cost), tracked)
        ]
        if changed:
            statement = (
                update(variants)
                .where(variants.c.store_id == self.store_id)
                .where(variants.c.inventory_item_id == bindparam("item"))
                .values(unit_cost=bindparam("cost"), tracked=bindparam("counts"))
            )
            touched = {row["item"] for row in changed}
            recosted = [owner for owner, item in owners.items() if item in touched]
            with revalued(connection, self.store_id, recosted):
                connection.execute(statement, changed)
        return len(changed)

    def _levels(
        self, connection: Connection, items: Iterable[str]
    ) -> dict[tuple[str, str], tuple[int | None, ...]]:
        table = inventory_levels
        found: dict[tuple[str, str], tuple[int | None, ...]] = {}
        for part in chunks(items):
            query = select(table).where(
                table.c.store_id == self.store_id, table.c.inventory_item_id.in_(part)
            )
            for row in connection.execute(query):
                quantities = tuple(getattr(row, name) for name in _QUANTITIES)
                found[row.inventory_item_id, row.location_id] = quantities
        return found

    def _drop_levels(
        self,
        connection: Connection,
        stored: Iterable[tuple[str, str]],
        whole: set[str],
        levels: Sequence[Any],
    ) -> list[tuple[str, str]]:
        """Take away what is ``stored`` of the items read ``whole`` and was not among ``levels``."""
        there = {(row.inventory_item_id, row.location_id) for row in levels}
        gone = [level for level in stored if level[0] in whole and level not in there]
        if gone:
            table = inventory_levels.c
            statement = delete(inventory_levels).where(
                table.store_id == self.store_id,
                table.inventory_item_id == bindparam("item"),
                table.location_id == bindparam("place"),
            )
            connection.execute(statement, [{"item": item, "place": place} for item, place in gone])
        return gone

    def _variants(self, connection: Connection, ids: Iterable[str]) -> dict[str, Any]:
        """Price, cost and version of those that are stored."""
        found: dict[str, Any] = {}
        for part in chunks(ids):
            query = select(
                variants.c.id, variants.c.price, variants.c.unit_cost, variants.c.updated_at
            ).where(variants.c.store_id == self.store_id, variants.c.id.in_(part))
            found |= {row.id: row for row in connection.execute(query)}
        return found

    def _note(
        self, connection: Connection, owner: str, owners: Sequence[Any], noted: Sequence[Any]
    ) -> set[str]:
        versions = {row.id: row.updated_at for row in owners}
        own = [row for row in noted if row.owner_type == owner]
        return MetafieldMirror(self.store_id).put(connection, owner, versions, own)

    def _variants_of(self, connection: Connection, products: Iterable[str]) -> list[str]:
        found: list[str] = []
        for part in chunks(products):
            query = select(variants.c.id).where(
                variants.c.store_id == self.store_id, variants.c.product_id.in_(part)
            )
            found += connection.execute(query).scalars()
        return found

    def _observe_prices(
        self, connection: Connection, rows: Sequence[Any], known: Mapping[str, Any]
    ) -> None:
        """Keep a price whenever it differs from the one we had: Shopify keeps no past prices."""
        seen = [
            _Observation(row.id, row.updated_at, row.price, row.currency)
            for row in rows
            if row.id not in known
            or (
                decimal(row.price) != known[row.id].price
                and row.updated_at >= utc_text(known[row.id].updated_at)
            )
        ]
        write_rows(connection, price_observations, self.store_id, seen, "replace")

    def _drop_missing(
        self, connection: Connection, rows: Sequence[Any], kept: set[str]
    ) -> set[str]:
        """Mark variants that the products in ``rows`` lost; return whose they were."""
        updated = {row.id: row.updated_at for row in rows}
        lost: set[str] = set()
        for part in chunks(updated):
            query = select(variants.c.id, variants.c.product_id).where(
                variants.c.store_id == self.store_id,
                variants.c.product_id.in_(part),
                variants.c.deleted_at.is_(None),
            )
            gone = [row for row in connection.execute(query) if row.id not in kept]
            noting = MetafieldMirror(self.store_id)
            noting.forget(connection, "variant", [row.id for row in gone])
            for row in gone:
                at = datetime.fromisoformat(updated[row.product_id])
                mark_deleted(connection, variants.c.id, self.store_id, [row.id], at)
                lost.add(row.product_id)
        return lost

    def _has_snapshot(self, connection: Connection, day: date) -> bool:
        query = (
            select(inventory_snapshots.c.variant_id)
            .where(inventory_snapshots.c.store_id == self.store_id)
            .where(inventory_snapshots.c.day == day)
            .limit(1)
        )
        return connection.execute(query).first() is not None

    def _kept_items(self, connection: Connection) -> list[str]:
        table = inventory_levels.c
        query = select(table.inventory_item_id).where(table.store_id == self.store_id).distinct()
        return list(connection.execute(query).scalars())

    def _snapshot(self, connection: Connection, items: Iterable[str], day: date) -> None:
        for part in chunks(sorted(items)):
            query = (
                select(variants.c.id, func.sum(inventory_levels.c.available))
                .join(
                    variants,
                    (variants.c.store_id == inventory_levels.c.store_id)
                    & (variants.c.inventory_item_id == inventory_levels.c.inventory_item_id),
                )
                .where(inventory_levels.c.store_id == self.store_id)
                .where(inventory_levels.c.inventory_item_id.in_(part))
                .where(variants.c.tracked.is_(True), variants.c.deleted_at.is_(None))
                .group_by(variants.c.id)
            )
            rows = [
                _Snapshot(day.isoformat(), variant_id, int(available))
                for variant_id, available in connection.execute(query)
                if available is not None
            ]
            write_rows(connection, inventory_snapshots, self.store_id, rows, "replace")
