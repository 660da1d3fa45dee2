"""Webhooks for tests: put into the inbox as the gateway does, and looked at again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestrator.core.books import Books, reading, writing
from royal_platform.bootstrap import Platform
from royal_platform.persistence import stores, webhook_inbox
from royal_platform.persistence.commands import Receipt

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def arrived(platform: Platform, webhook_id: str, topic: str, body: Any, *, at: int = 0) -> None:
    """A webhook that came ``at`` seconds after ``NOW``."""
    with writing(platform) as books:
        arrives(books, webhook_id, topic, body, at=at)


def arrives(books: Books, webhook_id: str, topic: str, body: Any, *, at: int = 0) -> None:
    """The same within a transaction."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    when = NOW + timedelta(seconds=at)
    receipt = Receipt(books.store_id, webhook_id, topic, {}, raw, when, None, None, None)
    webhook_inbox.keep(books.connection, [receipt])


def read_once(platform: Platform) -> None:
    """As after a first sync: only then what changed is asked for."""
    with platform.database.write() as transaction:
        stores.change(transaction.connection, platform.store_id, sync_cursor={"complete": True})


def receipt_of(platform: Platform, webhook_id: str) -> Receipt:
    with reading(platform) as books:
        found = books.commands.receipt(books.connection, webhook_id)
    assert found is not None
    return found


def stores_key(platform: Platform) -> None:
    """The key that a sandbox writes at its first start, so that nothing waits for it."""
    folder = platform.settings.var_dir / "sandbox"
    folder.mkdir()
    told = {"client_id": "c", "client_secret": "s"}
    (folder / "credentials.json").write_text(json.dumps(told))
