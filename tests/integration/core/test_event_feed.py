"""The live feed: nothing missed, nothing doubled, nobody slowed by a slow client."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from core.events import EventFeed, FeedClosed, FeedLagged, NewEvent, tail
from core.storage.database import Database


@pytest.fixture
def feed(database: Database) -> Iterator[EventFeed]:
    feed = EventFeed(database, "s1", queue_size=50)
    yield feed
    feed.close()


def record(database: Database, *numbers: int) -> None:
    with database.write() as transaction:
        for n in numbers:
            transaction.record(NewEvent("s1", "t.h", str(n), {"n": n}, "tester", datetime.now(UTC)))


async def until(condition: object, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "the condition did not come true"
        await asyncio.sleep(0.01)


_WRITER = """
import sys
from datetime import UTC, datetime
from core.events import NewEvent
from core.storage.database import Database

database = Database(sys.argv[1])
for n in range(int(sys.argv[2])):
    with database.write() as transaction:
        transaction.record(NewEvent("s1", "t.h", "w", {"n": n}, "p", datetime.now(UTC)))
"""


async def test_a_tail_misses_and_doubles_nothing_while_other_processes_write(
    database: Database, migrated_url: str
) -> None:
    record(database, *range(700))
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, migrated_url, "150"]) for _ in range(2)
    ]
    seen: list[int] = []
    events = tail(database, "s1", 100)
    try:
        async with asyncio.timeout(60):
            async for event in events:
                seen.append(event.seq)
                if event.seq == 1000:
                    break
    finally:
        await events.aclose()
        for writer in writers:
            writer.wait(30)
    assert seen == list(range(101, 1001))


async def test_an_event_of_another_process_arrives_within_half_a_second(
    feed: EventFeed, database: Database, migrated_url: str
) -> None:
    other = Database(migrated_url)
    async with feed.subscribe(0) as subscription:
        assert await subscription.next_batch() == []
        assert subscription.live
        for n in range(5):
            began = time.monotonic()
            await asyncio.to_thread(record, other, n)
            [event] = await subscription.next_batch(wait_seconds=5)
            assert event.payload == {"n": n}
            assert time.monotonic() - began < 0.5
    assert feed.head == 5
    other.dispose()


async def test_a_slow_client_is_dropped_and_the_others_are_not(
    feed: EventFeed, database: Database
) -> None:
    async with feed.subscribe(0) as slow, feed.subscribe(0) as quick:
        await slow.next_batch()
        await quick.next_batch()
        received = 0
        for start in range(0, 80, 20):
            record(database, *range(start, start + 20))
            received += len(await quick.next_batch(wait_seconds=5))
        await until(lambda: feed.clients == 1)
        assert received == 80
        with pytest.raises(FeedLagged) as caught:
            await slow.next_batch(wait_seconds=5)
        assert caught.value.close_code == 1013


async def test_a_client_resumes_from_its_last_number(feed: EventFeed, database: Database) -> None:
    record(database, 1, 2, 3)
    async with feed.subscribe(2) as subscription:
        assert [event.seq for event in await subscription.next_batch()] == [3]
        assert await subscription.next_batch(wait_seconds=0.05) == []


async def test_closing_the_feed_ends_every_subscription(feed: EventFeed) -> None:
    async with feed.subscribe(0) as subscription:
        await subscription.next_batch()
        waiting = asyncio.create_task(subscription.next_batch())
        await asyncio.sleep(0)
        await asyncio.to_thread(feed.close)
        with pytest.raises(FeedClosed):
            await waiting


async def test_the_feed_survives_a_server_that_drops_its_connections(
    migrated_postgres_url: str,
) -> None:
    database, other = Database(migrated_postgres_url), Database(migrated_postgres_url)
    feed = EventFeed(database, "s1")
    async with feed.subscribe(0) as subscription:
        await subscription.next_batch()
        with other.write() as transaction:
            transaction.connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        record(other, 1, 2)
        received: list[int] = []
        while len(received) < 2:
            batch = await subscription.next_batch(wait_seconds=10)
            assert batch, "the feed did not recover"
            received += [event.seq for event in batch]
    assert received == [1, 2]
    await asyncio.to_thread(feed.close)
    database.dispose()
    other.dispose()


def test_waiting_for_a_change_ends_with_the_change(database: Database, migrated_url: str) -> None:
    other = Database(migrated_url)
    assert not database.wait_for_change(0.05)
    record(other, 1)
    assert database.wait_for_change(5)
    other.dispose()


def test_an_idle_feed_costs_almost_no_processor_time(feed: EventFeed) -> None:
    feed.start()
    before = time.process_time()
    feed._stopped.wait(1.5)
    assert time.process_time() - before < 0.1
