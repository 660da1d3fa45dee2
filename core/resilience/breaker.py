"""A circuit breaker: after enough failures in a row, calls fail at once until a trial succeeds."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from enum import StrEnum
from typing import TypeVar

from core.errors import Unavailable

Answer = TypeVar("Answer")


class BreakerState(StrEnum):
    """``closed`` lets calls through, ``open`` refuses them, ``half_open`` lets one try."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CircuitBreaker:
    """Guards one dependency within one event loop.

    ``failures`` in a row open it for ``open_seconds``; then a single call may try. Only
    exceptions of the types in ``counts`` are failures: a refusal of a bad request is not.
    """

    def __init__(
        self,
        name: str,
        *,
        failures: int = 5,
        open_seconds: float = 30.0,
        counts: tuple[type[BaseException], ...] = (Exception,),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._limit = failures
        self._open_seconds = open_seconds
        self._counts = counts
        self._clock = clock
        self._failed = 0
        self._opened_at: float | None = None
        self._trying = False

    @property
    def state(self) -> BreakerState:
        """Where the breaker stands now."""
        if self._opened_at is None:
            return BreakerState.CLOSED
        if self._clock() - self._opened_at >= self._open_seconds:
            return BreakerState.HALF_OPEN
        return BreakerState.OPEN

    async def call(self, function: Callable[[], Awaitable[Answer]]) -> Answer:
        """Call ``function`` unless the breaker is open, which raises ``Unavailable``."""
        with self.guarded():
            return await function()

    @contextmanager
    def guarded(self) -> Generator[None]:
        """As ``call``, for a block: the block is the call, however long it takes."""
        state = self.state
        if state is BreakerState.OPEN or (state is BreakerState.HALF_OPEN and self._trying):
            raise Unavailable(
                f"{self.name} failed {self._failed} times in a row and is left alone for now.",
                remedy=f"It is tried again within {self._open_seconds:g} seconds.",
            )
        trial = state is BreakerState.HALF_OPEN
        self._trying = self._trying or trial
        try:
            yield
        except self._counts:
            self._fail()
            raise
        finally:
            if trial:
                self._trying = False
        self._failed, self._opened_at = 0, None

    def _fail(self) -> None:
        self._failed += 1
        if self._failed >= self._limit or self._opened_at is not None:
            self._opened_at = self._clock()
