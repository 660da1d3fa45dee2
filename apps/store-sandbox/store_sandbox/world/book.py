"""What the world needs to know of the store at a moment: shelves, price tags, things under way."""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from store_sandbox.world.draws import Floats

# (UTC seconds, unique key, kind, payload that JSON can carry)
Due: TypeAlias = tuple[int, str, str, dict[str, Any]]
Sale: TypeAlias = tuple[int, int, int]  # (UTC seconds, variant, units)


@dataclass(slots=True)
class Book:
    """Mutable state of one pass; variants are indices, money is cents."""

    stock: list[int]
    price: list[int]
    compare_at: list[int]
    incoming: list[int]
    offered: NDArray[np.bool_]
    unlimited: NDArray[np.bool_]
    agenda: list[Due] = field(default_factory=list)
    earlier_sales: Callable[[int], list[Sale]] | None = None  # None: nothing earlier exists
    _recent: deque[Sale] = field(default_factory=deque)

    def push(self, at: datetime, key: str, kind: str, payload: dict[str, Any]) -> None:
        """Put something on the agenda."""
        heapq.heappush(self.agenda, (int(at.timestamp()), key, kind, payload))

    def available(self, variant: int, wanted: int) -> int:
        """How many of `wanted` units can be sold now."""
        if not self.offered[variant]:
            return 0
        return wanted if self.unlimited[variant] else max(0, min(wanted, self.stock[variant]))

    def in_stock(self) -> NDArray[np.bool_]:
        """Which variants can be bought at all."""
        result: NDArray[np.bool_] = self.offered & (self.unlimited | (np.array(self.stock) > 0))
        return result

    def euros(self) -> Floats:
        """Current prices as the choice model reads them."""
        result: Floats = np.array(self.price, dtype=np.float64) / 100.0
        return result

    def sell(self, at: int, variant: int, units: int) -> None:
        """Take units off the shelf and remember the sale."""
        self.stock[variant] -= units
        self._recent.append((at, variant, units))

    def sold(self, since: int) -> list[int]:
        """Units sold per variant from `since` (UTC seconds) on, before this pass and in it."""
        if self.earlier_sales is not None:
            self._recent.extendleft(reversed(self.earlier_sales(since)))
            self.earlier_sales = None
        while self._recent and self._recent[0][0] < since:
            self._recent.popleft()
        totals = [0] * len(self.stock)
        for _, variant, units in self._recent:
            totals[variant] += units
        return totals
