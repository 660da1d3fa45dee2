"""A day's plan that nothing can change: who comes when, what they like, what is fixed."""

from datetime import date, timedelta

import numpy as np

from store_sandbox.world import demand, fraud, merchant
from store_sandbox.world.aftermath import DRAWS
from store_sandbox.world.calendar import at_local, midnight
from store_sandbox.world.customers import Calendar
from store_sandbox.world.draws import Floats, uniforms
from store_sandbox.world.shop import Shop


class Day:
    """Visits in order of their UTC seconds, and the fixed hours of the merchant and of rings."""

    def __init__(self, shop: Shop, calendar: Calendar, day: date) -> None:
        self.day = day
        self.visits = calendar.visits(day)
        self.tastes = demand.tastes(shop, self.visits)
        self.begin = int(midnight(day).timestamp())
        self.end = int(midnight(day + timedelta(days=1)).timestamp())
        self.hours: Floats = self.visits.hour
        scale = (self.end - self.begin) / 24.0
        self.seconds = self.begin + (self.hours * scale).astype(np.int64)
        count = len(self.seconds)
        self.checkout = uniforms(shop.seed, "checkout", day, count, 4)
        self.aftermath = uniforms(shop.seed, "aftermath", day, count, DRAWS)
        self.attempts = fraud.attempts(shop, day)
        self.fixed = self._fixed_hours()

    def _fixed_hours(self) -> list[tuple[int, str, int]]:
        hours = [(merchant.PRICE_HOUR, "prices", 0)]
        if self.day.weekday() == merchant.REVIEW_WEEKDAY:
            hours.append((merchant.REVIEW_HOUR, "review", 0))
        hours += [(attempt.hour, "fraud", i) for i, attempt in enumerate(self.attempts)]
        return sorted((int(at_local(self.day, h).timestamp()), kind, i) for h, kind, i in hours)

    def quiet(self, low: float, high: float) -> bool:
        """Whether nothing of the plan falls into (low, high], UTC seconds."""
        if any(low < at <= high for at, _, _ in self.fixed):
            return False
        first, last = np.searchsorted(self.seconds, [low, high], side="right")
        return bool(first == last)
