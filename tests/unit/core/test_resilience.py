"""Breaker, retry and bucket, on a clock that the test moves."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Unavailable
from core.resilience import (
    BreakerState,
    CircuitBreaker,
    RetryPolicy,
    TokenBucket,
    retry,
    retry_after_seconds,
)
from core.resilience.retry import pause


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


class Busy(Exception):
    def __init__(self, retry_after: float | None = None) -> None:
        self.retry_after = retry_after


async def fail() -> None:
    raise Busy


async def succeed() -> str:
    return "ok"


async def test_a_breaker_opens_after_failures_in_a_row_and_closes_after_a_trial() -> None:
    clock = Clock()
    breaker = CircuitBreaker("vendor", failures=3, open_seconds=30, clock=clock)
    for _ in range(2):
        with pytest.raises(Busy):
            await breaker.call(fail)
    assert await breaker.call(succeed) == "ok"
    for _ in range(3):
        with pytest.raises(Busy):
            await breaker.call(fail)
    assert breaker.state is BreakerState.OPEN
    with pytest.raises(Unavailable, match="vendor"):
        await breaker.call(succeed)
    clock.now += 30
    assert breaker.state is BreakerState.HALF_OPEN
    with pytest.raises(Busy):
        await breaker.call(fail)
    assert breaker.state is BreakerState.OPEN
    clock.now += 30
    assert await breaker.call(succeed) == "ok"
    assert breaker.state is BreakerState.CLOSED


async def test_a_half_open_breaker_lets_one_call_try() -> None:
    clock = Clock()
    breaker = CircuitBreaker("vendor", failures=1, open_seconds=5, clock=clock)
    with pytest.raises(Busy):
        await breaker.call(fail)
    clock.now += 5
    release = asyncio.Event()

    async def slow() -> str:
        await release.wait()
        return "ok"

    trial = asyncio.create_task(breaker.call(slow))
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await breaker.call(succeed)
    release.set()
    assert await trial == "ok"
    assert breaker.state is BreakerState.CLOSED


async def test_a_refusal_that_does_not_count_leaves_the_breaker_closed() -> None:
    breaker = CircuitBreaker("vendor", failures=1, counts=(OSError,))
    with pytest.raises(Busy):
        await breaker.call(fail)
    assert breaker.state is BreakerState.CLOSED


async def test_retry_honours_what_the_other_side_asked_for() -> None:
    clock = Clock()
    answers = iter([Busy(3.0), Busy(), None])

    async def sometimes() -> str:
        answer = next(answers)
        if answer is not None:
            raise answer
        return "ok"

    policy = RetryPolicy(attempts=4, base_seconds=1, cap_seconds=10)
    result = await retry(
        sometimes, on=(Busy,), policy=policy, sleep=clock.sleep, chance=lambda: 0.5
    )
    assert result == "ok"
    assert clock.slept == [3.5, 1.0]


async def test_retry_gives_up_with_the_last_exception_and_never_on_another_kind() -> None:
    clock = Clock()
    with pytest.raises(Busy):
        await retry(fail, on=(Busy,), policy=RetryPolicy(attempts=3), sleep=clock.sleep)
    assert len(clock.slept) == 2
    with pytest.raises(Busy):
        await retry(fail, on=(OSError,), sleep=clock.sleep)
    assert len(clock.slept) == 2


async def test_a_wait_beyond_patience_ends_the_trying() -> None:
    clock = Clock()

    async def closed_for_an_hour() -> None:
        raise Busy(3600)

    with pytest.raises(Busy):
        await retry(closed_for_an_hour, on=(Busy,), sleep=clock.sleep)
    assert clock.slept == []


@given(st.integers(1, 60), st.floats(0, 1), st.floats(0, 60) | st.none())
def test_a_pause_is_bounded_and_never_sooner_than_asked(
    attempt: int, chance: float, asked: float | None
) -> None:
    policy = RetryPolicy()
    seconds = pause(attempt, policy, asked, chance)
    assert (asked or 0) <= seconds <= (asked or 0) + policy.cap_seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("2.0", 2.0),
        ("-4", 0.0),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30.0),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, datetime(2026, 1, 1, tzinfo=UTC)) == seconds


async def test_a_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    clock = Clock()
    bucket = TokenBucket(5, 2, clock=clock, sleep=clock.sleep)
    waited = [await bucket.take() for _ in range(9)]
    assert waited[:5] == [0.0] * 5
    assert clock.now == pytest.approx(102.0)
    assert not bucket.try_take()
    clock.now += 10
    assert bucket.available == 5
    assert bucket.try_take(5)


async def test_takers_wait_in_the_order_they_came() -> None:
    clock = Clock()
    bucket = TokenBucket(1, 1, clock=clock, sleep=clock.sleep)
    order: list[int] = []

    async def taker(n: int) -> None:
        await bucket.take()
        order.append(n)

    await asyncio.gather(*(taker(n) for n in range(5)))
    assert order == [0, 1, 2, 3, 4]
    assert clock.now == pytest.approx(104.0)


async def test_a_bucket_believes_the_other_side() -> None:
    clock = Clock()
    bucket = TokenBucket(100, 1, clock=clock, sleep=clock.sleep)
    bucket.correct(0, capacity=50, per_second=10)
    assert await bucket.take(20) == pytest.approx(2.0)
    with pytest.raises(ValueError, match="ever hold"):
        await bucket.take(51)
