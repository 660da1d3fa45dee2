"""Business time runs at the world's rate; the pacer waits exactly as long as it must."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from royal_platform.persistence.clock import StoreClock
from royal_platform.shopify.pacing import Pacer, ProcessBudget

WALL = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WORLD = datetime(2027, 3, 1, 23, 30, tzinfo=UTC)


def world(rate: float, passed: timedelta) -> StoreClock:
    return StoreClock("Europe/Berlin", WORLD, WALL, rate, wall=lambda: WALL + passed)


def test_a_real_stores_time_is_the_walls():
    assert StoreClock("UTC", wall=lambda: WALL).now() == WALL


@pytest.mark.parametrize("rate", [0.0, 1.0, 3600.0])
def test_world_time_passes_at_its_rate(rate):
    assert world(rate, timedelta(seconds=10)).now() == WORLD + timedelta(seconds=10) * rate


def test_a_wall_clock_set_back_does_not_turn_time_back():
    assert world(1.0, timedelta(hours=-1)).now() == WORLD


def test_days_are_counted_in_the_stores_zone():
    clock = world(0.0, timedelta(0))
    assert clock.today() == date(2027, 3, 2)
    assert clock.day_start(date(2027, 3, 2)) == datetime(2027, 3, 1, 23, tzinfo=UTC)


def test_a_time_without_a_zone_has_no_day():
    with pytest.raises(ValueError, match="zone"):
        StoreClock("UTC").local_day(datetime(2026, 1, 1))


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def cost(requested: float, available: float) -> dict[str, object]:
    status = {"maximumAvailable": 2000, "currentlyAvailable": available, "restoreRate": 100}
    return {"requestedQueryCost": requested, "throttleStatus": status}


async def test_an_unknown_bucket_is_not_waited_for():
    assert await Pacer().admit("orders") == 0


async def test_two_processes_first_pages_do_not_overdraw_a_bucket_nobody_knows():
    # Each spends what a page costs before it knows the price: the store counts both.
    time, left = Time(), 2000.0
    budget = ProcessBudget(time.monotonic)
    one, two = (Pacer(budget, monotonic=time.monotonic, sleep=time.sleep) for _ in range(2))
    await one.admit("orders:60")
    waiting = asyncio.create_task(two.admit("orders:60"))
    await asyncio.sleep(0)
    left -= 900
    one.learn("orders:60", cost(900, left))
    await one.tell()
    await waiting
    left -= 900
    waited = await one.admit("orders:60")
    assert left + waited * 100 >= 900


async def test_a_page_of_unknown_price_is_taken_for_the_dearest_and_the_rest_comes_back():
    time = Time()
    pacer = Pacer(monotonic=time.monotonic, sleep=time.sleep)
    pacer.learn("shop", cost(1, 1500))
    assert await pacer.admit("orders:60") == 0
    assert await pacer.admit("orders:50") == pytest.approx(5.0)
    pacer.learn("orders:60", cost(100, 1900))
    assert await pacer.admit("orders:60") == 0


async def test_the_missing_points_are_waited_for():
    time = Time()
    pacer = Pacer(monotonic=time.monotonic, sleep=time.sleep)
    pacer.learn("orders", cost(871, 371))
    assert await pacer.admit("orders") == pytest.approx(5.0)


async def test_points_in_flight_are_counted_as_spent():
    time = Time()
    pacer = Pacer(monotonic=time.monotonic, sleep=time.sleep)
    pacer.learn("orders", cost(800, 1700))
    assert await pacer.admit("orders") == 0
    assert await pacer.admit("orders") == 0
    assert await pacer.admit("orders") == pytest.approx(7.0)


async def test_a_document_dearer_than_the_bucket_waits_for_a_full_one():
    time = Time()
    pacer = Pacer(monotonic=time.monotonic, sleep=time.sleep)
    pacer.learn("orders", cost(5000, 1000))
    assert await pacer.admit("orders") == pytest.approx(10.0)
