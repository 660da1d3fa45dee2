"""The webhook inbox: many requests share one durable commit, and none is answered before it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from core.errors import RoyalError, Unavailable
from core.storage.database import Database
from core.telemetry.logs import get_logger
from royal_platform.persistence import webhook_inbox
from royal_platform.persistence.commands import Receipt
from royal_platform.persistence.webhook_inbox import Name

_BATCH = 200
# A commit costs as much as fifty rows: while several come at once, the next ones gather so long.
_GATHER_SECONDS = 0.003
_WAITING_MAX = 5000
_log = get_logger(__name__)


class _Waiting(NamedTuple):
    receipt: Receipt
    stored: asyncio.Future[bool]


class Inbox:
    """One writer thread: while a commit is under way, what arrives gathers for the next one.

    Used from one event loop. A row is all that is written here; a worker records the event and
    does the work (ADR 19).
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Waiting] = []
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="webhook-inbox")
        self._writing: asyncio.Task[None] | None = None

    async def store(self, receipt: Receipt) -> bool:
        """Wait until ``receipt`` is durable; False when its id was stored before.

        Raises ``Unavailable`` when the database cannot take it: the sender then tries again.
        """
        if len(self._waiting) >= _WAITING_MAX:
            raise Unavailable(
                "Webhooks arrive faster than they can be stored.", remedy="Send it again later."
            )
        loop = asyncio.get_running_loop()
        waiting = _Waiting(receipt, loop.create_future())
        self._waiting.append(waiting)
        if self._writing is None:
            self._writing = loop.create_task(self._write())
        return await waiting.stored

    def close(self) -> None:
        """End the thread once it has stored what it was given."""
        self._writer.shutdown()

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
                receipts = [each.receipt for each in batch]
                outcomes = await loop.run_in_executor(self._writer, self._store, receipts)
                for waiting, outcome in zip(batch, outcomes, strict=True):
                    _settle(waiting.stored, outcome)
                if len(batch) > 1:
                    await asyncio.sleep(_GATHER_SECONDS)
        finally:
            self._writing = None

    def _store(self, receipts: Sequence[Receipt]) -> Sequence[bool | Exception]:
        """What became of each: whether it is new, or why it could not be stored."""
        try:
            return self._commit(receipts)
        except RoyalError as error:
            return [error] * len(receipts)
        except Exception as error:  # noqa: BLE001 - every waiting sender must get an answer
            if len(receipts) == 1:
                _log.exception("webhook.storing.failed", webhook_id=receipts[0].webhook_id)
                return [error]
            # One bad webhook must not take its neighbours with it.
            return [outcome for each in receipts for outcome in self._store([each])]

    def _commit(self, receipts: Sequence[Receipt]) -> list[bool]:
        first: dict[Name, Receipt] = {}
        for receipt in receipts:
            first.setdefault((receipt.store_id, receipt.webhook_id), receipt)
        with self._database.write() as transaction:
            # In one order everywhere, so that two gateways never wait for each other.
            rows = [first[name] for name in sorted(first)]
            new = webhook_inbox.append(transaction.connection, rows)
        _log.info("webhooks.stored", count=len(new), known=len(rows) - len(new))
        # Of two under one id only the first is new.
        return [
            first[name] is receipt and name in new
            for receipt in receipts
            for name in ((receipt.store_id, receipt.webhook_id),)
        ]


def _settle(stored: asyncio.Future[bool], outcome: bool | Exception) -> None:
    if stored.done():
        return
    if isinstance(outcome, Exception):
        stored.set_exception(outcome)
    else:
        stored.set_result(outcome)
