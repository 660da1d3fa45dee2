"""The inbox when things go wrong: the worker dies in between, the store refuses us."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from core.events import read_after, verify
from core.settings import read_settings
from orchestrator.core import dead_letters, webhooks
from orchestrator.core.books import writing
from royal_platform.bootstrap import Platform, bootstrap
from tests.integration.orchestrator.inbox import arrived, arrives, receipt_of, stores_key


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
