"""Stay inside Shopify's cost bucket by what its answers say, together with every other process."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.resilience.shared_bucket import Answer, Ask, Bucket, Stated, draw
from royal_platform.shopify.ports import Budget

# What a document is taken to cost before it was ever sent: a page (``name:first``) as much as the
# dearest query Shopify lets through, or several processes' first pages overdraw the bucket.
_DEAREST = 1000.0
_SMALL = 100.0
# Points taken at once are given back when nobody used them for this long.
_HOLD_SECONDS = 2.0


class ProcessBudget:
    """A bucket of this process alone: for tools that run without the installation's database."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._bucket = Bucket(self._now())

    def exchange(self, ask: Ask) -> Answer:
        """Draw from the bucket."""
        with self._lock:
            self._bucket, answer = draw(self._bucket, ask, self._now())
        return answer

    def _now(self) -> datetime:
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=self._monotonic())


@dataclass(slots=True)
class _Learned:
    """What this process found out and has not told the shared bucket yet."""

    returned: float = 0.0
    stated: Stated | None = None
    stated_at: float = 0.0
    costs: dict[str, float] = field(default_factory=dict)
    throttled: int = 0


class Pacer:
    """Admits calls to one store, shared by every loop and thread of the process."""

    def __init__(
        self,
        budget: Budget | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._budget = budget or ProcessBudget(monotonic)
        self._lock = threading.Lock()
        self._costs: dict[str, float] = {}
        self._held = 0.0
        self._held_at = 0.0
        self._looking = False
        self._learned = _Learned()

    async def admit(self, document: str, *, urgent: bool = False) -> float:
        """Wait until the bucket holds what ``document`` cost last time; return seconds waited.

        While an ``urgent`` call waits, others leave it what comes back.
        """
        waited = 0.0
        while not self._take_held(document):
            answer = await asyncio.to_thread(self._budget.exchange, self._ask(document, urgent))
            with self._lock:
                self._costs.update(answer.costs)
                if answer.granted is None:
                    self._looking = True
                    return waited
                self._held += answer.granted
                self._held_at = self._monotonic()
            if answer.pause > 0:
                await self._sleep(answer.pause)
                waited += answer.pause
        return waited

    async def tell(self) -> None:
        """Share what the first call to the store found: until then other processes wait."""
        with self._lock:
            looking, self._looking = self._looking, False
        if looking:
            await asyncio.to_thread(self._budget.exchange, self._told(Ask(0.0)))

    def learn(self, document: str, cost: Mapping[str, Any]) -> None:
        """Take over the bucket as an answer's ``extensions.cost`` states it."""
        status = cost.get("throttleStatus") or {}
        asked, used = cost.get("requestedQueryCost"), cost.get("actualQueryCost")
        with self._lock:
            learned = self._learned
            if asked is not None:
                if document not in self._costs:
                    learned.returned += max(0.0, _guess(document) - float(asked))
                if self._costs.get(document) != float(asked):
                    self._costs[document] = learned.costs[document] = float(asked)
                if used is not None:
                    learned.returned += max(0.0, float(asked) - float(used))
            if "currentlyAvailable" in status:
                available = float(status["currentlyAvailable"])
                learned.stated = Stated(
                    float(status.get("maximumAvailable", available)), available,
                    float(status.get("restoreRate", 0.0)),
                )  # fmt: skip
                learned.stated_at = self._monotonic()

    def throttled(self, document: str) -> float:
        """A call was refused in spite of it all; seconds until it fits by the last statement."""
        with self._lock:
            self._learned.throttled += 1
            self._held = 0.0
            stated = self._learned.stated
            if stated is None or stated.restore <= 0:
                return 0.1
            wanted = min(self._cost(document), stated.maximum)
            return max(0.1, (wanted - stated.available) / stated.restore)

    def _take_held(self, document: str) -> bool:
        with self._lock:
            cost = self._cost(document)
            if self._monotonic() - self._held_at > _HOLD_SECONDS:
                self._learned.returned += self._held
                self._held = 0.0
            if self._held <= 0 or self._held < min(cost, self._most(cost)):
                return False
            self._held -= min(cost, self._held)
            return True

    def _most(self, cost: float) -> float:
        """A document dearer than the whole bucket is let through on a full one."""
        stated = self._learned.stated
        return cost if stated is None else stated.maximum

    def _cost(self, document: str) -> float:
        return self._costs.get(document, _guess(document))

    def _ask(self, document: str, urgent: bool) -> Ask:
        with self._lock:
            wanted = self._cost(document)
        return self._told(Ask(wanted, urgent=urgent))

    def _told(self, ask: Ask) -> Ask:
        """The same ask with all that was learned since the last one."""
        with self._lock:
            learned, self._learned = self._learned, _Learned(stated=self._learned.stated)
            self._learned.stated_at = learned.stated_at
            stated = learned.stated
            if stated is not None:
                age = max(0.0, self._monotonic() - learned.stated_at)
                stated = Stated(stated.maximum, stated.available, stated.restore, age)
            held, self._held = self._held, 0.0
            return replace(
                ask, returned=learned.returned + held, stated=stated, costs=learned.costs,
                throttled=learned.throttled,
            )  # fmt: skip


def _guess(document: str) -> float:
    return _DEAREST if ":" in document else _SMALL
