"""Calls that are made at once become one call, across threads and event loops.

Whoever finds nobody at work takes along what waits; those who come while it works wait for the
next turn, which the first of them takes. Nobody waits for company that may not come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

Item = TypeVar("Item")
# An item's own failure; None says that it was done.
Outcome = Exception | None


@dataclass(slots=True, eq=False)
class _Ticket(Generic[Item]):
    """One waiting call; its turn is to lead (True) or to find the outcome (False)."""

    item: Item
    turn: Future[bool] = field(default_factory=Future)
    outcome: Outcome = None

    def call(self, *, to_lead: bool) -> bool:
        """Whether whoever waits is still there to hear it."""
        if not self.turn.set_running_or_notify_cancel():
            return False
        self.turn.set_result(to_lead)
        return True


class Combiner(Generic[Item]):
    """Hands up to ``most`` items at a time to ``work``, which returns one outcome for each."""

    def __init__(
        self, work: Callable[[list[Item]], Awaitable[Sequence[Outcome]]], *, most: int
    ) -> None:
        self._work = work
        self._most = most
        self._lock = Lock()
        self._waiting: list[_Ticket[Item]] = []
        self._busy = False

    async def run(self, item: Item) -> None:
        """Have ``item`` done with whatever else waits; raises its own failure."""
        mine = _Ticket(item)
        with self._lock:
            self._waiting.append(mine)
            leads, self._busy = not self._busy, True
        if leads or await asyncio.wrap_future(mine.turn):
            await self._lead(mine)
        if mine.outcome is not None:
            raise mine.outcome

    async def _lead(self, mine: _Ticket[Item]) -> None:
        with self._lock:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        outcomes: Sequence[Outcome] = [RuntimeError("whoever led was cut short")] * len(batch)
        try:
            outcomes = await self._work([ticket.item for ticket in batch])
        except Exception as error:  # noqa: BLE001 - each of them learns why
            outcomes = [error] * len(batch)
        finally:
            for ticket, outcome in zip(batch, outcomes, strict=True):
                ticket.outcome = outcome
                if ticket is not mine:
                    ticket.call(to_lead=False)
            self._pass_on()

    def _pass_on(self) -> None:
        """The first who still waits leads next; nobody waiting, the next to come."""
        with self._lock:
            while self._waiting:
                if self._waiting[0].call(to_lead=True):
                    return
                self._waiting.pop(0)
            self._busy = False
