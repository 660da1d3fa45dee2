"""The webhook inbox: many requests share one durable commit, and none is answered before it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from core.errors import Unavailable
from core.storage.database import Database
from core.telemetry.logs import get_logger
from royal_platform.persistence import webhook_inbox
from royal_platform.persistence.commands import Receipt

_BATCH = 200
_BATCH_BYTES = 8 * 1024 * 1024
# A commit costs as much as many webhooks: while several come at once, the next one waits for this
# share of those that came last, but not longer than that.
_SHARE = 0.9
_GATHER_SECONDS = 0.005
_WAITING_MAX = 5000
# A line for each commit would cost more than the commit.
_TOLD_SECONDS = 1.0
_log = get_logger(__name__)


class _Waiting(NamedTuple):
    receipt: Receipt
    stored: asyncio.Future[None]


class Inbox:
    """One writer thread: while a commit is under way, what arrives gathers for the next one.

    Used from one event loop. What came is all that is written here; a worker takes it apart,
    records the events and does the work (ADR 19).
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="webhook-inbox")
        self._writing: asyncio.Task[None] | None = None
        self._enough = _WAITING_MAX
        self._gathered: asyncio.Future[None] | None = None
        self._stored = self._commits = 0
        self._telling: asyncio.TimerHandle | None = None

    def store(self, receipt: Receipt) -> asyncio.Future[None]:
        """Done as soon as ``receipt`` is durable, whether or not it was sent before.

        Raises ``Unavailable`` when the database cannot take it: the sender then tries again.
        """
        if len(self._waiting) >= _WAITING_MAX:
            raise Unavailable(
                "Webhooks arrive faster than they can be stored.", remedy="Send it again later."
            )
        loop = asyncio.get_running_loop()
        stored: asyncio.Future[None] = loop.create_future()
        self._waiting.append(_Waiting(receipt, stored))
        if self._writing is None:
            self._writing = loop.create_task(self._write())
        elif len(self._waiting) >= self._enough:
            self._go_on()
        return stored

    def close(self) -> None:
        """End the thread once it has stored what it was given."""
        self._writer.shutdown()
        self._tell()

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                batch = self._taken()
                receipts = [each.receipt for each in batch]
                failure = await loop.run_in_executor(self._writer, self._store, receipts)
                for each in batch:
                    _settle(each.stored, failure)
                if failure is None:
                    self._count(len(batch))
                if len(batch) > 1:
                    await self._gather(len(batch) + len(self._waiting))
        finally:
            self._writing = None

    def _taken(self) -> list[_Waiting]:
        size = count = 0
        for each in self._waiting[:_BATCH]:
            size += len(each.receipt.body)
            if count and size > _BATCH_BYTES:
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch

    async def _gather(self, came: int) -> None:
        wanted = int(came * _SHARE)
        if len(self._waiting) >= wanted:
            return
        loop = asyncio.get_running_loop()
        self._enough, self._gathered = wanted, loop.create_future()
        timer = loop.call_later(_GATHER_SECONDS, self._go_on)
        try:
            await self._gathered
        finally:
            timer.cancel()
            self._enough, self._gathered = _WAITING_MAX, None

    def _go_on(self) -> None:
        if self._gathered is not None and not self._gathered.done():
            self._gathered.set_result(None)

    def _store(self, receipts: Sequence[Receipt]) -> Exception | None:
        """Why they could not be stored, if so: every waiting sender must get an answer."""
        try:
            with self._database.write_alone() as connection:
                webhook_inbox.keep(connection, receipts)
        except Unavailable as error:
            return error
        except Exception as error:  # noqa: BLE001 - see above
            _log.exception("webhooks.storing.failed", count=len(receipts))
            return error
        return None

    def _count(self, stored: int) -> None:
        self._stored += stored
        self._commits += 1
        if self._telling is None:
            self._telling = asyncio.get_running_loop().call_later(_TOLD_SECONDS, self._tell)

    def _tell(self) -> None:
        if self._stored:
            _log.info("webhooks.stored", count=self._stored, commits=self._commits)
        self._stored = self._commits = 0
        self._telling = None


def _settle(stored: asyncio.Future[None], failure: Exception | None) -> None:
    if stored.done():
        return
    if failure is None:
        stored.set_result(None)
    else:
        stored.set_exception(failure)
