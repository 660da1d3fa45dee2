"""A migrated database with one store, and the sandbox's own server on a free port."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.storage.database import Database
from royal_platform.persistence import stores

STORE = "str_test"


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    """A migrated, empty database on SQLite and again on PostgreSQL, with one Berlin store."""
    yield from with_store(migrated_url)


def with_store(url: str) -> Iterator[Database]:
    """The migrated database at ``url`` with one Berlin store."""
    found = Database(url)
    with found.write() as transaction:
        stores.create(
            transaction.connection,
            store_id=STORE,
            domain="shop.test",
            source="shopify",
            api_version="2026-10",
        )
        stores.change(
            transaction.connection,
            STORE,
            timezone="Europe/Berlin",
            currency="EUR",
        )
    yield found
    found.dispose()
