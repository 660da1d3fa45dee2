"""The book of offers: what is in force, and every version before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from core.storage.database import Database
from royal_platform.commerce.shared.model import Money
from royal_platform.commerce.suppliers.model import (
    Offer,
    OfferVersion,
    OrderedFrom,
    Promise,
    Reliability,
    SupplierHours,
)
from royal_platform.commerce.suppliers.ports import Reading
from royal_platform.commerce.suppliers.rules import (
    changed_terms,
    matched,
    ran_out_or_came_back,
    reliability,
)
from royal_platform.persistence import stores
from royal_platform.persistence.paging import Order, Page, containing, page
from royal_platform.persistence.suppliers import Suppliers
from royal_platform.persistence.tables.catalog import variants
from royal_platform.persistence.tables.suppliers import (
    supplier_offers,
    supplier_orders,
    suppliers,
)

_MONEY = {
    "cost": "cost_currency", "shipping": "shipping_currency", "retail_price": "retail_currency",
}  # fmt: skip
_PLAIN = (
    "title", "lead_days_low", "lead_days_high", "stock", "minimum_order", "pack_size", "sku",
    "barcode", "brand", "category", "description", "image_url",
)  # fmt: skip
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Changes:
    """What a reading changed: counts, and the variants whose known offers are other ones now.

    ``unread`` articles stand as they were known before.
    """

    added: int
    changed: int
    withdrawn: int
    unread: int
    variant_ids: tuple[str, ...]


class Offers:
    """The offers of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def take(
        self, connection: Connection, supplier_id: str, reading: Reading, *, now: datetime
    ) -> Changes:
        """Put a supplier's catalogue in force; what did not change keeps its version.

        Stock moves within a version. An article that is listed unreadably stays as it was known;
        one that is no longer listed is withdrawn, and one that comes back is a new version.
        """
        offers = reading.offers
        before = self._in_force(connection, supplier_id)
        variant_ids = matched(offers, self._by_sku(connection))
        ended: list[dict[str, Any]] = []
        rows: list[dict[str, Any]] = []
        levels: list[dict[str, Any]] = []
        touched: set[str] = set()
        added = changed = 0
        for offer, variant_id in zip(offers, variant_ids, strict=True):
            old = before.pop(offer.supplier_sku, None)
            if old is not None and _same(old, offer, variant_id):
                if old.offer.stock != offer.stock:
                    levels.append({"moved_sku": offer.supplier_sku, "level": offer.stock})
                    if variant_id is not None and ran_out_or_came_back(old.offer, offer):
                        touched.add(variant_id)
                continue
            added += old is None
            changed += old is not None
            if old is not None:
                # What is new waits for the agent's own time; what it may have relied on does not.
                touched |= {each for each in (variant_id, old.variant_id) if each}
                ended.append(_ending(offer.supplier_sku))
            rows.append(self._row(offer, variant_id, 0 if old is None else old.version, now))
        missing = {sku: old for sku, old in before.items() if not old.withdrawn}
        unread = {sku: why for sku in missing if (why := reading.why_missing(sku))}
        gone = [old for sku, old in missing.items() if sku not in unread]
        for old in gone:
            ended.append(_ending(old.offer.supplier_sku))
            row = self._row(old.offer, old.variant_id, old.version, now)
            rows.append({**row, "withdrawn": True})
            touched |= {old.variant_id} - {None}  # type: ignore[arg-type]
        self._write(connection, supplier_id, ended, rows, now)
        self._level(connection, supplier_id, levels)
        self._note(connection, supplier_id, unread)
        return Changes(added, changed, len(gone), len(unread), tuple(sorted(touched)))

    def page(
        self,
        connection: Connection,
        *,
        supplier_id: str | None = None,
        words: str | None = None,
        is_matched: bool | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[OfferVersion]:
        """Offers in force, by title."""
        table = supplier_offers.c
        conditions = [*self._current(), *containing(table.words, words)]
        if supplier_id is not None:
            conditions.append(table.supplier_id == supplier_id)
        if is_matched is not None:
            conditions.append(
                table.variant_id.is_not(None) if is_matched else table.variant_id.is_(None)
            )
        tie = table.supplier_id + "/" + table.supplier_sku
        order = Order("title", table.title, tie)
        query = select(supplier_offers).where(*conditions)
        rows = [_version(row) for row in connection.execute(order.apply(query, cursor, limit))]
        counted = select(func.count()).select_from(supplier_offers).where(*conditions)
        total = int(connection.execute(counted).scalar_one())

        def key(item: OfferVersion) -> tuple[str, str]:
            offer = item.offer
            return offer.title, f"{offer.supplier_id}/{offer.supplier_sku}"

        return page(rows, limit, total, order, key)

    def of_variants(
        self, connection: Connection, variant_ids: Iterable[str] | None
    ) -> list[OfferVersion]:
        """Offers in force of active suppliers for these variants; None is every offer."""
        query = (
            select(supplier_offers)
            .join(
                suppliers,
                (suppliers.c.store_id == supplier_offers.c.store_id)
                & (suppliers.c.id == supplier_offers.c.supplier_id),
            )
            .where(*self._current(), suppliers.c.active)
            .order_by(supplier_offers.c.supplier_id, supplier_offers.c.supplier_sku)
        )
        if variant_ids is None:
            return [_version(row) for row in connection.execute(query)]
        wanted = sorted(set(variant_ids))
        found: list[OfferVersion] = []
        for start in range(0, len(wanted), _CHUNK):
            part = supplier_offers.c.variant_id.in_(wanted[start : start + _CHUNK])
            found += [_version(row) for row in connection.execute(query.where(part))]
        return found

    def history(
        self, connection: Connection, supplier_id: str, supplier_sku: str
    ) -> list[OfferVersion]:
        """Every version of one offer, newest first."""
        table = supplier_offers.c
        query = (
            select(supplier_offers)
            .where(table.store_id == self.store_id, table.supplier_id == supplier_id)
            .where(table.supplier_sku == supplier_sku)
            .order_by(table.version.desc())
        )
        return [_version(row) for row in connection.execute(query)]

    def _current(self) -> list[Any]:
        table = supplier_offers.c
        return [table.store_id == self.store_id, table.until.is_(None), ~table.withdrawn]

    def _in_force(self, connection: Connection, supplier_id: str) -> dict[str, OfferVersion]:
        table = supplier_offers.c
        query = select(supplier_offers).where(
            table.store_id == self.store_id, table.supplier_id == supplier_id,
            table.until.is_(None),
        )  # fmt: skip
        found = [_version(row) for row in connection.execute(query)]
        return {each.offer.supplier_sku: each for each in found}

    def _by_sku(self, connection: Connection) -> dict[str, list[str]]:
        query = select(variants.c.id, variants.c.sku).where(
            variants.c.store_id == self.store_id, variants.c.deleted_at.is_(None),
            variants.c.sku.is_not(None),
        )  # fmt: skip
        found: dict[str, list[str]] = defaultdict(list)
        for row in connection.execute(query):
            found[str(row.sku).strip().upper()].append(str(row.id))
        found.pop("", None)
        return found

    def _row(
        self, offer: Offer, variant_id: str | None, version: int, now: datetime
    ) -> dict[str, Any]:
        words = (offer.title, offer.brand, offer.supplier_sku, offer.sku, offer.category)
        row: dict[str, Any] = {
            "store_id": self.store_id, "supplier_id": offer.supplier_id,
            "supplier_sku": offer.supplier_sku, "version": version + 1,
            "variant_id": variant_id, "since": now, "until": None, "withdrawn": False,
            "unread": None,
            "words": " ".join(each for each in words if each).lower(),
        }  # fmt: skip
        row |= {name: getattr(offer, name) for name in _PLAIN}
        for name, currency in _MONEY.items():
            money: Money | None = getattr(offer, name)
            row[name] = None if money is None else money.amount
            row[currency] = None if money is None else money.currency
        return row

    def _write(
        self,
        connection: Connection,
        supplier_id: str,
        ended: list[dict[str, Any]],
        rows: list[dict[str, Any]],
        now: datetime,
    ) -> None:
        table = supplier_offers.c
        if ended:
            connection.execute(
                update(supplier_offers)
                .where(table.store_id == self.store_id, table.supplier_id == supplier_id)
                .where(table.supplier_sku == bindparam("ended_sku"), table.until.is_(None))
                .values(until=now),
                ended,
            )
        if rows:
            connection.execute(supplier_offers.insert(), rows)

    def _note(self, connection: Connection, supplier_id: str, unread: Mapping[str, str]) -> None:
        """Why which articles could not be read this time; of all others nothing is noted."""
        table = supplier_offers.c
        mine = (
            update(supplier_offers)
            .where(table.store_id == self.store_id, table.supplier_id == supplier_id)
            .where(table.until.is_(None))
        )
        connection.execute(mine.where(table.unread.is_not(None)).values(unread=None))
        if unread:
            connection.execute(
                mine.where(table.supplier_sku == bindparam("noted_sku")).values(
                    unread=bindparam("why")
                ),
                [{"noted_sku": sku, "why": why} for sku, why in unread.items()],
            )

    def _level(
        self, connection: Connection, supplier_id: str, levels: list[dict[str, Any]]
    ) -> None:
        if not levels:
            return
        table = supplier_offers.c
        connection.execute(
            update(supplier_offers)
            .where(table.store_id == self.store_id, table.supplier_id == supplier_id)
            .where(table.supplier_sku == bindparam("moved_sku"), table.until.is_(None))
            .values(stock=bindparam("level")),
            levels,
        )


class StoredOffers:
    """``OfferBook`` on the database."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def search(self, words: str, limit: int = 20) -> Sequence[OfferVersion]:
        """Offers in force whose words hold every one of these."""
        with self._database.read() as connection:
            return Offers(self._store_id).page(connection, words=words, limit=limit).items

    def offers(self, variant_ids: Iterable[str] | None = None) -> Sequence[OfferVersion]:
        """Offers in force of active suppliers."""
        with self._database.read() as connection:
            return Offers(self._store_id).of_variants(connection, variant_ids)

    def history(self, supplier_id: str, supplier_sku: str) -> Sequence[OfferVersion]:
        """Every version of one offer, newest first."""
        with self._database.read() as connection:
            return Offers(self._store_id).history(connection, supplier_id, supplier_sku)

    def names(self) -> dict[str, str]:
        """What the suppliers are called."""
        query = select(suppliers.c.id, suppliers.c.name).where(
            suppliers.c.store_id == self._store_id
        )
        with self._database.read() as connection:
            return {str(row.id): str(row.name) for row in connection.execute(query)}

    def sources(self) -> Sequence[OrderedFrom]:
        """Suppliers that are switched on, by name."""
        with self._database.read() as connection:
            known = Suppliers(self._store_id).all(connection)
        return [
            OrderedFrom(
                each.id, each.name, by_wire=each.takes_orders, by_mail=each.mails_to is not None,
                serves_by_mail=each.serves_by_mail,
            )
            for each in known if each.active
        ]  # fmt: skip

    def hours(self) -> dict[str, SupplierHours]:
        """Of the suppliers that have some of their own: when they begin orders."""
        query = select(suppliers.c.id, suppliers.c.settings).where(
            suppliers.c.store_id == self._store_id
        )
        with self._database.read() as connection:
            found = {
                str(row.id): SupplierHours(
                    row.settings.get("cutoff_hour"), row.settings.get("working_days")
                )
                for row in connection.execute(query)
            }
        return {supplier_id: each for supplier_id, each in found.items() if each != SupplierHours()}

    def reliability(self) -> dict[str, Reliability]:
        """Promise against fact, by supplier, as of now."""
        with self._database.read() as connection:
            now = stores.get(connection, self._store_id).store_clock().now()
            kept = promises(connection, self._store_id)
        return {supplier_id: reliability(found, now) for supplier_id, found in kept.items()}


def promises(connection: Connection, store_id: str) -> Mapping[str, list[Promise]]:
    """Every order's promise and what became of it, by supplier."""
    table = supplier_orders.c
    query = select(
        table.supplier_id, table.placed_at, table.promised_at, table.delivered_at, table.status
    ).where(table.store_id == store_id)
    found: dict[str, list[Promise]] = defaultdict(list)
    for row in connection.execute(query):
        found[str(row.supplier_id)].append(
            Promise(row.placed_at, row.promised_at, row.delivered_at, row.status)
        )
    return found


def _same(old: OfferVersion, offer: Offer, variant_id: str | None) -> bool:
    return (
        not old.withdrawn and old.variant_id == variant_id and not changed_terms(old.offer, offer)
    )


def _ending(supplier_sku: str) -> dict[str, Any]:
    return {"ended_sku": supplier_sku}


def _version(row: Row[Any]) -> OfferVersion:
    values: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    for name, currency in _MONEY.items():
        amount = getattr(row, name)
        values[name] = None if amount is None else Money(amount, getattr(row, currency))
    offer = Offer(supplier_id=row.supplier_id, supplier_sku=row.supplier_sku, **values)
    return OfferVersion(
        offer, row.version, row.since, row.until, row.variant_id, withdrawn=row.withdrawn,
        unread=row.unread,
    )  # fmt: skip
