"""Fraud rings: bursts of costly orders by strangers who share an address, a device, a habit."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from store_sandbox.world.customers import person
from store_sandbox.world.draws import uniform, uniforms
from store_sandbox.world.facts import Person
from store_sandbox.world.shop import Shop

PERIOD_DAYS = 70
LONGEST = 6


@dataclass(frozen=True, slots=True)
class Attempt:
    """One fraudulent order of a ring on a day; `wish` are variants to try in turn."""

    hour: float
    key: str
    ring: str
    person: Person
    wish: tuple[int, ...]
    quantity: int
    caught: bool  # the merchant notices before it ships
    dispute_days: int


def attempts(shop: Shop, day: date) -> list[Attempt]:
    """The fraudulent orders of a day, in order of their hour."""
    period, place = divmod(day.toordinal(), PERIOD_DAYS)
    u = uniforms(shop.seed, "ring", period, 4)
    begin = int(u[0] * (PERIOD_DAYS - LONGEST))
    length = 3 + int(u[1] * (LONGEST - 2))
    if u[2] > 0.75 or not begin <= place < begin + length:
        return []
    count = 1 + int(3 * uniform(shop.seed, "ring orders", day))
    ring = f"R{period}"
    found = [_attempt(shop, day, ring, period, number) for number in range(count)]
    return sorted(found, key=lambda attempt: attempt.hour)


def _attempt(shop: Shop, day: date, ring: str, period: int, number: int) -> Attempt:
    key = f"{day}/{ring}/{number}"
    u = uniforms(shop.seed, "ring order", key, 6)
    costly = np.argsort([-item.list_price for item in shop.items], kind="stable")[:40]
    start = int(u[1] * len(costly))
    shared = person(shop.seed, day - timedelta(days=day.toordinal() % PERIOD_DAYS), 900)
    own = person(shop.seed, day, 800 + number)
    stranger = replace(
        own,
        key=key,
        email=f"{own.first_name}{int(1000 * u[2])}.{ring}@mail-drop.example.net".lower(),
        street=shared.street,
        city=shared.city,
        postal_code=shared.postal_code,
        country=shared.country,
        client_ip=f"203.0.113.{1 + period % 250}",
        subscribed=False,
    )
    return Attempt(
        hour=float(1.0 + 4.0 * u[0]),
        key=key,
        ring=ring,
        person=stranger,
        wish=tuple(int(v) for v in np.roll(costly, -start)),
        quantity=1 + int(2.5 * u[3]),
        caught=bool(u[4] < 0.35),
        dispute_days=25 + int(35 * u[5]),
    )
