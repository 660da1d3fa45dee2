"""The event log on both databases: order, chain, erasure, tampering, concurrency."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from core.events import (
    NewEvent,
    erase_personal,
    head,
    personal,
    read_after,
    read_before,
    verify,
)
from core.events.tables import event_heads, events, events_personal
from core.storage.database import Database

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


def happened(store: str = "s1", n: int = 0, **changes: Any) -> NewEvent:
    fields: dict[str, Any] = {
        "store_id": store,
        "type": "thing.happened",
        "subject": f"thing:{n}",
        "payload": {"n": n},
        "actor": "tester",
        "occurred_at": AT,
    }
    return NewEvent(**{**fields, **changes})


def record(database: Database, *batch: NewEvent) -> None:
    with database.write() as transaction:
        for event in batch:
            transaction.record(event)


def test_an_event_comes_back_as_it_was_recorded(database: Database) -> None:
    local = AT.astimezone(timezone(timedelta(hours=5)))
    payload = {"b": [1, None, "é😀\x00"], "a": Decimal("1.10"), "big": 1e300, "t": local}
    record(database, happened(payload=payload, occurred_at=local))
    with database.read() as connection:
        [event] = read_after(connection, "s1", 0, 10)
        assert verify(connection, "s1").ok
    assert event.payload == {
        "a": "1.10",
        "b": [1, None, "é😀\x00"],
        "big": 1e300,
        "t": "2026-03-01T12:30:15.123456Z",
    }
    assert (event.seq, event.occurred_at, event.type) == (1, AT, "thing.happened")
    assert event.recorded_at.tzinfo is not None


def test_sequence_numbers_are_gapless_per_store(database: Database) -> None:
    record(database, happened("b", 1), happened("a", 1), happened("b", 2))
    record(database, happened("a", 2))
    with database.read() as connection:
        assert [event.seq for event in read_after(connection, "a", 0, 10)] == [1, 2]
        assert [event.seq for event in read_after(connection, "b", 0, 10)] == [1, 2]
        assert (head(connection, "a"), head(connection, "b"), head(connection, "c")) == (2, 2, 0)
        assert verify(connection, "a").count == 2
        assert verify(connection, "c").ok


def test_a_rolled_back_transaction_records_nothing(database: Database) -> None:
    record(database, happened(n=1))

    def fail_midway() -> None:
        with database.write() as transaction:
            transaction.record(happened(n=2))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_midway()
    record(database, happened(n=3))
    with database.read() as connection:
        assert [event.payload["n"] for event in read_after(connection, "s1", 0, 9)] == [1, 3]
        assert verify(connection, "s1").ok


def test_events_are_filtered_by_type_prefix_and_subject(database: Database) -> None:
    record(
        database,
        happened(n=1, type="run.started"),
        happened(n=2, type="run.failed"),
        happened(n=3, type="runner.moved", subject="x"),
    )
    with database.read() as connection:
        assert [e.seq for e in read_after(connection, "s1", 0, 9, type="run.")] == [1, 2]
        assert [e.seq for e in read_after(connection, "s1", 0, 9, type="run.failed")] == [2]
        assert [e.seq for e in read_after(connection, "s1", 0, 9, subject="x")] == [3]
        assert [e.seq for e in read_before(connection, "s1", None, 2)] == [3, 2]
        assert [e.seq for e in read_before(connection, "s1", 2, 2)] == [1]


def test_erasing_personal_data_leaves_the_chain_valid(database: Database) -> None:
    record(
        database,
        happened(n=1, subject="customer:7", personal={"email": "ada@example.com"}),
        happened(n=2, subject="customer:8", personal={"email": "bob@example.com"}),
    )
    with database.read() as connection:
        assert personal(connection, "s1", 1) == {"email": "ada@example.com"}
    with database.write() as transaction:
        assert erase_personal(transaction.connection, "s1", "customer:7") == 1
    with database.read() as connection:
        assert personal(connection, "s1", 1) is None
        assert personal(connection, "s1", 2) is not None
        assert verify(connection, "s1").ok


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("payload", '{"n":99}'),
        ("payload_digest", "0" * 64),
        ("actor", "somebody else"),
        ("occurred_at", AT + timedelta(microseconds=1)),
        ("hash", "f" * 64),
        ("personal_digest", "a" * 64),
    ],
)
def test_verify_names_the_row_that_was_changed(
    database: Database, column: str, value: object
) -> None:
    record(database, *(happened(n=n) for n in range(1, 8)))
    with database.write() as transaction:
        transaction.connection.execute(
            update(events).where(events.c.seq == 4).values({column: value})
        )
    with database.read() as connection:
        result = verify(connection, "s1")
    assert (result.ok, result.count, result.first_broken_seq) == (False, 3, 4)


def test_verify_notices_a_removed_row_and_a_cut_end(database: Database) -> None:
    record(database, *(happened(n=n) for n in range(1, 6)))
    with database.write() as transaction:
        transaction.connection.execute(delete(events).where(events.c.seq == 5))
    with database.read() as connection:
        assert verify(connection, "s1").first_broken_seq == 5
    with database.write() as transaction:
        transaction.connection.execute(delete(events).where(events.c.seq == 2))
    with database.read() as connection:
        assert verify(connection, "s1").first_broken_seq == 2


def test_verify_notices_changed_personal_data_and_a_lost_head(database: Database) -> None:
    record(database, happened(n=1), happened(n=2, personal={"name": "Ada"}))
    with database.write() as transaction:
        transaction.connection.execute(update(events_personal).values(data='{"name":"Eve"}'))
    with database.read() as connection:
        assert verify(connection, "s1").first_broken_seq == 2
    with database.write() as transaction:
        transaction.connection.execute(delete(events_personal))
        transaction.connection.execute(delete(event_heads))
    with database.read() as connection:
        assert not verify(connection, "s1").ok


_APPENDER = """
import sys
from datetime import UTC, datetime
from core.events import NewEvent
from core.storage.database import Database
database = Database(sys.argv[1])
for n in range(int(sys.argv[3])):
    with database.write() as transaction:
        for part in range(2):
            transaction.record(NewEvent("s1", "t.h", sys.argv[2], {"n": n, "part": part},
                                        "p", datetime.now(UTC)))
"""


def test_processes_appending_together_keep_a_gapless_valid_chain(
    database: Database, migrated_url: str
) -> None:
    rounds = 60
    appenders = [
        subprocess.Popen([sys.executable, "-c", _APPENDER, migrated_url, who, str(rounds)])
        for who in ("a", "b")
    ]
    assert [appender.wait(60) for appender in appenders] == [0, 0]
    with database.read() as connection:
        assert verify(connection, "s1").count == 4 * rounds
        assert verify(connection, "s1").ok
        log = read_after(connection, "s1", 0, 1000)
        assert [event.seq for event in log] == list(range(1, 4 * rounds + 1))
        for who in ("a", "b"):
            mine = [(e.payload["n"], e.payload["part"]) for e in log if e.subject == who]
            assert mine == [(n, part) for n in range(rounds) for part in range(2)]
        assert connection.scalar(select(func.count()).select_from(events)) == 4 * rounds
