"""A database with core's tables, on SQLite and again on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import core.events.tables
import core.security.tables
from core.storage.database import Database
from core.storage.schema import metadata

CORE_TABLES = [
    core.events.tables.events,
    core.events.tables.events_personal,
    core.events.tables.event_heads,
    core.security.tables.api_tokens,
    core.security.tables.login_links,
    core.security.tables.sessions,
    core.security.tables.used_nonces,
]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    with database.write() as transaction:
        metadata.create_all(transaction.connection, tables=CORE_TABLES)
    yield database
    database.dispose()
