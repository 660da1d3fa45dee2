"""The webhook inbox: many requests share one durable commit, and none is answered before it."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from core.errors import RoyalError, Unavailable
from core.events import NewEvent
from core.storage.database import Database, Transaction
from core.telemetry.logs import get_logger
from royal_platform.persistence import stores
from royal_platform.persistence.commands import Commands, Receipt

_BATCH = 200
_WAITING_MAX = 5000
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Waiting:
    receipt: Receipt
    stored: Future[bool]


class Inbox:
    """One writer thread: while a commit is under way, what arrives queues for the next one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(_WAITING_MAX)
        self._thread = threading.Thread(target=self._work, name="webhook-inbox", daemon=True)
        self._thread.start()

    async def store(self, receipt: Receipt) -> bool:
        """Wait until ``receipt`` is durable; False when its id was stored before.

        Raises ``Unavailable`` when the database cannot take it: the sender then tries again.
        """
        waiting = _Waiting(receipt, Future())
        try:
            self._queue.put_nowait(waiting)
        except queue.Full:
            raise Unavailable(
                "Webhooks arrive faster than they can be stored.", remedy="Send it again later."
            ) from None
        return await asyncio.wrap_future(waiting.stored)

    def close(self) -> None:
        """Store what is queued, then end the thread."""
        self._queue.put(None)
        self._thread.join(timeout=10)

    def _work(self) -> None:
        ended = False
        while not ended:
            first = self._queue.get()
            batch = [] if first is None else [first]
            ended = first is None
            while len(batch) < _BATCH and not self._queue.empty():
                item = self._queue.get_nowait()
                if item is None:
                    ended = True
                else:
                    batch.append(item)
            if batch:
                self._commit(batch)

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        try:
            with self._database.write() as transaction:
                fresh = [_append(transaction, item.receipt) for item in batch]
        except RoyalError as error:
            _settle(batch, error)
        except Exception as error:  # noqa: BLE001 - every waiting sender must get an answer
            if len(batch) == 1:
                _log.exception("webhook.storing.failed", webhook_id=batch[0].receipt.webhook_id)
                _settle(batch, error)
                return
            # One bad webhook must not take its neighbours with it.
            for item in batch:
                self._commit([item])
        else:
            for item, new in zip(batch, fresh, strict=True):
                if not item.stored.cancelled():
                    item.stored.set_result(new)


def _append(transaction: Transaction, receipt: Receipt) -> bool:
    """The receipt, the command to work on it and its event; nothing when it is known already."""
    commands = Commands(receipt.store_id)
    if not commands.receive(transaction.connection, receipt):
        return False
    # One clock for all commands: in a stepped world the machine's is months behind the store's.
    now = stores.clock(transaction.connection, receipt.store_id).now()
    facts = {"webhook_id": receipt.webhook_id, "topic": receipt.topic}
    commands.add(
        transaction.connection,
        kind="handle_webhook",
        key=f"handle_webhook:{receipt.webhook_id}",
        payload=facts,
        now=now,
    )
    transaction.record(
        NewEvent(
            store_id=receipt.store_id,
            type="webhook.received",
            subject=receipt.webhook_id,
            payload=facts,
            actor=_sender(receipt),
            occurred_at=now,
        )
    )
    return True


def _sender(receipt: Receipt) -> str:
    """Who brought it in: customers' mail and messages share the inbox with the store's hooks."""
    return "customer" if receipt.topic.startswith("support/") else "shopify"


def _settle(batch: Sequence[_Waiting], error: Exception) -> None:
    for item in batch:
        if not item.stored.cancelled():
            item.stored.set_exception(error)
