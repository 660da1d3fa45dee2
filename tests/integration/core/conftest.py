"""A database with core's tables among the product's, on SQLite and again on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.storage.database import Database


@pytest.fixture
def database(migrated_url: str) -> Iterator[Database]:
    database = Database(migrated_url)
    yield database
    database.dispose()
