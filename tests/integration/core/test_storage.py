"""Transactions, faults and migrations on real databases."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError

from core.errors import SettingsError, Unavailable
from core.storage import migrate
from core.storage.database import Database, normalise
from core.storage.types import Json, ScaledDecimal, UtcDateTime

scratch = MetaData()
things = Table(
    "things",
    scratch,
    Column("id", Integer, primary_key=True),
    Column("amount", ScaledDecimal),
    Column("at", UtcDateTime),
    Column("document", Json),
)
parts = Table(
    "parts",
    scratch,
    Column("id", Integer, primary_key=True),
    Column("thing_id", Integer, ForeignKey("things.id", ondelete="CASCADE"), nullable=False),
)


@pytest.fixture
def filled(database: Database) -> Database:
    with database.write() as transaction:
        scratch.create_all(transaction.connection)
    return database


def add(database: Database, *numbers: int) -> None:
    with database.write() as transaction:
        transaction.connection.execute(insert(things), [{"id": n} for n in numbers])


def count(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(things)) or 0


def test_values_come_back_as_they_were_stored(filled: Database) -> None:
    at = datetime(2026, 2, 3, 4, 5, 6, 7, tzinfo=UTC)
    rows = [
        {"id": n, "amount": Decimal("0.1"), "at": at, "document": {"a": [1, None]}}
        for n in range(1, 11)
    ]
    with filled.write() as transaction:
        transaction.connection.execute(insert(things), rows)
    with filled.read() as connection:
        total = connection.scalar(select(func.sum(things.c.amount)))
        row = connection.execute(select(things).limit(1)).one()
    assert total == Decimal(1)
    assert isinstance(total, Decimal)
    assert (row.amount, row.at, row.document) == (Decimal("0.1"), at, {"a": [1, None]})


def test_an_exception_rolls_everything_back(filled: Database) -> None:
    def fail_midway() -> None:
        add(filled, 1)
        with filled.write() as transaction:
            transaction.connection.execute(insert(things), [{"id": 2}])
            transaction.connection.execute(insert(things), [{"id": 1}])

    with pytest.raises(IntegrityError):
        fail_midway()
    assert count(filled) == 1


def test_a_statement_alone_is_durable_once_executed_and_the_next_transaction_is_one(
    filled: Database,
) -> None:
    with filled.write_alone() as connection:
        connection.execute(insert(things).values(id=1))
        # Before its connection is given back: others see it.
        assert count(filled) == 1

    def fail() -> None:
        with filled.write() as transaction:
            transaction.connection.execute(insert(things).values(id=2))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with filled.write_alone() as connection, pytest.raises(IntegrityError):
        connection.execute(insert(things).values(id=1))
    assert count(filled) == 1
    add(filled, 3)
    assert count(filled) == 2


@pytest.mark.parametrize("migrated_url", ["postgresql"], indirect=True)
def test_a_connection_that_rested_is_replaced_when_its_server_left_and_one_in_use_says_so(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def own(number: int) -> int:
        with filled.write_alone() as connection:
            connection.execute(insert(things).values(id=number))
            return int(connection.scalar(text("SELECT pg_backend_pid()")) or 0)

    def cut(pid: int) -> None:
        with filled.write() as transaction:
            ended = text("SELECT pg_terminate_backend(:pid, 10000)")
            assert transaction.connection.scalar(ended, {"pid": pid})

    first = own(1)
    assert own(2) == first
    cut(first)
    with pytest.raises(Unavailable):
        own(3)
    second = own(3)
    assert second != first
    monkeypatch.setattr("core.storage.database._RESTED_SECONDS", -1.0)
    cut(second)
    assert own(4) != second
    assert count(filled) == 4


def test_what_waits_for_the_commit_runs_after_it_and_only_then(filled: Database) -> None:
    seen: list[int] = []
    with filled.write() as transaction:
        transaction.connection.execute(insert(things), [{"id": 1}])
        transaction.after_commit(lambda: seen.append(count(filled)))
        assert seen == []
    assert seen == [1]

    def fail() -> None:
        with filled.write() as transaction:
            transaction.after_commit(lambda: seen.append(-1))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert seen == [1]


def test_the_row_count_of_an_upsert_is_true_on_both(filled: Database) -> None:
    dialect = postgresql if filled.dialect == "postgresql" else sqlite
    statement = dialect.insert(things).values(id=1).on_conflict_do_nothing()
    with filled.write() as transaction:
        assert transaction.connection.execute(statement).rowcount == 1
        assert transaction.connection.execute(statement).rowcount == 0


def test_a_reader_cannot_write(filled: Database) -> None:
    with pytest.raises(DBAPIError), filled.read() as connection:
        connection.execute(insert(things), [{"id": 1}])
    add(filled, 1)
    assert count(filled) == 1


def test_a_reader_sees_one_snapshot_and_waits_for_no_writer(filled: Database) -> None:
    add(filled, 1)
    with filled.read() as connection:
        before = connection.scalar(select(func.count()).select_from(things))
        with filled.write() as transaction:
            transaction.connection.execute(insert(things), [{"id": 2}])
            assert connection.scalar(select(func.count()).select_from(things)) == before
        assert connection.scalar(select(func.count()).select_from(things)) == before
    assert count(filled) == 2


def test_a_write_inside_a_write_is_a_mistake_and_is_told(filled: Database) -> None:
    with filled.write(), pytest.raises(RuntimeError, match="already open"), filled.write():
        pass
    add(filled, 1)


def test_threads_writing_at_once_lose_nothing(filled: Database) -> None:
    def write(start: int) -> None:
        for n in range(start, start + 10):
            add(filled, n)

    threads = [threading.Thread(target=write, args=(base,)) for base in range(0, 120, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert count(filled) == 120


def test_foreign_keys_are_enforced(filled: Database) -> None:
    with pytest.raises(IntegrityError), filled.write() as transaction:
        transaction.connection.execute(insert(parts), [{"id": 1, "thing_id": 99}])


def test_sqlite_is_durable_and_logs_ahead(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/a.db")
    with database.write() as transaction:
        read = transaction.connection.exec_driver_sql
        assert read("PRAGMA journal_mode").scalar() == "wal"
        assert read("PRAGMA synchronous").scalar() == 2
        assert read("PRAGMA foreign_keys").scalar() == 1
        assert read("PRAGMA busy_timeout").scalar() == 30_000
    database.dispose()


@pytest.mark.parametrize("url", ["", "not a url", "mysql://h/d", "sqlite://", "sqlite:///:memory:"])
def test_another_database_is_refused_by_the_variable_name(url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        normalise(url)


def test_the_password_is_not_in_the_repr() -> None:
    database = Database("postgresql://user:canary@127.0.0.1:1/none")
    assert "canary" not in repr(database)
    with pytest.raises(Unavailable) as caught:
        database.ping()
    assert "canary" not in str(caught.value)
    assert "DATABASE_URL" in caught.value.remedy


_FILL_THE_DISK = """
import resource, sys
from datetime import UTC, datetime
from core.errors import Unavailable
from core.events import NewEvent, head, verify
from core.storage.database import Database
database = Database(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
written, refused = 0, None
for n in range(2000):
    try:
        with database.write() as transaction:
            for part in range(10):
                transaction.record(
                    NewEvent("s1", "t.h", "x", {"pad": "x" * 500}, "p", datetime.now(UTC)))
        written += 10
    except Unavailable as error:
        refused = error
        break
assert refused is not None, "the disk never filled"
assert "disk" in refused.detail and refused.remedy, refused
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
with database.read() as connection:
    assert head(connection, "s1") == written, (head(connection, "s1"), written)
    assert verify(connection, "s1").ok
with database.write() as transaction:
    transaction.record(NewEvent("s1", "t.h", "x", {}, "p", datetime.now(UTC)))
with database.read() as connection:
    assert verify(connection, "s1").count == written + 1
"""


def test_a_full_disk_is_told_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    import core.events.tables as tables

    url = f"sqlite:///{tmp_path}/full.db"
    database = Database(url)
    with database.write() as transaction:
        transaction.connection.execute(text("SELECT 1"))
        tables.metadata.create_all(
            transaction.connection,
            tables=[tables.events, tables.events_personal, tables.event_heads],
        )
    database.dispose()
    done = subprocess.run(
        [sys.executable, "-c", _FILL_THE_DISK, url, str(600_000)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


_ENV = """
from alembic import context
from core.storage.migrate import run_env
from core.storage.schema import metadata
run_env(context, metadata)
"""
_FIRST = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0001", None
def upgrade():
    op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True))
    op.create_table("child", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE")))
def downgrade():
    op.drop_table("child")
    op.drop_table("parent")
"""
_SECOND = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0002", "0001"
def upgrade():
    with op.batch_alter_table("parent", recreate="auto") as batch:
        batch.add_column(sa.Column("name", sa.String(20), nullable=True))
        batch.alter_column("name", type_=sa.String(40))
def downgrade():
    with op.batch_alter_table("parent") as batch:
        batch.drop_column("name")
"""


@pytest.fixture
def scripts(tmp_path: Path) -> str:
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(_ENV)
    (folder / "versions" / "0001_first.py").write_text(_FIRST)
    (folder / "versions" / "0002_second.py").write_text(_SECOND)
    return str(folder)


def test_rebuilding_a_parent_table_keeps_its_children(database_url: str, scripts: str) -> None:
    migrate.upgrade(database_url, scripts, "0001")
    database = Database(database_url)
    with database.write() as transaction:
        transaction.connection.execute(text("INSERT INTO parent VALUES (1)"))
        transaction.connection.execute(text("INSERT INTO child VALUES (1, 1)"))
    migrate.upgrade(database_url, scripts)
    with database.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM child")) == 1
        assert connection.scalar(text("SELECT count(name) FROM parent")) == 0
    assert migrate.current(database_url) == "0002"
    migrate.downgrade(database_url, scripts, "0001")
    migrate.upgrade(database_url, scripts)
    database.dispose()


def test_processes_migrating_at_once_do_it_once(database_url: str, scripts: str) -> None:
    code = "import sys; from core.storage.migrate import upgrade; upgrade(*sys.argv[1:])"
    running = [
        subprocess.Popen([sys.executable, "-c", code, database_url, scripts]) for _ in range(3)
    ]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    database = Database(database_url)
    with database.read() as connection:
        assert {"parent", "child"} <= set(inspect(connection).get_table_names())
    assert migrate.current(database_url) == "0002"
    database.dispose()
