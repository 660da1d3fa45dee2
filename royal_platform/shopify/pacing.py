"""Stay inside Shopify's cost bucket by what its answers say, never by guess."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

# What a single query may cost at most; also what a document is taken to cost the first time.
_FIRST_GUESS = 100.0


class Pacer:
    """One cost bucket (per app and store), shared by every loop and thread of the process."""

    def __init__(
        self,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        self._available: float | None = None
        self._maximum = 0.0
        self._restore = 0.0
        self._at = 0.0
        self._costs: dict[str, float] = {}

    async def admit(self, document: str) -> float:
        """Wait until the bucket holds what ``document`` cost last time; return seconds waited."""
        waited = 0.0
        while (pause := self._take(document)) > 0:
            await self._sleep(pause)
            waited += pause
        return waited

    def learn(self, document: str, cost: Mapping[str, Any]) -> None:
        """Take over the bucket as an answer's ``extensions.cost`` states it."""
        status = cost.get("throttleStatus") or {}
        with self._lock:
            if "requestedQueryCost" in cost and cost["requestedQueryCost"] is not None:
                self._costs[document] = float(cost["requestedQueryCost"])
            if "currentlyAvailable" in status:
                self._available = float(status["currentlyAvailable"])
                self._maximum = float(status.get("maximumAvailable", self._available))
                self._restore = float(status.get("restoreRate", 0.0))
                self._at = self._monotonic()

    def throttled(self, document: str) -> float:
        """Seconds until a refused ``document`` fits, by the last stated bucket."""
        with self._lock:
            return max(0.1, self._missing(document))

    def _take(self, document: str) -> float:
        with self._lock:
            missing = self._missing(document)
            if missing <= 0 and self._available is not None:
                self._available -= self._costs.get(document, _FIRST_GUESS)
            return missing

    def _missing(self, document: str) -> float:
        if self._available is None or self._restore <= 0:
            return 0.0
        now = self._monotonic()
        self._available = min(self._maximum, self._available + (now - self._at) * self._restore)
        self._at = now
        wanted = min(self._costs.get(document, _FIRST_GUESS), self._maximum)
        return max(0.0, (wanted - self._available) / self._restore)
