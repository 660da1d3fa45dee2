"""The inbox when things go wrong: the worker dies in between, the store refuses us."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from orchestrator.core import dead_letters, webhooks
from royal_platform.bootstrap import Platform
from tests.integration.orchestrator.inbox import arrived, receipt_of


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
