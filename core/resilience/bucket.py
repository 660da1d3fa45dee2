"""A token bucket: so many calls at once, so many a second after that, in the order they came."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


class TokenBucket:
    """Holds up to ``capacity`` tokens, refilled at ``per_second``. For one event loop."""

    def __init__(
        self,
        capacity: float,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if capacity <= 0 or per_second <= 0:
            raise ValueError("a bucket has a positive capacity and refill")
        self.capacity = capacity
        self.per_second = per_second
        self._clock = clock
        self._sleep = sleep
        self._tokens = capacity
        self._at = clock()
        self._turn = asyncio.Lock()

    @property
    def available(self) -> float:
        """Tokens in the bucket now."""
        return min(self.capacity, self._tokens + (self._clock() - self._at) * self.per_second)

    async def take(self, tokens: float = 1.0) -> float:
        """Take ``tokens``, waiting in line for them; returns the seconds waited."""
        if tokens > self.capacity:
            raise ValueError("more tokens than the bucket can ever hold")
        began = self._clock()
        async with self._turn:
            while (missing := tokens - self.available) > 1e-9:
                await self._sleep(missing / self.per_second)
            self._settle(self.available - tokens)
        return self._clock() - began

    def try_take(self, tokens: float = 1.0) -> bool:
        """Take ``tokens`` if they are there now and nobody waits for them."""
        if self._turn.locked() or self.available < tokens:
            return False
        self._settle(self.available - tokens)
        return True

    def correct(self, available: float, *, capacity: float, per_second: float) -> None:
        """Believe what the other side says about its bucket."""
        self.capacity, self.per_second = capacity, per_second
        self._settle(min(available, capacity))

    def _settle(self, tokens: float) -> None:
        self._tokens, self._at = tokens, self._clock()
