"""The world is one process: no seam, no call order, only what was changed differs."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from store_sandbox.world.calendar import midnight
from store_sandbox.world.catalogue import NEEDS
from store_sandbox.world.facts import CheckoutAbandoned, OrderPlaced, PriceChanged, StockArrived
from store_sandbox.world.process import Process
from store_sandbox.world.shop import build

ORIGIN = date(2026, 2, 1)
START = midnight(ORIGIN)


def lived(days: float, *, seed: int = 20, change=None):
    """(facts, book) of a fresh world after some days; `change` may act on the opening book."""
    world = Process(build(seed), ORIGIN)
    book = world.opening()
    if change is not None:
        change(book)
    return world.run(book, START, START + timedelta(days=days)), book


def test_two_runs_of_one_seed_are_equal_and_another_seed_is_another_world():
    assert lived(12)[0] == lived(12)[0]
    assert lived(12)[0] != lived(12, seed=21)[0]


@pytest.mark.parametrize("hours", [[37.0], [0.001, 24.0, 100.25], [60, 161]])
def test_stopping_on_the_way_changes_nothing(hours):
    whole, _ = lived(10)
    world = Process(build(20), ORIGIN)
    book, at, parts = world.opening(), START, []
    for hour in [*hours, 240]:
        until = START + timedelta(hours=hour)
        parts += world.run(book, at, until)
        at = until
        world = Process(build(20), ORIGIN)  # a restart forgets everything but the book
    assert parts == whole


def test_facts_come_in_order_of_time_within_the_stretch():
    facts, _ = lived(9.5)
    times = [fact.at for fact in facts]
    assert times == sorted(times)
    assert times[0] > START
    assert times[-1] <= START + timedelta(days=9.5)


def test_a_dearer_need_changes_only_visits_that_looked_for_it():
    need = NEEDS.index("feed")
    shop = build(20)
    members = np.flatnonzero(shop.need_of == need)

    def dearer(book):
        for variant in members:
            book.price[variant] = round(book.price[variant] * 1.25)

    def plenty(book):
        book.stock = [10_000] * len(book.stock)

    before, _ = lived(30, change=plenty)
    after, _ = lived(30, change=lambda book: (plenty(book), dearer(book)))
    world = Process(shop, ORIGIN)

    def looked_for_feed(key: str) -> bool:
        day, number = key.split("/")[:2]
        plan = world.plan(date.fromisoformat(day))
        if not number.isdigit():
            return False
        starts = plan.visits.starts
        return need in plan.visits.need[starts[int(number)] : starts[int(number) + 1]]

    def by_key(facts):
        return {
            (type(f).__name__, f.key): f
            for f in facts
            if isinstance(f, OrderPlaced | CheckoutAbandoned)
        }

    old, new = by_key(before), by_key(after)
    differing = [key for key in old | new if old.get(key) != new.get(key)]
    assert differing
    assert all(looked_for_feed(key) for _, key in differing)

    def units(facts):
        return sum(
            line.quantity
            for fact in facts
            if isinstance(fact, OrderPlaced)
            for line in fact.lines
            if line.variant in members
        )

    assert units(after) < 0.85 * units(before)


def test_an_empty_shelf_sells_nothing_and_sends_buyers_to_substitutes():
    shop = build(20)
    busiest = int(np.argmax(np.where(shop.need_of == NEEDS.index("grooming"), shop.appeal, -9)))

    def without(book):
        book.stock = [10_000] * len(book.stock)
        book.stock[busiest] = 0
        book.offered[busiest] = False

    def sold(facts):
        total = [0] * len(shop.items)
        for fact in facts:
            for line in fact.lines if isinstance(fact, OrderPlaced) else ():
                total[line.variant] += line.quantity
        return total

    full = sold(lived(20, change=lambda b: setattr(b, "stock", [10_000] * len(b.stock)))[0])
    empty = sold(lived(20, change=without)[0])
    rivals = [v for v in np.flatnonzero(shop.need_of == shop.need_of[busiest]) if v != busiest]
    assert full[busiest] > 0
    assert empty[busiest] == 0
    assert sum(empty[v] for v in rivals) > sum(full[v] for v in rivals)


def test_stock_never_falls_below_zero():
    facts, book = lived(70)
    assert min(book.stock) >= 0
    assert any(isinstance(fact, StockArrived) for fact in facts)
    assert 0 in book.stock  # a merchant who reorders late runs out now and then


def test_the_merchant_leaves_a_price_alone_that_somebody_else_has_set():
    variant = next(f.variant for f in lived(70)[0] if isinstance(f, PriceChanged))
    facts, book = lived(70, change=lambda book: book.price.__setitem__(variant, 4321))
    assert book.price[variant] == 4321
    assert not [f for f in facts if isinstance(f, PriceChanged) and f.variant == variant]


def test_a_book_can_be_copied_to_compare_two_futures():
    _, book = lived(5)
    other = deepcopy(book)
    world = Process(build(20), ORIGIN)
    at, until = START + timedelta(days=5), START + timedelta(days=8)
    assert world.run(book, at, until) == world.run(other, at, until)


def test_days_of_23_and_25_hours_keep_every_visit_inside():
    for day in (date(2026, 3, 29), date(2026, 10, 25)):
        plan = Process(build(20), ORIGIN).plan(day)
        assert plan.end - plan.begin in (23 * 3600, 25 * 3600)
        assert plan.begin <= plan.seconds.min()
        assert plan.seconds.max() < plan.end
        assert (np.diff(plan.seconds) >= 0).all()
        assert datetime.fromtimestamp(plan.begin, UTC) == midnight(day)
