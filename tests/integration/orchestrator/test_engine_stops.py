"""A worker that stops takes no run with it: what it was doing is left to the next one."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import text

from orchestrator.core import engine as engines
from orchestrator.core.engine import DurableEngine, durable_step
from orchestrator.core.engine_database import engine_url
from orchestrator.core.queues import AGENTS


class TwoSteps:
    """A workflow held between its steps until the engine that runs it has stopped."""

    def __init__(self) -> None:
        self.done: Counter[str] = Counter()
        self.between, self.stopped, self.ended = (threading.Event() for _ in range(3))
        self.error: BaseException | None = None

    async def body(self) -> str:
        try:
            await durable_step("first", self._step("first"))
            self.between.set()
            self.stopped.wait(30)
            await durable_step("second", self._step("second"))
        except BaseException as error:
            self.error = error
            raise
        finally:
            self.ended.set()
        return "done"

    def _step(self, name: str) -> Any:
        async def call() -> None:
            self.done[name] += 1

        return call


def status(url: str) -> str:
    client, engine = engines.client(url)
    with engine.begin() as connection:
        found = connection.execute(text("SELECT status FROM workflow_status")).scalar_one()
    client.destroy()
    engine.dispose()
    return str(found)


def test_a_step_that_begins_while_the_worker_stops_is_the_next_workers(
    sqlite_url: str, tmp_path: Path
) -> None:
    url = engine_url(sqlite_url, tmp_path)
    engines.migrate(url)
    client, own = engines.client(url)
    engines.enqueue(client, AGENTS, "two_steps", "two:1", partition="s")
    client.destroy()
    own.dispose()

    work = TwoSteps()
    first = DurableEngine(url, "first")
    first.workflow("two_steps", work.body, own_loop=True)
    first.launch()
    assert work.between.wait(30)
    first.shutdown(0)
    work.stopped.set()
    assert work.ended.wait(30)
    # Not an error an agent's run would fail with: that is what ``Exception`` is there.
    assert isinstance(work.error, asyncio.CancelledError)
    assert status(url) == "PENDING"

    following = DurableEngine(url, "second")
    following.workflow("two_steps", work.body, own_loop=True)
    following.launch()
    try:
        following.recover(["first"])
        deadline = time.monotonic() + 30
        while status(url) in {"PENDING", "ENQUEUED"}:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        following.shutdown(0)
    assert status(url) == "SUCCESS"
    assert work.done == {"first": 1, "second": 1}
