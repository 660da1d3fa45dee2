"""The world itself: one loop over time in which visitors, supplier vans and the merchant act.

`run(book, after, until)` lives through (after, until]. Running to B in one pass or stopping at
any moment A on the way gives the same facts, because every draw is addressed by what it is for
and everything under way is on the book's agenda.
"""

import heapq
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np

from store_sandbox.world import demand, merchant
from store_sandbox.world.book import Book
from store_sandbox.world.calendar import local_day
from store_sandbox.world.customers import Calendar
from store_sandbox.world.facts import Fact
from store_sandbox.world.happenings import Happenings
from store_sandbox.world.plan import Day
from store_sandbox.world.shop import Shop, build
from store_sandbox.world.visitors import Visitors, instant

NEEDS_PER_WEEK = 155.0 * 7  # considered needs of an average week, for the opening stock


class Process:
    """The world of one seed whose history began on the local day `origin`."""

    def __init__(self, shop: Shop, origin: date) -> None:
        self.shop = shop
        self.origin = origin
        self.calendar = Calendar(shop.seed, origin)
        self.habits = merchant.habits(shop)
        self._prices = merchant.PriceBook(shop, origin)
        self._days: dict[date, Day] = {}
        self._tags: dict[date, list[tuple[int, int]]] = {}

    def plan(self, day: date) -> Day:
        """The plan of a day; the latest two stay, because a live clock asks again and again."""
        if day not in self._days:
            self._days = dict([*self._days.items(), (day, Day(self.shop, self.calendar, day))][-2:])
        return self._days[day]

    def tags(self, day: date) -> list[tuple[int, int]]:
        """The merchant's own price tags of a day: (price, compare-at or 0) in cents."""
        if day not in self._tags:
            self._tags = dict([*self._tags.items(), (day, self._prices.tags(day))][-3:])
        return self._tags[day]

    def opening(self) -> Book:
        """Shelves and price tags as the history begins."""
        tags = self.tags(self.origin)
        prices = np.array([price for price, _ in tags]) / 100.0
        rates = demand.purchase_rates(self.shop, prices)
        count = len(tags)
        return Book(
            stock=merchant.opening_stock(self.shop, rates * NEEDS_PER_WEEK),
            price=[price for price, _ in tags],
            compare_at=[compare for _, compare in tags],
            incoming=[0] * count,
            offered=np.ones(count, dtype=np.bool_),
            unlimited=np.zeros(count, dtype=np.bool_),
        )

    def quiet(self, after: datetime, until: datetime) -> bool:
        """Whether nobody comes and nothing is planned in (after, until]; agendas aside."""
        day, last = local_day(after), local_day(until)
        while day <= last:
            if not self.plan(day).quiet(after.timestamp(), until.timestamp()):
                return False
            day += timedelta(days=1)
        return True

    def run(self, book: Book, after: datetime, until: datetime) -> list[Fact]:
        """Live through (after, until] on `book`, which is changed; the facts in order of time."""
        facts: list[Fact] = []
        day, last = local_day(after), local_day(until)
        low, high = int(after.timestamp()), int(until.timestamp())
        while day <= last:
            plan = self.plan(day)
            self._live(book, plan, facts, max(low, plan.begin - 1), min(high, plan.end - 1))
            day += timedelta(days=1)
        return facts

    def _live(self, book: Book, plan: Day, facts: list[Fact], after: int, until: int) -> None:
        """A stretch (after, until] of one day, UTC seconds: the earliest next thing, repeatedly."""
        visitors = Visitors(self.shop, book, plan, facts)
        others = Happenings(self.shop, self.origin, self.tags, self.habits, visitors)
        visit, last = np.searchsorted(plan.seconds, [after, until], side="right").tolist()
        waiting = [entry for entry in reversed(plan.fixed) if after < entry[0] <= until]
        never = until + 1
        while True:
            at_visit = int(plan.seconds[visit]) if visit < last else never
            at_fixed = waiting[-1][0] if waiting else never
            at_due = book.agenda[0][0] if book.agenda else never
            if min(at_visit, at_fixed, at_due) > until:
                return
            if at_fixed <= min(at_due, at_visit):
                at, kind, number = waiting.pop()
                others.fixed(instant(at), kind, number)
            elif at_due <= at_visit:
                at, _, kind, payload = heapq.heappop(book.agenda)
                others.due(instant(at), kind, payload)
            else:
                visitors.meet(visit, last)
                visit += 1


@lru_cache(maxsize=4)
def process(seed: int, origin: date) -> Process:
    """The world of a seed; kept, because drawing its customers takes half a second."""
    return Process(build(seed), origin)
