"""Where an order's lines come from: the cheapest way by expected cost, promise and reliability."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import combinations

from royal_platform.commerce.fulfilment.model import Left, Option, Part, Route, Wanted

_SECONDS_PER_DAY = Decimal(86_400)
# More sources than that are not weighed against each other: the cheapest of them are.
_MOST_SOURCES = 6


@dataclass(frozen=True, slots=True)
class Weights:
    """What lateness and parcels are worth, stated so that they can be argued with.

    A day later costs ``per_day`` of the goods' value; a promise that is not kept costs ``late`` of
    it; of a source without a record ``unknown`` of its promises are believed. Each parcel beyond
    the first costs ``parcel`` in the store's currency.
    """

    per_day: Decimal = Decimal("0.01")
    late: Decimal = Decimal("0.10")
    unknown: float = 0.75
    parcel: Decimal = Decimal("2.50")


def expected_cost(
    option: Option, wanted: Wanted, now: datetime, weights: Weights | None = None
) -> Decimal:
    """Landed cost of one unit, plus what waiting and a broken promise are expected to cost."""
    weights = weights or Weights()
    days = max(Decimal(0), Decimal((option.arrives_by - now).total_seconds()) / _SECONDS_PER_DAY)
    kept = weights.unknown if option.on_time is None else option.on_time
    lateness = weights.per_day * days + weights.late * (1 - Decimal(str(kept)))
    return option.landed + wanted.value * lateness


def route(
    wanted: Sequence[Wanted],
    options: Iterable[Option],
    *,
    now: datetime,
    weights: Weights | None = None,
) -> Route:
    """The route of least expected cost that leaves the fewest units unserved.

    Every set of at most six sources is tried; within one, a line is filled from the cheapest
    source on, up to what each has. Ties go to fewer parcels, then to the earlier promise, then to
    the sources' names, so that the choice is stable.
    """
    weights = weights or Weights()
    lines = {each.line_id: each for each in wanted}
    possible = [each for each in options if each.line_id in lines]
    usable, left = _sorted_out(possible, lines)
    sources = _sources(usable, lines, now, weights)
    best: tuple[tuple[object, ...], list[Part]] | None = None
    for size in range(1, len(sources) + 1):
        for chosen in combinations(sources, size):
            within = [each for each in usable if each.source in chosen]
            parts = [part for one in wanted for part in _filled(one, within, now, weights)]
            rank = _rank(wanted, parts, weights)
            if best is None or rank < best[0]:
                best = rank, parts
    parts = [] if best is None else best[1]
    return Route(
        parts=tuple(parts),
        left=(*left, *_passed_over(usable, parts, lines, now, weights)),
        unserved=tuple(_unserved(wanted, parts)),
        promised_at=max((part.option.arrives_by for part in parts), default=None),
    )


def _sorted_out(
    options: Sequence[Option], lines: dict[str, Wanted]
) -> tuple[list[Option], list[Left]]:
    usable: list[Option] = []
    left: list[Left] = []
    for each in options:
        quantity = lines[each.line_id].quantity
        if each.capacity is not None and each.capacity < max(1, each.minimum):
            left.append(Left(each, "It has none to give."))
        elif each.minimum > quantity:
            left.append(
                Left(each, f"It sells from {each.minimum} units on; {quantity} are needed.")
            )
        else:
            usable.append(each)
    return usable, left


def _sources(
    usable: Sequence[Option], lines: dict[str, Wanted], now: datetime, weights: Weights
) -> list[str]:
    cheapest: dict[str, Decimal] = {}
    for each in usable:
        cost = expected_cost(each, lines[each.line_id], now, weights)
        cheapest[each.source] = min(cost, cheapest.get(each.source, cost))
    return sorted(cheapest, key=lambda source: (cheapest[source], source))[:_MOST_SOURCES]


def _filled(
    one: Wanted, options: Sequence[Option], now: datetime, weights: Weights
) -> Iterable[Part]:
    """Units from the cheapest source on; a source whose smallest order is not met is passed by."""
    mine = [each for each in options if each.line_id == one.line_id]
    costs = {id(each): expected_cost(each, one, now, weights) for each in mine}
    open_units = one.quantity
    for each in sorted(mine, key=lambda each: (costs[id(each)], each.arrives_by, each.source)):
        units = open_units if each.capacity is None else min(open_units, each.capacity)
        if units < max(1, each.minimum):
            continue
        open_units -= units
        yield Part(each, units, costs[id(each)] * units)


def _rank(wanted: Sequence[Wanted], parts: Sequence[Part], weights: Weights) -> tuple[object, ...]:
    parcels = {part.option.source for part in parts}
    missing = sum(one.quantity for one in wanted) - sum(part.quantity for part in parts)
    cost = sum((part.expected_cost for part in parts), Decimal(0))
    cost += weights.parcel * max(0, len(parcels) - 1)
    latest = max((part.option.arrives_by.timestamp() for part in parts), default=0.0)
    return missing, cost, len(parcels), latest, tuple(sorted(parcels))


def _passed_over(
    usable: Sequence[Option],
    parts: Sequence[Part],
    lines: dict[str, Wanted],
    now: datetime,
    weights: Weights,
) -> Iterable[Left]:
    taken = {(part.option.source, part.option.line_id): part for part in parts}
    for each in usable:
        if (each.source, each.line_id) in taken:
            continue
        one = lines[each.line_id]
        cost = expected_cost(each, one, now, weights)
        best = min(
            (
                part.expected_cost / part.quantity
                for part in parts
                if part.option.line_id == one.line_id
            ),
            default=None,
        )
        if best is None or cost < best:
            reason = "Cheaper for this line alone, but it would take another parcel."
        else:
            reason = f"{cost - best:.2f} more for one unit, counted with waiting and lateness."
        yield Left(each, reason)


def _unserved(wanted: Sequence[Wanted], parts: Sequence[Part]) -> Iterable[Wanted]:
    for one in wanted:
        units = sum(part.quantity for part in parts if part.option.line_id == one.line_id)
        if units < one.quantity:
            yield Wanted(one.line_id, one.variant_id, one.title, one.quantity - units, one.value)
