"""Articles for answers: found in our copy, shown only while customers can see them in the store."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import insert

from core.settings import read_settings
from core.storage.database import Database
from royal_platform.bootstrap import bootstrap
from royal_platform.persistence.articles import StoredArticles
from royal_platform.persistence.tables.catalog import inventory_levels, products, variants
from royal_platform.shopify import documents
from royal_platform.shopify.mapping import gid
from royal_platform.shopify.support import ShopifySupport
from tests.integration.platform.conftest import STORE
from tests.integration.platform.wire import Sandbox

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=2)


def put(database: Database, number: int, title: str, status: str = "active") -> None:
    known = {"store_id": STORE, "updated_at": NOW}
    product = known | {
        "id": f"p{number}", "title": title, "handle": f"h{number}", "status": status, "tags": [],
        "search": title.lower(),
    }  # fmt: skip
    variant = known | {
        "id": f"v{number}", "product_id": f"p{number}", "title": title, "position": 1,
        "price": Decimal("20.00"), "currency": "EUR", "tracked": True,
        "inventory_item_id": f"i{number}",
    }  # fmt: skip
    level = {
        "store_id": STORE, "inventory_item_id": f"i{number}", "location_id": "l1", "available": 3,
        "updated_at": LATER,
    }  # fmt: skip
    with database.write() as transaction:
        transaction.connection.execute(insert(products), [product])
        transaction.connection.execute(insert(variants), [variant])
        transaction.connection.execute(insert(inventory_levels), [level])


def test_an_active_article_is_found_with_its_price_stock_and_time(database: Database) -> None:
    put(database, 1, "Oak lamp")
    put(database, 2, "Oak lamp deluxe", status="draft")
    articles = StoredArticles(database, STORE, "EUR")
    (found,) = articles.asked_about("Is the oak lamp deluxe in stock?", None)
    assert (found.id, found.title, found.as_of) == ("p1", "Oak lamp", LATER)
    (variant,) = found.variants
    assert (variant.price, variant.available) == (Decimal("20.00"), 3)
    assert articles.asked_about("Do you sell umbrellas?", "unknown") == []
    assert articles.asked_about("100% _", None) == []
    assert StoredArticles(database, "str_other", "EUR").asked_about("oak lamp", None) == []


def test_an_article_is_found_by_its_name_with_and_without_accents(database: Database) -> None:
    put(database, 1, "Crème brûlée")
    articles = StoredArticles(database, STORE, "EUR")
    (found,) = articles.asked_about("Is the CRÈME BRÛLÉE in stock?", None)
    assert found.id == "p1"


def test_an_article_is_found_in_a_letter_of_many_words(database: Database) -> None:
    put(database, 1, "Zinc vase")
    many = " ".join(f"{a}{b}{c}" for a in "abc" for b in "def" for c in "aeiou")
    (found,) = StoredArticles(database, STORE, "EUR").asked_about(f"{many} the zinc vase?", None)
    assert found.id == "p1"


def test_the_store_says_which_articles_customers_can_see(tmp_path: Path) -> None:
    with Sandbox(tmp_path / "sandbox", history_days=2) as sandbox:
        opened = bootstrap(
            read_settings(
                flask_env="testing", sandbox_port=sandbox.port, var_dir=sandbox.folder.parent,
                database_url=f"sqlite:///{tmp_path}/royal.db",
            )
        )  # fmt: skip

        async def asked() -> None:
            await opened.sync().run()
            await opened.refresh_clock()
            client = opened.shopify()
            shop = ShopifySupport(client, lambda: opened.clock().now())
            seen, hidden = sorted({each.product_id for each in opened.catalog.variants()})[:2]
            assert set(await shop.shown([seen, hidden, "1"])) == {seen, hidden}
            change = {"product": {"id": gid("Product", hidden), "status": "DRAFT"}}
            await client.run(documents.SET_PRODUCT_STATUS, change)
            assert set(await shop.shown([seen, hidden])) == {seen}
            long_ago = ShopifySupport(client, lambda: datetime(2000, 1, 1, tzinfo=UTC))
            assert await long_ago.shown([seen]) == {}

        try:
            asyncio.run(asked())
        finally:
            opened.close()
