"""Orders by customer and store-local day, and what lifetime models and scores read of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from royal_platform.commerce.customers.lifetime import Occasions
from royal_platform.commerce.customers.special import Floats

Ints = npt.NDArray[np.int64]
_WEEK = 7
# More than any date's ordinal.
_DAYS = 4_000_000


@dataclass(frozen=True, slots=True)
class Purchases:
    """One row per order: ``customer`` is a place in ``customer_ids``, ``day`` a date's ordinal.

    ``amount`` is the order's net value in the store's currency, NaN where it is in another one:
    such an order happened, its value is not known. Orders may stand in any sequence.
    """

    customer_ids: tuple[str, ...]
    customer: Ints
    day: Ints
    amount: Floats

    def until(self, last: date) -> Purchases:
        """Those up to and with the day ``last``; customers keep their places."""
        kept = self.day <= last.toordinal()
        return Purchases(self.customer_ids, self.customer[kept], self.day[kept], self.amount[kept])


@dataclass(frozen=True, slots=True)
class Histories:
    """Customers with an order, one place each; ``places`` are theirs in ``customer_ids``.

    Orders of one day are one occasion. ``spent`` is NaN, and ``valued`` zero, where no order's
    value is known; ``mean`` is per order whose value is known and never below zero.
    """

    places: Ints
    occasions: Occasions
    orders: Ints
    last_day: Ints
    valued: Ints
    spent: Floats
    mean: Floats


def histories(purchases: Purchases, today: date) -> Histories:
    """What is known of everybody who ordered up to ``today``, which ages are counted to."""
    seen = purchases.until(today)
    places, owner = np.unique(seen.customer, return_inverse=True)
    size = len(places)
    first = np.full(size, np.iinfo(np.int64).max)
    last = np.zeros(size, dtype=np.int64)
    np.minimum.at(first, owner, seen.day)
    np.maximum.at(last, owner, seen.day)
    repeats = ordering_days(owner, seen.day, size) - 1
    known = np.isfinite(seen.amount)
    valued = np.bincount(owner[known], minlength=size)
    total = np.bincount(owner[known], weights=seen.amount[known], minlength=size)
    spent = np.where(valued > 0, total, np.nan)
    return Histories(
        places=places,
        occasions=Occasions(
            frequency=repeats.astype(np.float64),
            recency=(last - first) / _WEEK,
            age=(today.toordinal() - first) / _WEEK,
        ),
        orders=np.bincount(owner, minlength=size),
        last_day=last,
        valued=valued,
        spent=spent,
        mean=np.maximum(total / np.maximum(valued, 1), 0),
    )


def ordering_days(customer: Ints, day: Ints, customers: int) -> Ints:
    """On how many different days each of ``customers`` places ordered."""
    # One number per pair sorts several times faster than rows of two do.
    pairs = np.unique(customer * _DAYS + day)
    return np.bincount(pairs // _DAYS, minlength=customers)
