"""Competitors' prices as they were imported: every one that was seen stays, the newest counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, func, select

from core.storage.database import Database
from royal_platform.commerce.pricing.competitors import CompetitorPrice
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.statements import put
from royal_platform.persistence.tables.catalog import competitor_prices, variants


class StoredCompetitorPrices:
    """What was imported of one store's competitors."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def by_variant(self) -> Mapping[str, Sequence[CompetitorPrice]]:
        """Each source's newest price of each variant; an SKU or barcode of several names none."""
        with self._database.read() as connection:
            rows = _newest(connection, self._store_id)
            owners = _owners(connection, self._store_id)
        found: dict[str, list[CompetitorPrice]] = defaultdict(list)
        for each in rows:
            variant_ids = owners.get(each.article, ())
            if len(variant_ids) == 1:
                found[variant_ids[0]].append(each)
        return found


def newest_of(connection: Connection, store_id: str, variant_id: str) -> list[CompetitorPrice]:
    """Each source's newest price of one variant, by those of its names that it shares with none."""
    table = variants.c
    mine = (table.store_id == store_id, table.deleted_at.is_(None))
    row = connection.execute(
        select(table.sku, table.barcode).where(*mine, table.id == variant_id)
    ).one_or_none()
    found: list[CompetitorPrice] = []
    for name in ("sku", "barcode") if row is not None else ():
        value = getattr(row, name)
        owners = select(func.count()).where(*mine, table[name] == value)
        if value and connection.execute(owners).scalar_one() == 1:
            found += _newest(connection, store_id, (name, value))
    return found


def put_competitor_prices(
    connection: Connection, store_id: str, rows: Sequence[CompetitorPrice], file: str, at: datetime
) -> None:
    """Keep the prices of the file named ``file``; the same moment again replaces itself."""
    put(connection, competitor_prices, [
        {
            "store_id": store_id, "source": each.source, "named_by": each.article[0],
            "article": each.article[1], "seen_at": each.seen_at, "price": each.price.amount,
            "currency": each.price.currency, "file": file, "imported_at": at,
        }
        for each in rows
    ])  # fmt: skip


def _newest(
    connection: Connection, store_id: str, article: tuple[str, str] | None = None
) -> list[CompetitorPrice]:
    table = competitor_prices.c
    named = (table.source, table.named_by, table.article)
    asked = [table.store_id == store_id]
    if article is not None:
        asked += [table.named_by == article[0], table.article == article[1]]
    last = (
        select(*named, func.max(table.seen_at).label("seen_at"))
        .where(*asked)
        .group_by(*named)
        .subquery()
    )
    query = (
        select(competitor_prices)
        .join(last, (last.c.source == table.source) & (last.c.named_by == table.named_by)
              & (last.c.article == table.article) & (last.c.seen_at == table.seen_at))
        .where(*asked)
        .order_by(*named)
    )  # fmt: skip
    return [
        CompetitorPrice(
            row.source,
            row.article if row.named_by == "sku" else None,
            row.article if row.named_by == "barcode" else None,
            Money(Decimal(row.price), row.currency),
            row.seen_at,
        )
        for row in connection.execute(query)
    ]


def _owners(connection: Connection, store_id: str) -> Mapping[tuple[str, str], Sequence[str]]:
    """The variants that go by an SKU or a barcode."""
    query = select(variants.c.id, variants.c.sku, variants.c.barcode).where(
        variants.c.store_id == store_id, variants.c.deleted_at.is_(None)
    )
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for variant_id, sku, barcode in connection.execute(query):
        for name, value in (("sku", sku), ("barcode", barcode)):
            if value:
                found[name, value].append(variant_id)
    return found
