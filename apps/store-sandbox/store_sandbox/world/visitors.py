"""Visitors of one day at the shelves: choosing, filling a cart, leaving it or ordering."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np

from store_sandbox.world import demand
from store_sandbox.world.aftermath import Followed, follow
from store_sandbox.world.book import Book
from store_sandbox.world.customers import person
from store_sandbox.world.draws import Floats, Ints
from store_sandbox.world.facts import CheckoutAbandoned, Fact, Line, OrderPlaced, Person
from store_sandbox.world.plan import Day
from store_sandbox.world.shop import Shop

FREE_SHIPPING = 7500  # cents
SHIPPING = 595
WELCOME_CODE, WELCOME_CUT = "WELCOME10", 0.10


def instant(at: int) -> datetime:
    """UTC seconds -> aware datetime."""
    return datetime.fromtimestamp(at, UTC)


def shipping_cost(lines: tuple[Line, ...]) -> int:
    """Cents a buyer pays for sending these lines."""
    return 0 if sum(line.total for line in lines) >= FREE_SHIPPING else SHIPPING


class Visitors:
    """The visits of a plan, met one after the other while shelves empty and prices move."""

    def __init__(self, shop: Shop, book: Book, plan: Day, facts: list[Fact]) -> None:
        self.shop, self.book, self.plan, self.facts = shop, book, plan, facts
        self._rows: Ints = np.zeros(0, dtype=np.int64)
        self._choice: Ints = self._rows
        self._value: Floats = np.zeros(0)
        self._fresh = False

    def prices_moved(self) -> None:
        """Whatever was chosen ahead must be chosen again."""
        self._fresh = False

    def restocked(self, variant: int) -> None:
        """A variant is back: those who like it best among what there is will now take it."""
        if not self._fresh:
            return
        price = self.book.price[variant] / 100.0
        value = demand.value_of(self.shop, self.plan.tastes, self._rows, variant, price)
        wins = value > self._value
        self._choice = np.where(wins, variant, self._choice)
        self._value = np.where(wins, value, self._value)

    def meet(self, number: int, last: int) -> None:
        """Live through one visit; `last` is where the stretch ends for which choices are ahead."""
        starts = self.plan.visits.starts
        if not self._fresh:
            self._rows = np.arange(starts[number], starts[last])
            self._choice, self._value = self._choose(self._rows)
            self._fresh = True
        basket: dict[int, int] = {}
        for row in range(int(starts[number]), int(starts[number + 1])):
            self._add(basket, row)
        if basket:
            self._checkout(number, instant(int(self.plan.seconds[number])), basket)

    def _choose(self, rows: Ints) -> tuple[Ints, Floats]:
        book = self.book
        return demand.choices(self.shop, self.plan.tastes, rows, book.euros(), book.in_stock())

    def _add(self, basket: dict[int, int], row: int) -> None:
        variant = int(self._choice[row - int(self._rows[0])])
        if variant != demand.NOTHING and not self.book.available(variant, 1):
            variant = int(self._choose(np.array([row]))[0][0])
        if variant == demand.NOTHING:
            return
        chance, u = float(self.shop.several[variant]), float(self.plan.visits.amount[row])
        units = 1
        if u < chance:
            units += 1 + sum(u < chance * part for part in (0.4, 0.15, 0.05))
        basket[variant] = self.book.available(variant, basket.get(variant, 0) + units)

    def _checkout(self, number: int, at: datetime, basket: dict[int, int]) -> None:
        visits, key = self.plan.visits, f"{self.plan.day}/{number}"
        buyer = person(self.shop.seed, *visits.who[number])
        u = self.plan.checkout[number].tolist()
        lines = self.lines(basket)
        leaving = 0.20 + 0.04 * max(0.0, float(self.plan.hours[number]) - 21.0)
        leaving += 0.08 if shipping_cost(lines) else 0.0
        if u[0] < leaving:
            self.facts.append(CheckoutAbandoned(at, key, buyer, lines))
            if u[1] < 0.14:
                back = at + timedelta(hours=1 + int(47 * u[2]))
                wish = [[line.variant, line.quantity] for line in lines]
                payload = {"key": key, "lines": wish, "person": buyer.key}
                self.book.push(back, f"recover/{key}", "recover", payload)
            return
        welcome = bool(visits.first[number] and u[3] < 0.22)
        bought = self.lines(basket, WELCOME_CUT) if welcome else lines
        self.order(at, key, buyer, bought, self.plan.aftermath[number].tolist())

    def lines(self, basket: dict[int, int], cut: float = 0.0) -> tuple[Line, ...]:
        """Order lines at the prices of this moment, less a fraction `cut`."""
        price = self.book.price
        return tuple(Line(v, q, price[v], round(price[v] * q * cut)) for v, q in basket.items())

    def order(
        self,
        at: datetime,
        key: str,
        buyer: Person,
        lines: tuple[Line, ...],
        draws: Sequence[float],
    ) -> None:
        """An honest order and all that will follow it; `draws` are its DRAWS uniforms."""
        code = WELCOME_CODE if any(line.discount for line in lines) else ""
        risk = "MEDIUM" if draws[6] < 0.025 else "LOW"
        self.place(OrderPlaced(at, key, buyer, lines, shipping_cost(lines), code, risk=risk))
        for entry in follow(self.shop, at, lines, draws):
            self.follow(key, lines, entry)

    def place(self, order: OrderPlaced) -> None:
        """Record an order and take its units off the shelves."""
        self.facts.append(order)
        for line in order.lines:
            self.book.sell(int(order.at.timestamp()), line.variant, line.quantity)

    def follow(self, key: str, lines: tuple[Line, ...], entry: Followed) -> None:
        """Put what follows an order on the agenda; returned lines carry their variant."""
        payload = {
            "order": key,
            "lines": [[*part, lines[part[0]].variant] for part in entry.lines],
            "goodwill": entry.goodwill,
            "note": entry.note,
        }
        self.book.push(entry.at, f"{entry.kind}/{key}", entry.kind, payload)
