"""Trying again, with growing and scattered pauses, and never sooner than the other side asked."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """``attempts`` in all; pauses double from ``base_seconds`` up to ``cap_seconds``.

    A longer wait than ``patience_seconds`` asked for by the other side ends the trying.
    """

    attempts: int = 4
    base_seconds: float = 0.5
    cap_seconds: float = 20.0
    patience_seconds: float = 60.0


async def retry(
    function: Callable[[], Awaitable[Answer]],
    *,
    on: tuple[type[Exception], ...],
    policy: RetryPolicy = RetryPolicy(),
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    chance: Callable[[], float] = random.random,
) -> Answer:
    """Call ``function`` until it answers; the last exception of a type in ``on`` is raised.

    An exception's ``retry_after`` attribute (seconds) is honoured as the least pause. Pauses are
    "full jitter" (Brooker, Exponential Backoff And Jitter, AWS 2015).
    """
    for attempt in range(1, policy.attempts + 1):
        try:
            return await function()
        except on as error:
            asked = getattr(error, "retry_after", None)
            too_long = asked is not None and asked > policy.patience_seconds
            if attempt == policy.attempts or too_long:
                raise
            await sleep(pause(attempt, policy, asked, chance()))
    raise ValueError("a retry policy makes at least one attempt")


def pause(attempt: int, policy: RetryPolicy, asked: float | None, chance: float) -> float:
    """Seconds before the attempt after ``attempt`` (counted from 1)."""
    ceiling = min(policy.cap_seconds, policy.base_seconds * float(2 ** (attempt - 1)))
    # Scattered above what was asked too, or everybody who was told "5 s" returns together.
    return (asked or 0.0) + ceiling * chance


def retry_after_seconds(value: str | None, now: datetime | None = None) -> float | None:
    """A ``Retry-After`` header (seconds or a date, RFC 9110) as seconds; None when unreadable."""
    if value is None:
        return None
    text = value.strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        seconds = (at - (now or datetime.now(UTC))).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None
