"""What happens besides visits: parcels, refunds, deliveries, the merchant's desk, fraud rings."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from store_sandbox.world import merchant
from store_sandbox.world.aftermath import DRAWS, Followed, shipping_time
from store_sandbox.world.book import Book
from store_sandbox.world.calendar import at_local, local_day, next_workday
from store_sandbox.world.customers import person
from store_sandbox.world.draws import uniform, uniforms
from store_sandbox.world.facts import (
    ChargedBack,
    CheckoutRecovered,
    Fact,
    LineReturned,
    OrderPlaced,
    OrderRefunded,
    OrderShipped,
    PriceChanged,
    StockArrived,
    StockOrdered,
)
from store_sandbox.world.fraud import Attempt
from store_sandbox.world.merchant import Habit
from store_sandbox.world.shop import Shop
from store_sandbox.world.visitors import Visitors, shipping_cost

Tags = Callable[[date], list[tuple[int, int]]]


class Happenings:
    """Handlers of everything due, acting on the book and telling the visitors what changed."""

    def __init__(
        self, shop: Shop, origin: date, tags: Tags, habits: tuple[Habit, ...], visitors: Visitors
    ) -> None:
        self.shop, self.origin, self.tags, self.habits = shop, origin, tags, habits
        self.visitors = visitors
        self.book: Book = visitors.book
        self.facts: list[Fact] = visitors.facts
        self._handlers: dict[str, Callable[[datetime, dict[str, Any]], None]] = {
            "ship": self._ship,
            "cancel": self._cancel,
            "refund": self._refund,
            "arrive": self._arrive,
            "recover": self._recover,
            "dispute": self._dispute,
        }

    def due(self, at: datetime, kind: str, payload: dict[str, Any]) -> None:
        """Something from the agenda."""
        self._handlers[kind](at, payload)

    def fixed(self, at: datetime, kind: str, number: int) -> None:
        """Something from the day's plan."""
        if kind == "prices":
            self._reprice(at)
        elif kind == "review":
            self._review(at)
        else:
            self._attempt(at, self.visitors.plan.attempts[number])

    def _ship(self, at: datetime, payload: dict[str, Any]) -> None:
        self.facts.append(OrderShipped(at, payload["order"]))

    def _cancel(self, at: datetime, payload: dict[str, Any]) -> None:
        self._refund(at, payload, payload.get("reason", "CUSTOMER"))

    def _refund(self, at: datetime, payload: dict[str, Any], reason: str = "") -> None:
        returned = []
        for line, quantity, restocked, variant in payload["lines"]:
            returned.append(LineReturned(payload["order"], line, quantity, restocked))
            if restocked:
                self._shelve(variant, quantity)
        note, goodwill = payload["note"], payload["goodwill"]
        fact = OrderRefunded(at, payload["order"], tuple(returned), note, reason, goodwill)
        self.facts.append(fact)

    def _arrive(self, at: datetime, payload: dict[str, Any]) -> None:
        variant, ordered = payload["variant"], payload["ordered"]
        self.book.incoming[variant] -= ordered
        self._shelve(variant, payload["quantity"])
        self.facts.append(StockArrived(at, variant, ordered, payload["quantity"]))

    def _shelve(self, variant: int, quantity: int) -> None:
        empty = not self.book.available(variant, 1)
        self.book.stock[variant] += quantity
        if empty and self.book.available(variant, 1):
            self.visitors.restocked(variant)

    def _recover(self, at: datetime, payload: dict[str, Any]) -> None:
        basket = {v: self.book.available(v, q) for v, q in payload["lines"]}
        basket = {v: q for v, q in basket.items() if q}
        if not basket:
            return
        day, row = payload["person"].split("/")
        buyer = person(self.shop.seed, date.fromisoformat(day), int(row))
        self.facts.append(CheckoutRecovered(at, payload["key"]))
        key, lines = f"{payload['key']}/back", self.visitors.lines(basket)
        draws = uniforms(self.shop.seed, "aftermath", key, DRAWS).tolist()
        self.visitors.order(at, key, buyer, lines, draws)

    def _dispute(self, at: datetime, payload: dict[str, Any]) -> None:
        self.facts.append(ChargedBack(at, payload["order"], payload["ring"]))

    def _reprice(self, at: datetime) -> None:
        today = local_day(at)
        if today <= self.origin:
            return
        before, after = self.tags(today - timedelta(days=1)), self.tags(today)
        for variant, (old, new) in enumerate(zip(before, after, strict=True)):
            shown = (self.book.price[variant], self.book.compare_at[variant])
            if old == new or shown != old:
                continue  # nothing to do, or somebody else set this price: hands off
            self.book.price[variant], self.book.compare_at[variant] = new
            self.facts.append(PriceChanged(at, variant, *new))
            self.visitors.prices_moved()

    def _review(self, at: datetime) -> None:
        today = local_day(at)
        days = min(merchant.MEMORY_DAYS, max(14, (today - self.origin).days))
        sold = self.book.sold(int(at.timestamp()) - days * 86400)
        attention = uniforms(self.shop.seed, "attention", today, len(self.habits))
        for variant, habit in enumerate(self.habits):
            if not self.book.offered[variant] or self.book.unlimited[variant]:
                continue
            position = self.book.stock[variant] + self.book.incoming[variant]
            weekly = sold[variant] * 7.0 / days
            quantity = merchant.reorder(habit, weekly, position, float(attention[variant]))
            if quantity:
                self._send(at, today, variant, quantity)

    def _send(self, at: datetime, today: date, variant: int, quantity: int) -> None:
        key = f"{today}/{variant}"
        days, fraction = merchant.delivery(self.shop.seed, key, self.habits[variant])
        arrival = today + timedelta(days=round(days))
        if arrival.weekday() >= 5:
            arrival = next_workday(arrival)
        hour = 9.0 + 5.0 * uniform(self.shop.seed, "van", key)
        arrived = max(1, int(quantity * fraction))
        payload = {"variant": variant, "ordered": quantity, "quantity": arrived}
        self.book.push(at_local(arrival, hour), f"arrive/{key}", "arrive", payload)
        self.book.incoming[variant] += quantity
        self.facts.append(StockOrdered(at, variant, quantity))

    def _attempt(self, at: datetime, attempt: Attempt) -> None:
        for variant in attempt.wish:
            quantity = self.book.available(variant, attempt.quantity)
            if not quantity:
                continue
            lines = self.visitors.lines({variant: quantity})
            cost, ring = shipping_cost(lines), attempt.ring
            u = uniform(self.shop.seed, "risk", attempt.key)
            risk = "HIGH" if u < 0.45 else "MEDIUM" if u < 0.8 else "LOW"
            order = OrderPlaced(at, attempt.key, attempt.person, lines, cost, "", ring, risk)
            self.visitors.place(order)
            self._aftermath_of_fraud(at, attempt, order)
            return

    def _aftermath_of_fraud(self, at: datetime, attempt: Attempt, order: OrderPlaced) -> None:
        key, u = attempt.key, uniform(self.shop.seed, "noticed", attempt.key)
        shipped = shipping_time(at, u)
        if attempt.caught:
            noticed = at + (shipped - at) * (0.2 + 0.7 * u)
            returned = [[0, order.lines[0].quantity, True, order.lines[0].variant]]
            payload = {"order": key, "lines": returned, "goodwill": 0, "note": "Cancelled"}
            self.book.push(noticed, f"cancel/{key}", "cancel", {**payload, "reason": "FRAUD"})
            return
        self.visitors.follow(key, order.lines, Followed(shipped, "ship"))
        later = at + timedelta(days=attempt.dispute_days)
        payload = {"order": key, "ring": attempt.ring}
        self.book.push(later, f"dispute/{key}", "dispute", payload)
