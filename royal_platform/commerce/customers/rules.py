"""RFM scores and the retention of cohorts: counts, without a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from royal_platform.commerce.customers.histories import Histories, Ints
from royal_platform.commerce.customers.special import Floats

_FIFTHS = 5
_YEAR = 12


@dataclass(frozen=True, slots=True)
class Scores:
    """RFM from 1 to 5, 5 the best fifth; ``monetary`` 0 where spending is not known."""

    recency: Ints
    frequency: Ints
    monetary: Ints


def rfm(seen: Histories) -> Scores:
    """Fifths of the store's customers by latest order, number of orders and net spending."""
    known = np.isfinite(seen.spent)
    monetary = np.zeros(len(seen.places), dtype=np.int64)
    monetary[known] = fifths(seen.spent[known])
    return Scores(fifths(seen.last_day), fifths(seen.orders), monetary)


def fifths(values: Ints | Floats) -> Ints:
    """The fifth that each value's mid-rank falls in, 1 to 5: equal values score alike.

    With most customers at one order, all of those share the score of the middle of their ranks.
    """
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    below = np.cumsum(counts) - counts
    middle = (below + counts / 2) / max(len(values), 1)
    scores: Ints = np.clip(np.ceil(middle * _FIFTHS), 1, _FIFTHS).astype(np.int64)[place]
    return scores


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month of the store."""

    year: int
    month: int

    def plus(self, months: int) -> Month:
        """The month that many later."""
        year, month = divmod(self.year * _YEAR + self.month - 1 + months, _YEAR)
        return Month(year, month + 1)

    def until(self, later: Month) -> int:
        """How many months later ``later`` is."""
        return (later.year - self.year) * _YEAR + later.month - self.month

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True)
class CohortCell:
    """Customers of the cohort ``first`` who ordered in ``month``, and their net sales then.

    ``net`` None: orders in another currency are among them.
    """

    first: Month
    month: Month
    customers: int
    net: Decimal | None


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those whose first order fell in ``first``.

    ``active[k]`` of ``size`` customers ordered in the k-th month after (0 is the first, so all),
    ``net[k]`` is what the cohort has spent up to its end. The last entry is this month's, which
    is not over. A month ahead has no entry: it is not known, which is not zero.
    """

    first: Month
    size: int
    active: tuple[int, ...]
    net: tuple[Decimal | None, ...]


def cohorts(cells: Sequence[CohortCell], this_month: Month, newest: int = 12) -> list[Cohort]:
    """The ``newest`` months' cohorts up to ``this_month``, oldest first; empty ones left out."""
    by_first: dict[Month, dict[int, CohortCell]] = {}
    for cell in cells:
        if cell.first <= cell.month <= this_month:
            by_first.setdefault(cell.first, {})[cell.first.until(cell.month)] = cell
    return [
        _cohort(first, by_first[first], first.until(this_month))
        for first in sorted(by_first)
        if first.until(this_month) < newest
    ]


def _cohort(first: Month, cells: dict[int, CohortCell], months: int) -> Cohort:
    active = [cells[k].customers if k in cells else 0 for k in range(months + 1)]
    net: list[Decimal | None] = []
    running: Decimal | None = Decimal(0)
    for k in range(months + 1):
        added = cells[k].net if k in cells else Decimal(0)
        running = None if running is None or added is None else running + added
        net.append(running)
    return Cohort(first, active[0], tuple(active), tuple(net))
