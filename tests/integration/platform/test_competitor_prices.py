"""Imported prices of competitors: versions stay, the newest counts, and no variant is guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import func, select, update

from core.storage.database import Database
from royal_platform.commerce.pricing.competitors import CompetitorPrice
from royal_platform.commerce.shared.model import Money
from royal_platform.persistence.competitor_prices import (
    StoredCompetitorPrices,
    newest_of,
    put_competitor_prices,
)
from royal_platform.persistence.tables.catalog import competitor_prices, variants
from tests.integration.platform import nodes
from tests.integration.platform.conftest import STORE
from tests.integration.platform.test_mirror import put_products

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
BY_SKU = CompetitorPrice("a.example", "SKU-1", None, Money(Decimal("9.95"), "EUR"), AT)
BY_BARCODE = replace(BY_SKU, sku=None, barcode="871")


def keep(database: Database, *rows: CompetitorPrice) -> None:
    with database.write() as transaction:
        put_competitor_prices(transaction.connection, STORE, rows, "prices.csv", AT)


def change(database: Database, variant_id: str, **values: str) -> None:
    with database.write() as transaction:
        mine = (variants.c.store_id == STORE) & (variants.c.id == variant_id)
        transaction.connection.execute(update(variants).where(mine).values(**values))


def test_every_version_stays_and_the_newest_of_each_source_counts(database: Database) -> None:
    put_products(database, [nodes.product(1, [nodes.variant(1)])])
    change(database, "1", sku="SKU-1")
    newer = replace(BY_SKU, price=Money(Decimal("8.95"), "EUR"), seen_at=AT + timedelta(days=1))
    other = replace(BY_SKU, source="b.example")
    keep(database, newer, other)
    keep(database, BY_SKU, other)
    found = StoredCompetitorPrices(database, STORE).by_variant()
    assert found == {"1": [newer, other]}
    with database.read() as connection:
        kept = connection.scalar(select(func.count()).select_from(competitor_prices))
    assert kept == 3


def test_an_article_is_found_by_sku_or_barcode_and_never_guessed(database: Database) -> None:
    put_products(database, [nodes.product(n, [nodes.variant(n)]) for n in (1, 2, 3)])
    known = (("1", "SKU-1", "871"), ("2", "SAME", "872"), ("3", "SAME", ""))
    for variant_id, sku, barcode in known:
        change(database, variant_id, sku=sku, barcode=barcode)
    keep(database, BY_BARCODE, replace(BY_SKU, sku="SAME"), replace(BY_SKU, sku="GONE"))
    assert StoredCompetitorPrices(database, STORE).by_variant() == {"1": [BY_BARCODE]}
    assert StoredCompetitorPrices(database, "other").by_variant() == {}
    with database.read() as connection:
        assert newest_of(connection, STORE, "1") == [BY_BARCODE]
        for variant_id in ("2", "3", "none"):
            assert newest_of(connection, STORE, variant_id) == []
        assert newest_of(connection, "other", "1") == []
