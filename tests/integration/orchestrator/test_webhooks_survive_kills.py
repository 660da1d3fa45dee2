"""A process that works the inbox off is killed with -9 within handlers of several topics."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import insert, select

from core.events import read_after, verify
from core.security.grants import Grant
from orchestrator.core import dead_letters
from orchestrator.core.books import writing
from royal_platform.bootstrap import Platform
from royal_platform.commerce.language.model import Sent
from royal_platform.persistence import store_connections
from royal_platform.persistence.privacy import Privacy
from royal_platform.persistence.tables.orders import customers
from royal_platform.store_access import sealing_key
from tests.integration.orchestrator.inbox import (
    NOW,
    arrived,
    arrives,
    read_once,
    receipt_of,
    stores_key,
)

PERSON, ID = "Ada Lovelace", "7300000000001"
PASSAGES = 250
# Makes a process for each line that it reads, "topic commits": that works the inbox off, and is
# killed before the commit of this number of this topic's handler. Tells how each ended.
_MAKER = """
import asyncio, os, signal, sys
from contextvars import ContextVar
from pathlib import Path
from sqlalchemy import event
from core.settings import read_settings
from orchestrator.core import webhooks
from royal_platform.bootstrap import bootstrap

left = ContextVar("left", default=None)

def commit(_connection):
    if left.get() is None:
        return
    if left.get() == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left.set(left.get() - 1)

def within(handler, commits):
    async def handle(*given):
        token = left.set(commits)
        try:
            await handler(*given)
        finally:
            left.reset(token)
    return handle

def work_off(topic, commits):
    shop = bootstrap(read_settings(
        var_dir=Path(sys.argv[1]), database_url=sys.argv[2], given_secret_key="k" * 40,
        log_level="CRITICAL", sandbox_port=1,
    ))
    event.listen(shop.database.engine, "commit", commit)
    if topic == "orders/updated":
        webhooks._read_changes = within(webhooks._read_changes, commits)
    elif topic != "none":
        webhooks._HANDLERS[topic] = within(webhooks._HANDLERS[topic], commits)
    asyncio.run(webhooks.work_off(shop, f"process-of-{topic}"))

for line in sys.stdin:
    topic, commits = line.split()
    child = os.fork()
    if child == 0:
        work_off(topic, int(commits))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture
def work_off(shop: Platform) -> Iterator[Callable[[str, int], int]]:
    """Works the inbox off in a process of its own; answers how that ended."""
    settings = shop.settings
    maker = subprocess.Popen(
        [sys.executable, "-c", _MAKER, str(settings.var_dir), settings.database_url],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip

    def work(topic: str, commits: int) -> int:
        assert maker.stdin is not None
        assert maker.stdout is not None
        print(topic, commits, file=maker.stdin, flush=True)
        while True:
            told = maker.stdout.readline().strip()
            # Between them stands what a child logs.
            if told.lstrip("-").isdigit():
                return int(told)
            assert maker.poll() is None

    yield work
    maker.kill()
    maker.communicate()


def filled(platform: Platform) -> None:
    """A customer whom models were told of, a checkout, access that is valid, and its webhooks."""
    money = {"currency": "EUR"}
    with writing(platform) as books:
        key = {"store_id": platform.store_id, "updated_at": NOW, "created_at": NOW}
        books.connection.execute(
            insert(customers).values(
                **key, **money, id=ID, name=PERSON, country="GB", orders=1, spent=0,
                search=PERSON.lower(),
            )
        )  # fmt: skip
        sealed_with = sealing_key(platform.settings)
        sealed_with.ensure()
        grant = Grant("static", access_token="t")
        store_connections.enter(
            books.connection, platform.store_id, grant, sealed_with, actor="ada"
        )
        store_connections.promote(books.connection, platform.store_id, ())
        bodies = [
            ("products/delete", {"id": 1}), ("checkouts/delete", {"id": 2}),
            ("customers/redact", {"customer": {"id": int(ID)}}), ("orders/updated", {"id": 3}),
        ]  # fmt: skip
        for at, (topic, body) in enumerate(bodies):
            arrives(books, topic, topic, body, at=at)
    texts = tuple(f"customer {ID} in line {number}" for number in range(PASSAGES))
    platform.sent.record(
        Sent(model="m", purpose="chat", actor="ada", about="c", texts=texts, hidden={})
    )


def test_kills_within_handlers_lose_nothing_and_double_nothing(
    shop: Platform, work_off: Callable[[str, int], int]
) -> None:
    stores_key(shop)
    read_once(shop)
    filled(shop)
    # Of the erasure one part is committed, of the deletion the copy's change: not their outcomes.
    kills = [
        ("products/delete", 1), ("checkouts/delete", 1), ("customers/redact", 1),
        ("customers/redact", 2), ("orders/updated", 1), ("app/uninstalled", 0),
    ]  # fmt: skip
    for topic, commits in kills:
        if topic == "app/uninstalled":
            # The last that a shop says; until it does, what changed is asked for.
            assert work_off("none", 0) == 0
            arrived(shop, topic, topic, {"id": 4}, at=9)
        assert work_off(topic, commits) == -signal.SIGKILL
        begun = receipt_of(shop, topic)
        assert (begun.state, begun.worker) == ("running", f"process-of-{topic}")
    assert work_off("none", 0) == 0
    times = Counter(topic for topic, _ in kills)
    for topic, killed in times.items():
        row = receipt_of(shop, topic)
        assert (row.attempts, row.error) == (killed + 1, None)
        # What only a store can tell waits for it, and says so.
        assert row.state == ("waiting" if topic == "orders/updated" else "handled")
    assert dead_letters.open_letters(shop) == []
    with shop.database.read() as connection:
        assert verify(connection, shop.store_id).ok
        told = read_after(connection, shop.store_id, 0, 1000)
        (receipt,) = Privacy(shop.store_id).all(connection)
        assert PERSON not in str(list(connection.execute(select(customers))))
    assert receipt.receipt["conversation_passages"] == PASSAGES
    assert receipt.receipt["customers"] == 1
    kinds = Counter(each.type for each in told)
    assert kinds["webhook.received"] == len(times)
    assert kinds["privacy.request.done"] == 1
    assert kinds["store.access.revoked"] == 1
    assert kinds["workflow.buried"] == 0
