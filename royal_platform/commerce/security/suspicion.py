"""What is strange among recent orders: too many at once, rings, and orders unlike all others."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from royal_platform.commerce.decisions.notices import Severity
from royal_platform.commerce.security.graph import Attribute, Link, Ring, path, rings
from royal_platform.commerce.security.isolation import Floats, grow, reasons, scores
from royal_platform.commerce.security.model import Fact, Finding
from royal_platform.commerce.security.order_facts import (
    ENOUGH_ORDERS,
    Linked,
    OrderFacts,
    linked,
    usual,
)
from royal_platform.commerce.security.words import fact, finding, phrase

# Orders younger than this can still be stopped.
RECENT = timedelta(days=3)
# Within how long a shared address or network still links two orders.
WINDOW = timedelta(days=30)
# Ten questions to the store; of a larger shop the newest of the month.
MOST_ORDERS = 500
# Within how long first, costly orders from one network are one burst.
BURST = timedelta(days=7)
VELOCITY = 4
# A network alone makes a ring only where fewer than so many as full as it come by chance: it is
# asked every night.
BY_CHANCE = 0.001
CHECKS = ("orders.velocity", "orders.ring", "orders.unlike")
# The paper calls scores near 1 anomalies and 0.5 ordinary; the shop's own 99th percentile decides
# above this floor, so that a shop without strange orders has none.
UNLIKE_FROM, UNLIKE_SHARE = 0.62, 0.99
_SEED = 20_260_101
FEATURES = (
    "feature.value", "feature.earlier_orders", "feature.hour", "feature.orders_in_day",
    "feature.at_address", "feature.on_network", "feature.failed_payments",
    "feature.address_differs", "feature.name_differs", "feature.throwaway_mail",
)  # fmt: skip
_SOURCE, _FOREST = phrase("source.orders"), phrase("source.forest")


@dataclass(frozen=True, slots=True)
class Named:
    """How people know an order."""

    name: str
    hour: int


def suspicious(
    orders: Sequence[OrderFacts], named: Mapping[str, Named], now: datetime
) -> list[Finding]:
    """Findings about orders of the last days, judged against all that are given.

    ``named`` has each order's name and the hour of its local day. An order in several findings has
    one row of each check.
    """
    known = [each for each in linked(orders) if each.facts.order_id in named]
    recent = {each.facts.order_id for each in known if now - each.facts.placed_at <= RECENT}
    return [
        *_too_many(known, named, recent),
        *_rings(known, named, recent, now),
        *_unlike(known, named, recent),
    ]


def matrix(orders: Sequence[Linked], named: Mapping[str, Named]) -> Floats:
    """One row per order, a column for each of ``FEATURES``; what is not known is ordinary: 0.

    Amounts and counts as logarithms, since twice as much is as unusual at any size.
    """
    rows = [
        (
            math.log1p(max(0.0, one.facts.value)),
            math.log1p(one.facts.earlier_orders or 0),
            named[one.facts.order_id].hour,
            math.log1p(one.velocity),
            math.log1p(one.strangers_at_address),
            math.log1p(one.strangers_on_network),
            math.log1p(one.facts.failed_payments or 0),
            float(one.facts.address_differs or False),
            float(one.facts.name_differs or False),
            float(one.facts.disposable_mail or False),
        )
        for one in orders
    ]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(FEATURES))


def _too_many(
    orders: Sequence[Linked], named: Mapping[str, Named], recent: set[str]
) -> list[Finding]:
    return [
        finding(
            "orders.velocity",
            each.facts.order_id,
            Severity.HIGH if each.velocity >= 2 * VELOCITY else Severity.MEDIUM,
            phrase("velocity.title", order=named[each.facts.order_id].name, orders=each.velocity),
            phrase("velocity.remedy"),
            (fact("label.earlier_orders", each.velocity, _SOURCE),),
            {"order_id": each.facts.order_id, "order": named[each.facts.order_id].name},
        )
        for each in orders
        if each.velocity >= VELOCITY and each.facts.order_id in recent
    ]


def _rings(
    orders: Sequence[Linked], named: Mapping[str, Named], recent: set[str], now: datetime
) -> list[Finding]:
    near = [each.facts for each in orders if now - each.facts.placed_at <= WINDOW]
    shown = _exposed(orders, now)
    bursts = _unlikely(shown)
    in_burst = {each.order_id for each in shown if each.network in bursts}
    crowded, unlikely = _crowded(orders), _unlikely(near) | bursts
    attributes = {
        each.order_id: _attributes(each, crowded, each.order_id in in_burst) for each in near
    }
    customers = {each.order_id: each.customer for each in near if each.customer is not None}
    found = []
    for ring in rings(attributes, customers):
        fresh = [order for order in ring.orders if order in recent]
        if not fresh or _met_by_chance(ring, unlikely):
            continue
        newest = fresh[-1]
        first = next(each for each in ring.orders if each != newest)
        chain = path(attributes, first, newest) or []
        found.append(
            finding(
                "orders.ring",
                min(ring.orders),
                Severity.HIGH if len(ring.customers) >= 5 else Severity.MEDIUM,
                phrase("ring.title", orders=len(ring.orders), customers=len(ring.customers)),
                phrase("ring.remedy"),
                (
                    *(_shared(attribute, holders, named) for attribute, holders in ring.shared[:8]),
                    *_told(chain, named),
                ),
                {"order_id": newest, "order": named[newest].name, "ring": list(ring.orders)},
            )
        )
    return found


def _unlike(
    orders: Sequence[Linked], named: Mapping[str, Named], recent: set[str]
) -> list[Finding]:
    if len(orders) < ENOUGH_ORDERS:
        return []
    points = matrix(orders, named)
    forest = grow(points, seed=_SEED)
    found = scores(forest, points)
    limit = max(UNLIKE_FROM, float(np.quantile(found, UNLIKE_SHARE)))
    told = []
    for place in np.flatnonzero(found >= limit):
        one = orders[int(place)].facts
        if one.order_id not in recent:
            continue
        why = reasons(forest, points[place], FEATURES)[:4]
        told.append(
            finding(
                "orders.unlike",
                one.order_id,
                Severity.MEDIUM,
                phrase("unlike.title", order=named[one.order_id].name),
                phrase("unlike.remedy"),
                (
                    fact(
                        "label.strangeness",
                        phrase("value.of_one", score=f"{found[place]:.2f}"),
                        _FOREST,
                    ),
                    *(
                        fact(
                            each.feature,
                            phrase("value.share_of_why", share=f"{each.share:.0%}"),
                            _FOREST,
                        )
                        for each in why
                    ),
                ),
                {"order_id": one.order_id, "order": named[one.order_id].name},
            )
        )
    return told


def _crowded(orders: Sequence[Linked]) -> set[str | None]:
    """Networks that twice as many strangers share as is usual: phone networks join anybody."""
    most = 2 * usual(orders).on_network
    return {each.facts.network for each in orders if each.strangers_on_network > most}


def _exposed(orders: Sequence[Linked], now: datetime) -> list[OrderFacts]:
    """First orders of their buyers worth more than is usual: what somebody with stolen cards makes.

    Few orders are, so that strangers who meet among them on one network stand out long before the
    network itself is fuller than others.
    """
    median = usual(orders).median
    return [
        each.facts
        for each in orders
        if median is not None
        and each.facts.value > median
        and each.facts.earlier_orders == 0
        and now - each.facts.placed_at <= BURST
    ]


def _unlikely(orders: Sequence[OrderFacts]) -> set[str]:
    """Networks that more people share than chance explains."""
    on: dict[str, set[str]] = defaultdict(set)
    for each in orders:
        if each.network is not None:
            on[each.network].add(each.customer or each.order_id)
    people = len(set().union(*on.values()))
    pairs = sum(math.comb(len(who), 2) for who in on.values())
    return {
        network for network, who in on.items() if _by_chance(len(who), people, pairs) < BY_CHANCE
    }


def _met_by_chance(ring: Ring, unlikely: set[str]) -> bool:
    """Whether nothing but a network joins them that chance fills as much."""
    joined = [attribute for attribute, _holders in ring.shared]
    return all(kind == "network" and key not in unlikely for kind, key in joined)


def _by_chance(size: int, people: int, pairs: int) -> float:
    """How many networks of ``size`` strangers chance makes, by how often others meet on one.

    ``pairs`` is how many pairs of ``people`` meet, this network's own included. Union bound over
    all groups of that size; half a pair more, so that a shop where nobody meets has a chance too.
    """
    elsewhere = pairs - math.comb(size, 2)
    meet = (elsewhere + 0.5) / math.comb(people, 2) if people > 1 else 1.0
    groups = math.lgamma(people + 1) - math.lgamma(size + 1) - math.lgamma(people - size + 1)
    return math.exp(min(0.0, groups + (size - 1) * math.log(meet)))


def _attributes(one: OrderFacts, crowded: set[str | None], in_burst: bool) -> list[Attribute]:
    network = one.network if in_burst or one.network in crowded else None
    keys = (("mail", one.mail), ("phone", one.phone), ("address", one.address),
            ("network", network))  # fmt: skip
    return [(kind, key) for kind, key in keys if key is not None]


def _shared(attribute: Attribute, orders: Sequence[str], named: Mapping[str, Named]) -> Fact:
    names = ", ".join(named[each].name for each in orders[:6])
    return fact(f"label.same_{attribute[0]}", names, _SOURCE)


def _told(chain: Sequence[Link], named: Mapping[str, Named]) -> list[Fact]:
    """One fact for each link of the chain."""
    links = [
        phrase(
            "value.shares",
            one=named[each.one].name,
            what=phrase(f"attribute.{each.attribute[0]}"),
            other=named[each.other].name,
        )
        for each in chain
    ]
    return [fact("label.linked", each, _SOURCE) for each in links or [phrase("value.no_chain")]]
