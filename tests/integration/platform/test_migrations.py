"""The migrations build exactly the declared tables, on both databases."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect
from sqlalchemy.pool import NullPool

from core.storage import migrate
from core.storage.database import normalise
from royal_platform.persistence import schema
from royal_platform.persistence.tables import metadata


def test_the_migrated_schema_is_the_declared_one(database_url):
    schema.upgrade(database_url)
    engine = create_engine(normalise(database_url), poolclass=NullPool)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_changes_nothing(database_url):
    schema.upgrade(database_url)
    schema.upgrade(database_url)
    assert migrate.current(database_url) is not None


def test_downgrading_leaves_no_table_of_ours(database_url):
    schema.upgrade(database_url)
    migrate.downgrade(database_url, schema.MIGRATIONS, "base")
    engine = create_engine(normalise(database_url), poolclass=NullPool)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}


def test_every_business_row_has_a_store():
    installation_wide = {
        "workers",
        "stores",
        "alembic_version",
        "api_tokens",
        "sessions",
        "login_links",
        "oauth_installs",
        "used_nonces",
    }
    without = {
        table.name
        for table in metadata.sorted_tables
        if "store_id" not in {column.name for column in table.primary_key}
    }
    assert without <= installation_wide
