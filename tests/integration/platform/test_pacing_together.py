"""Processes on one store's bucket: never throttled, and what is urgent goes first."""

from __future__ import annotations

import asyncio
import heapq
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from core.resilience.shared_bucket import Ask, Stated
from core.settings import Settings, read_settings
from core.storage.database import Database
from royal_platform.bootstrap import bootstrap
from royal_platform.persistence import api_budgets
from royal_platform.shopify import documents
from royal_platform.shopify.pacing import Pacer, ProcessBudget
from tests.integration.platform.wire import Sandbox

PAGES = 10


def settings_of(folder: str, url: str, port: int) -> Settings:
    return read_settings(
        var_dir=Path(folder), database_url=url, sandbox_port=port, given_secret_key="k" * 40,
        log_level="ERROR",
    )  # fmt: skip


async def _read_pages(settings: Settings) -> None:
    """Read in the background, as a sync does, with urgent reads in between."""
    platform = bootstrap(settings)
    client = platform.shopify()

    async def background() -> None:
        for _ in range(PAGES):
            variables = {"first": 60, "after": None, "query": None}
            await client.run(documents.ORDERS_PAGE, variables)

    reading = asyncio.create_task(background())
    while not reading.done():
        await client.run(documents.VARIANT_PRICES, {"asked": ["gid://shopify/ProductVariant/1"]})
        await asyncio.wait([reading], timeout=0.5)
    await reading
    await client.aclose()
    platform.close()


def read_pages(folder: str, url: str, port: int) -> None:
    asyncio.run(_read_pages(settings_of(folder, url, port)))


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
async def test_two_processes_share_the_bucket_and_are_never_throttled(
    tmp_path: Path, migrated_url: str
) -> None:
    with Sandbox(tmp_path, plan="standard") as sandbox:
        bootstrap(settings_of(str(tmp_path), migrated_url, sandbox.port)).close()
        context = multiprocessing.get_context("spawn")
        loop = asyncio.get_running_loop()
        with ProcessPoolExecutor(2, mp_context=context) as pool:
            work = (str(tmp_path), migrated_url, sandbox.port)
            await asyncio.gather(*(loop.run_in_executor(pool, read_pages, *work) for _ in range(2)))
    platform = bootstrap(settings_of(str(tmp_path), migrated_url, sandbox.port))
    with platform.database.read() as connection:
        bucket = api_budgets.newest(connection, platform.store_id)
    platform.close()
    assert bucket is not None
    spent = 2 * PAGES * bucket.costs["orders_page:60"]
    assert spent > bucket.maximum, "the bucket was never empty: the test proves nothing"
    assert bucket.throttled == 0


def test_a_budget_is_one_for_every_process(tmp_path: Path, migrated_url: str) -> None:
    one, two = (Database(migrated_url) for _ in range(2))
    first = api_budgets.StoredBudget(one, "str_1", "app")
    second = api_budgets.StoredBudget(two, "str_1", "app")
    assert first.exchange(Ask(100)).granted is None
    told = first.exchange(Ask(1500, urgent=True, stated=Stated(2000, 1800, 1), costs={"a": 7.0}))
    assert told.granted == 1500
    answer = second.exchange(Ask(1000))
    assert answer.granted == 0
    assert answer.pause > 600
    assert answer.costs == {"a": 7.0}
    for database in (one, two):
        database.dispose()


class Clock:
    """Time that passes only when every caller waits for it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asleep: list[tuple[float, int, asyncio.Event]] = []
        self._number = 0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._number += 1
        heapq.heappush(self.asleep, (self.now + seconds, self._number, woken))
        await woken.wait()

    async def run(self, callers: list[asyncio.Task[None]]) -> None:
        """Wake the sleepers one by one, each when all others sleep or are done."""
        while not all(caller.done() for caller in callers):
            if len(self.asleep) + sum(caller.done() for caller in callers) == len(callers):
                at, _, woken = heapq.heappop(self.asleep)
                self.now = max(self.now, at)
                woken.set()
            await asyncio.sleep(0)


async def test_on_a_drained_bucket_an_urgent_call_goes_before_those_that_waited_longer() -> None:
    clock = Clock()
    budget = ProcessBudget(clock.monotonic)
    budget.exchange(Ask(0.0, stated=Stated(2000, 0, 100), costs={"page": 100.0, "price": 100.0}))
    went: list[str] = []

    async def call(document: str, *, urgent: bool) -> None:
        # Each has its own pacer, as each process has.
        pacer = Pacer(budget, monotonic=clock.monotonic, sleep=clock.sleep)
        await pacer.admit(document, urgent=urgent)
        went.append(document)

    callers = [asyncio.create_task(call("page", urgent=False)) for _ in range(3)]
    while len(clock.asleep) < len(callers):
        await asyncio.sleep(0)
    callers.append(asyncio.create_task(call("price", urgent=True)))
    async with asyncio.timeout(10):
        await clock.run(callers)
    assert went == ["price", "page", "page", "page"]
