"""The merchant before any agent: hand-made prices, seasonal campaigns, late reorders.

Price moves come from a calendar settled by the seed, so past prices vary for reasons that have
nothing to do with demand: that is what makes elasticity learnable from the history. The merchant
only moves a price tag that still shows what they last wrote on it.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from store_sandbox.world.draws import normal, uniform, uniforms
from store_sandbox.world.shop import Product, Shop, round_price

PRICE_HOUR = 6.5
REVIEW_HOUR = 8.5
REVIEW_WEEKDAY = 0
MEMORY_DAYS = 56


@dataclass(frozen=True, slots=True)
class Campaign:
    """A yearly campaign: days of one month, needs ("" = all), share of products, price cut."""

    name: str
    month: int
    first: int
    last: int
    needs: tuple[str, ...]
    share: float
    cut: float


CAMPAIGNS = (
    Campaign("rug clearance", 2, 10, 24, ("rugs",), 0.7, 0.25),
    Campaign("spring grooming", 3, 16, 25, ("grooming", "feed"), 0.5, 0.15),
    Campaign("show season", 4, 7, 16, ("clothing", "saddlery", "legs"), 0.4, 0.15),
    Campaign("yard weeks", 5, 11, 20, ("stable", "bits", "bridles"), 0.5, 0.18),
    Campaign("summer sale", 7, 3, 16, (), 0.35, 0.20),
    Campaign("end of the fly season", 9, 1, 12, ("summer",), 0.8, 0.30),
    Campaign("world animal day", 10, 1, 4, ("feed",), 0.7, 0.15),
    Campaign("black friday", 11, 25, 30, (), 0.45, 0.20),
    Campaign("january balance", 1, 4, 15, ("clothing", "footwear", "helmets"), 0.5, 0.22),
)


class PriceBook:
    """What the merchant would have on each price tag on any day, in cents."""

    def __init__(self, shop: Shop, origin: date) -> None:
        self._shop = shop
        self._levels = [[(origin - timedelta(days=1), self._level(p, 0))] for p in shop.products]

    def tags(self, day: date) -> list[tuple[int, int]]:
        """(price, compare-at price or 0) of every variant."""
        result: list[tuple[int, int]] = []
        for number, product in enumerate(self._shop.products):
            level = self._level_on(number, product, day)
            cut = campaign_cut(self._shop.seed, product, day)
            for item in product.items:
                regular = cents(round_price(item.list_price * level))
                if cut:
                    reduced = cents(round_price(item.list_price * level * (1.0 - cut)))
                    result.append((reduced, regular) if reduced < regular else (regular, 0))
                else:
                    result.append((regular, 0))
        return result

    def _level(self, product: Product, number: int) -> float:
        return math.exp(0.10 * normal(self._shop.seed, "price level", f"{product.key}/{number}"))

    def _level_on(self, number: int, product: Product, day: date) -> float:
        levels = self._levels[number]
        while levels[-1][0] <= day:
            count = len(levels)
            u = uniform(self._shop.seed, "price pause", f"{product.key}/{count}")
            begin = levels[-1][0] + timedelta(days=int(50 + 100 * u))
            levels.append((begin, self._level(product, count)))
        for begin, level in reversed(levels):
            if begin <= day:
                return level
        return levels[0][1]


def campaign_cut(seed: int, product: Product, day: date) -> float:
    """The campaign discount of a product on a day, as a fraction; 0 when there is none."""
    for campaign in CAMPAIGNS:
        if campaign.month != day.month or not campaign.first <= day.day <= campaign.last:
            continue
        if campaign.needs and product.kind.need not in campaign.needs:
            continue
        if uniform(seed, campaign.name, f"{product.key}/{day.year}") < campaign.share:
            return campaign.cut
    return 0.0


def cents(price: float) -> int:
    """EUR as a float -> whole cents."""
    return round(price * 100)


@dataclass(frozen=True, slots=True)
class Habit:
    """How the merchant keeps one variant in stock, and how its supplier delivers."""

    trigger_weeks: float
    cover_weeks: float
    pack: int
    lead_days: float


def habits(shop: Shop) -> tuple[Habit, ...]:
    """The merchant's habits for every variant: a little too late, a little too much."""
    u = uniforms(shop.seed, "habit", "all", len(shop.items), 2)
    leads = {
        product.vendor: 5.0 + 17.0 * uniform(shop.seed, "lead time", product.vendor)
        for product in shop.products
    }
    result: list[Habit] = []
    for index, item in enumerate(shop.items):
        product = shop.products[int(shop.product_of[index])]
        pack = 12 if item.cost < 8 else 6 if item.cost < 20 else 2 if item.cost < 60 else 1
        trigger, cover = 1.0 + 2.2 * float(u[index, 0]), 5.0 + 5.0 * float(u[index, 1])
        result.append(Habit(trigger, cover, pack, leads[product.vendor]))
    return tuple(result)


def reorder(habit: Habit, weekly: float, position: int, attention: float) -> int:
    """Units the merchant orders at a weekly look; `attention` is the day's draw for the variant.

    `position` is stock plus what is on its way; one time in four they do not look closely.
    """
    if attention < 0.25 or position > max(1.0, weekly * habit.trigger_weeks):
        return 0
    if weekly < 0.10 and (position > 0 or attention < 0.40):
        return 0
    wanted = max(weekly * habit.cover_weeks - position, 1.0)
    return math.ceil(wanted / habit.pack) * habit.pack


def delivery(seed: int, key: str, habit: Habit) -> tuple[float, float]:
    """(lead time in days, delivered fraction) of one supplier order."""
    u = uniforms(seed, "delivery", key, 2)
    days = habit.lead_days * math.exp(0.35 * normal(seed, "lead time noise", key))
    fraction = 0.5 + 0.4 * float(u[1]) if u[0] < 0.07 else 1.0
    return max(2.0, days), fraction


def opening_stock(shop: Shop, weekly: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> list[int]:
    """Units on the shelf when the history begins: three to nine weeks of demand."""
    u = uniforms(shop.seed, "opening stock", "all", len(shop.items))
    return [
        max(2, round(float(w) * (3.0 + 6.0 * float(x)))) for w, x in zip(weekly, u, strict=True)
    ]
