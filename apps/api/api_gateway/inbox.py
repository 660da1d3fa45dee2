"""The webhook inbox: many requests share one durable commit, and none is answered before it."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import defaultdict
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
# A store's id and a webhook's.
_Name = tuple[str, str]
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
                fresh = _append(transaction, [item.receipt for item in batch])
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
            for item in batch:
                # Of two under one id only the first is new.
                new = _name(item.receipt) in fresh
                fresh.discard(_name(item.receipt))
                if not item.stored.cancelled():
                    item.stored.set_result(new)


def _append(transaction: Transaction, receipts: Sequence[Receipt]) -> set[_Name]:
    """The receipts, a command to work on each and its event, but for those that are known.

    Returns what is new. Few statements for many receipts: each costs more than a row does.
    """
    fresh: set[_Name] = set()
    by_store: dict[str, dict[str, Receipt]] = defaultdict(dict)
    for receipt in receipts:
        by_store[receipt.store_id].setdefault(receipt.webhook_id, receipt)
    # In one order everywhere, so that two gateways never wait for each other.
    for store_id, known in sorted(by_store.items()):
        ordered = [receipt for _webhook_id, receipt in sorted(known.items())]
        new = Commands(store_id).receive_all(transaction.connection, ordered)
        _ask_for(transaction, store_id, [known[each] for each in known if each in new])
        fresh |= {(store_id, webhook_id) for webhook_id in new}
    return fresh


def _ask_for(transaction: Transaction, store_id: str, receipts: Sequence[Receipt]) -> None:
    if not receipts:
        return
    # One clock for all commands: in a stepped world the machine's is months behind the store's.
    now = stores.clock(transaction.connection, store_id).now()
    facts = {
        each.webhook_id: {"webhook_id": each.webhook_id, "topic": each.topic} for each in receipts
    }
    Commands(store_id).add_all(
        transaction.connection,
        kind="handle_webhook",
        payloads={f"handle_webhook:{webhook_id}": told for webhook_id, told in facts.items()},
        now=now,
    )
    for receipt in receipts:
        transaction.record(
            NewEvent(
                store_id=store_id,
                type="webhook.received",
                subject=receipt.webhook_id,
                payload=facts[receipt.webhook_id],
                actor=_sender(receipt),
                occurred_at=now,
            )
        )


def _name(receipt: Receipt) -> _Name:
    return receipt.store_id, receipt.webhook_id


def _sender(receipt: Receipt) -> str:
    """Who brought it in: customers' mail and messages share the inbox with the store's hooks."""
    return "customer" if receipt.topic.startswith("support/") else "shopify"


def _settle(batch: Sequence[_Waiting], error: Exception) -> None:
    for item in batch:
        if not item.stored.cancelled():
            item.stored.set_exception(error)
