"""The live feed: one reader of the log per process, fanned out to a bounded queue per client."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Sequence
from types import TracebackType
from typing import Self

from core.errors import Unavailable
from core.events.log import StoredEvent, head, read_after
from core.storage.changes import ChangeWaiter
from core.storage.database import Database
from core.telemetry.logs import get_logger

_BATCH = 500
# A look at the log even if no change was noticed.
_LOOK_SECONDS = 5.0
_READY_SECONDS = 15.0
_RETRY_SECONDS = 1.0
_log = get_logger(__name__)


class FeedLagged(Exception):  # noqa: N818 - it tells what happened to the client
    """This client reads slower than events arrive; it may come back with its last number."""

    close_code = 1013


class FeedClosed(Exception):  # noqa: N818
    """The feed ends because its process does; the client may come back."""

    close_code = 1001


class EventFeed:
    """Follows one store's log in a thread of its own and hands events to its subscriptions.

    Start it once per process and store; ``close`` ends the thread and every subscription.
    """

    def __init__(self, database: Database, store_id: str, *, queue_size: int = 1000) -> None:
        self.database = database
        self.store_id = store_id
        self.queue_size = queue_size
        self._lock = threading.Lock()
        self._subscriptions: set[Subscription] = set()
        self._stopped = threading.Event()
        self._following = threading.Event()
        self._thread: threading.Thread | None = None
        self._changes: ChangeWaiter | None = None
        self._position = 0

    @property
    def head(self) -> int:
        """The newest sequence number this process has seen."""
        return self._position

    @property
    def clients(self) -> int:
        """Subscriptions that are live now."""
        return len(self._subscriptions)

    def start(self) -> None:
        """Start following; calling it again changes nothing."""
        with self._lock:
            if self._thread is None and not self._stopped.is_set():
                self._thread = threading.Thread(target=self._follow, name="event-feed", daemon=True)
                self._thread.start()

    def subscribe(self, after: int) -> Subscription:
        """Every event with ``seq > after``: first from the log, then live, each exactly once."""
        self.start()
        return Subscription(self, after)

    def close(self) -> None:
        """End the thread and every subscription."""
        self._stopped.set()
        with self._lock:
            subscriptions = list(self._subscriptions)
            thread, changes = self._thread, self._changes
        for subscription in subscriptions:
            subscription.end_soon(FeedClosed())
        if changes is not None:
            changes.close()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout=5)

    def register(self, subscription: Subscription) -> None:
        """Queue what is published from now on for ``subscription``."""
        if self._stopped.is_set():
            raise FeedClosed
        with self._lock:
            self._subscriptions.add(subscription)

    def unregister(self, subscription: Subscription) -> None:
        """Stop queueing for ``subscription``."""
        with self._lock:
            self._subscriptions.discard(subscription)

    def wait_until_following(self) -> None:
        """Wait until the feed knows where the log stands; raises ``Unavailable`` if it cannot."""
        if not self._following.wait(_READY_SECONDS):
            raise Unavailable(
                "The live feed cannot read the event log.", remedy="Check the database."
            )

    def _follow(self) -> None:
        while not self._stopped.is_set():
            try:
                changes = self._changes or self._begin()
                self._drain()
            except Unavailable as error:
                _log.warning("events.feed.interrupted", detail=error.detail)
                self._stopped.wait(_RETRY_SECONDS)
                continue
            changes.wait(_LOOK_SECONDS)
        if self._changes is not None:
            self._changes.close()

    def _begin(self) -> ChangeWaiter:
        # The waiter comes before the first look, so that no commit falls between the two.
        changes = self.database.changes()
        try:
            with self.database.read() as connection:
                self._position = head(connection, self.store_id)
        except Unavailable:
            changes.close()
            raise
        self._changes = changes
        self._following.set()
        return changes

    def _drain(self) -> None:
        while not self._stopped.is_set():
            with self.database.read() as connection:
                batch = read_after(connection, self.store_id, self._position, _BATCH)
            if batch:
                self._publish(batch)
            if len(batch) < _BATCH:
                return

    def _publish(self, batch: Sequence[StoredEvent]) -> None:
        with self._lock:
            self._position = batch[-1].seq
            by_loop: dict[asyncio.AbstractEventLoop, list[Subscription]] = {}
            for subscription in self._subscriptions:
                by_loop.setdefault(subscription.loop, []).append(subscription)
        for loop, subscriptions in by_loop.items():
            try:
                loop.call_soon_threadsafe(_deliver, subscriptions, batch)
            except RuntimeError:
                # That loop has ended, and its clients with it.
                for subscription in subscriptions:
                    self.unregister(subscription)


class Subscription:
    """One client's place in the log. Use within one event loop, as ``async with``."""

    def __init__(self, feed: EventFeed, after: int) -> None:
        self.loop = asyncio.get_running_loop()
        self.live = False
        self.position = after
        self._feed = feed
        self._queue: deque[StoredEvent] = deque()
        self._wake = asyncio.Event()
        self._ended: Exception | None = None

    async def next_batch(self, wait_seconds: float | None = None) -> list[StoredEvent]:
        """The next events in order; empty after ``wait_seconds`` without any.

        Also returns (possibly empty) at the moment the backlog is done and ``live`` turns true.
        Raises ``FeedLagged`` when this client was too slow and ``FeedClosed`` at shutdown.
        """
        if not self.live:
            return await self._backlog()
        if not self._queue and self._ended is None:
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), wait_seconds)
            except TimeoutError:
                return []
        if self._ended is not None:
            raise self._ended
        batch = [event for event in self._queue if event.seq > self.position]
        self._queue.clear()
        if batch:
            self.position = batch[-1].seq
        return batch

    def offer(self, batch: Sequence[StoredEvent]) -> None:
        """Queue ``batch``; a client whose queue is full is ended. Runs in the client's loop."""
        if self._ended is not None:
            return
        if len(self._queue) + len(batch) > self._feed.queue_size:
            self.end(FeedLagged())
            return
        self._queue.extend(batch)
        self._wake.set()

    def end(self, reason: Exception) -> None:
        """End this subscription. Runs in the client's loop."""
        self._ended = self._ended or reason
        self._queue.clear()
        self._feed.unregister(self)
        self._wake.set()

    def end_soon(self, reason: Exception) -> None:
        """End this subscription from any thread."""
        try:
            self.loop.call_soon_threadsafe(self.end, reason)
        except RuntimeError:
            self._feed.unregister(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._feed.unregister(self)

    async def __aiter__(self) -> AsyncIterator[StoredEvent]:
        while True:
            for event in await self.next_batch():
                yield event

    async def _backlog(self) -> list[StoredEvent]:
        batch = await self._read()
        if len(batch) == _BATCH:
            return batch
        # A feed that looks at the log for the first time after this client would skip what lies
        # between the two looks.
        await asyncio.to_thread(self._feed.wait_until_following)
        # From here on events are queued as well, so what commits during the next read comes
        # twice and is dropped by its number, never zero times.
        self._feed.register(self)
        while more := await self._read():
            batch += more
        self.live = True
        return batch

    async def _read(self) -> list[StoredEvent]:
        batch = await asyncio.to_thread(self._read_now)
        if batch:
            self.position = batch[-1].seq
        return batch

    def _read_now(self) -> list[StoredEvent]:
        with self._feed.database.read() as connection:
            return read_after(connection, self._feed.store_id, self.position, _BATCH)


async def tail(database: Database, store_id: str, after: int) -> AsyncIterator[StoredEvent]:
    """Follow a store's log from ``after`` for ever, with a feed of its own."""
    feed = EventFeed(database, store_id)
    try:
        async with feed.subscribe(after) as subscription:
            async for event in subscription:
                yield event
    finally:
        await asyncio.to_thread(feed.close)


def _deliver(subscriptions: Sequence[Subscription], batch: Sequence[StoredEvent]) -> None:
    for subscription in subscriptions:
        subscription.offer(batch)
