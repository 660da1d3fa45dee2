"""The inbox when things go wrong: the worker dies in between, the store refuses us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from core.events import read_after, verify
from core.settings import read_settings
from orchestrator.core import dead_letters, webhooks
from orchestrator.core.books import writing
from royal_platform.bootstrap import Platform, bootstrap
from tests.integration.orchestrator.inbox import arrived, arrives, read_once, receipt_of, stores_key


class Killed(BaseException):
    """The process is gone: nobody catches this."""


@contextmanager
def killed_after_commits(platform: Platform, count: int) -> Iterator[None]:
    """Die before anything is committed behind the first ``count`` commits."""
    left = [count]

    def commit(_connection: Any) -> None:
        if left[0] == 0:
            raise Killed
        left[0] -= 1

    event.listen(platform.database.engine, "commit", commit)
    try:
        with pytest.raises(Killed):
            yield
    finally:
        event.remove(platform.database.engine, "commit", commit)


@pytest.mark.parametrize("topic", ["customers/redact", "shop/redact"])
async def test_a_kill_after_a_redaction_does_not_make_it_a_dead_letter(shop: Platform, topic: str):
    arrived(shop, "w-1", topic, {"customer": {"id": 1}})
    arrived(shop, "w-2", "customers/redact", {"customer": {"id": 2}}, at=1)
    with killed_after_commits(shop, 1):
        await webhooks.work_off(shop)
    await webhooks.work_off(shop)
    for webhook_id in ("w-1", "w-2"):
        assert receipt_of(shop, webhook_id).processed_at is not None
        assert receipt_of(shop, webhook_id).error is None
    assert dead_letters.open_letters(shop) == []


async def test_a_kill_leaves_a_row_that_says_by_whom_it_was_begun(shop: Platform):
    arrived(shop, "w-1", "products/delete", {"id": 1})
    webhooks.tell(shop)
    with killed_after_commits(shop, 1):
        await webhooks.work_off(shop, "worker-a")
    begun = receipt_of(shop, "w-1")
    assert (begun.state, begun.attempts, begun.worker) == ("running", 1, "worker-a")
    assert begun.started_at is not None
    await webhooks.work_off(shop, "worker-b")
    done = receipt_of(shop, "w-1")
    assert (done.state, done.attempts, done.worker) == ("handled", 2, "worker-b")
    assert done.ended_at is not None
    assert done.started_at is not None
    assert done.ended_at >= done.started_at


def renamed(platform: Platform, was: str, now: str) -> None:
    """Whoever writes to the table ``was`` fails for good."""
    with platform.database.write() as transaction:
        transaction.connection.execute(text(f"ALTER TABLE {was} RENAME TO {now}"))


async def test_what_nobody_foresaw_is_given_up_in_the_end_and_keeps_no_other_waiting(
    shop: Platform,
):
    arrived(shop, "w-bug", "checkouts/delete", {"id": 1})
    arrived(shop, "w-next", "products/delete", {"id": 2}, at=1)
    renamed(shop, "abandoned_checkouts", "away")
    await webhooks.work_off(shop)
    bug = receipt_of(shop, "w-bug")
    assert (bug.state, bug.attempts) == ("waiting", 1)
    assert bug.last_error is not None
    assert "abandoned_checkouts" in bug.last_error
    assert "\n" not in bug.last_error
    assert receipt_of(shop, "w-next").state == "handled"
    for _ in range(4):
        await webhooks.work_off(shop)
    bug = receipt_of(shop, "w-bug")
    assert (bug.state, bug.attempts) == ("failed", 5)
    (letter,) = dead_letters.open_letters(shop)
    assert (letter.subject, letter.error) == ("w-bug", bug.error)
    assert webhooks.waiting(shop) is None
    # Mended and replayed it is handled, and still says what it failed of.
    renamed(shop, "away", "abandoned_checkouts")
    dead_letters.retry(shop, letter.id, "ada")
    await webhooks.work_off(shop)
    mended = receipt_of(shop, "w-bug")
    assert (mended.state, mended.attempts, mended.error) == ("handled", 6, None)
    assert mended.last_error == bug.last_error
    assert dead_letters.open_letters(shop) == []


async def test_what_kills_its_worker_each_time_is_given_up(shop: Platform):
    arrived(shop, "w-deadly", "products/delete", {"id": 1})
    arrived(shop, "w-next", "products/delete", {"id": 2}, at=1)
    webhooks.tell(shop)
    for _ in range(5):
        with killed_after_commits(shop, 1):
            await webhooks.work_off(shop)
    await webhooks.work_off(shop)
    assert receipt_of(shop, "w-deadly").error == "Given up after 5 attempts: its worker died."
    assert receipt_of(shop, "w-next").state == "handled"
    assert [each.subject for each in dead_letters.open_letters(shop)] == ["w-deadly"]


async def test_a_bug_in_reading_what_changed_leaves_its_webhooks_waiting_with_the_reason(
    shop: Platform,
):
    stores_key(shop)
    read_once(shop)
    arrived(shop, "w-1", "orders/updated", {"id": 1})
    webhooks.tell(shop)
    # That the store does not answer cannot even be told.
    renamed(shop, "events", "away")
    try:
        for _ in range(6):
            await webhooks.work_off(shop, "worker-a")
    finally:
        renamed(shop, "away", "events")
    waits = receipt_of(shop, "w-1")
    assert (waits.state, waits.attempts, waits.worker) == ("waiting", 6, "worker-a")
    assert waits.last_error is not None
    assert "events" in waits.last_error
    assert dead_letters.open_letters(shop) == []


def test_a_kill_while_webhooks_are_told_tells_none_twice_and_none_never(shop: Platform):
    ids = [f"w-{number:03}" for number in range(250)]
    with writing(shop) as books:
        for at, webhook_id in enumerate(ids):
            arrives(books, webhook_id, "orders/updated", {"id": at}, at=at)
    with killed_after_commits(shop, 1):
        webhooks.tell(shop)
    assert 0 < len(told(shop)) < len(ids)
    webhooks.tell(shop)
    assert told(shop) == ids
    with shop.database.read() as connection:
        assert verify(connection, shop.store_id).ok


def told(platform: Platform) -> list[str]:
    """The webhooks whose event was recorded, in the order of the log."""
    with platform.database.read() as connection:
        found = read_after(connection, platform.store_id, 0, 1000, type="webhook.received")
    return [each.subject for each in found]


async def test_what_came_is_told_before_what_came_of_it(shop: Platform):
    arrived(shop, "w-1", "customers/redact", {"customer": {"id": 1}})
    await webhooks.work_off(shop)
    with shop.database.read() as connection:
        found = read_after(connection, shop.store_id, 0, 1000, subject="w-1")
    assert [each.type for each in found] == ["webhook.received", "privacy.request.done"]


async def test_nothing_that_waits_for_the_store_keeps_a_redaction_waiting(shop: Platform):
    for number in range(120):
        arrived(shop, f"w-{number}", "orders/updated", {"id": number})
    arrived(shop, "w-person", "customers/redact", {"customer": {"id": 1}}, at=1)
    arrived(shop, "w-gone", "app/uninstalled", {"id": 1}, at=2)
    stores_key(shop)
    await webhooks.work_off(shop)
    for webhook_id in ("w-person", "w-gone"):
        assert receipt_of(shop, webhook_id).processed_at is not None
        assert receipt_of(shop, webhook_id).error is None
    assert receipt_of(shop, "w-0").processed_at is None


@asynccontextmanager
async def refusing_store() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A store that takes no key: its port, and the first lines of what it was asked."""
    asked: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readline())
        writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], asked


async def test_a_store_that_refuses_us_is_not_asked_again_for_a_webhook(
    migrated_sqlite_url: str, tmp_path: Path
):
    async with refusing_store() as (port, asked):
        shop = bootstrap(
            read_settings(
                var_dir=tmp_path, database_url=migrated_sqlite_url, given_secret_key="k" * 40,
                log_level="ERROR", sandbox_port=port,
            )
        )  # fmt: skip
        stores_key(shop)
        read_once(shop)
        arrived(shop, "w-1", "orders/updated", {"id": 1})
        assert webhooks.waiting(shop) == "w-1"
        await webhooks.work_off(shop)
        before = len(asked)
        assert before >= 1
        assert webhooks.waiting(shop) is None
        await webhooks.work_off(shop)
        assert len(asked) == before
        assert receipt_of(shop, "w-1").processed_at is None
        await shop.shopify().aclose()
        shop.close()
