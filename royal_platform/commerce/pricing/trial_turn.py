"""Whose turn it is in a price test: the next price, the price to put back, or nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

OTHER_PRICE, GONE = "changed_by_other", "gone"


@dataclass(frozen=True, slots=True)
class Turn:
    """``week`` counts from 0, None when the test is over; ``price`` None leaves the price alone."""

    week: int | None
    price: Decimal | None
    reason: str | None = None


def turn(
    weeks: Sequence[Decimal], before: Decimal, price: Decimal | None, *, week: int, stopped: bool
) -> Turn:
    """The step to take in ``week`` of a test with the price of each week and the one before it.

    ``price`` is the one in force, None where the variant is gone. A price that is none of the
    test's was set by somebody else: the test ends, and theirs stays.
    """
    if price is None:
        return Turn(None, None, GONE)
    if price not in {before, *weeks}:
        return Turn(None, None, OTHER_PRICE)
    if stopped or week >= len(weeks):
        return Turn(None, before if price != before else None)
    return Turn(week, weeks[week] if price != weeks[week] else None)
