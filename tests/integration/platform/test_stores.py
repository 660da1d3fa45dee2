"""The stores of one installation, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.storage.database import Database
from royal_platform.persistence import stores

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def test_of_stores_that_call_themselves_the_same_the_last_contacted_comes_first(
    database: Database,
) -> None:
    contacted = {"a": NOW - timedelta(days=1), "b": None, "c": NOW}
    with database.write() as transaction:
        connection = transaction.connection
        for store_id, at in contacted.items():
            stores.create(
                connection, store_id=store_id, domain=f"{store_id}.test", source="shopify",
                api_version="2026-10",
            )  # fmt: skip
            stores.change(connection, store_id, shop_domain="same.test", connection_at=at)
    with database.read() as connection:
        found = stores.calling_itself(connection, "same.test")
    assert [store.id for store in found] == ["c", "a", "b"]
