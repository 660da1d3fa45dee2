"""What became of each week of a price test: its price stood, or why it did not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from royal_platform.commerce.decisions.model import Status
from royal_platform.commerce.pricing.trial_reading import stood

# coming; held: the drawn price was in force; under_way: it is being set; waiting: for a person;
# denied, expired, failed: it was never set; changed: set, and then another price came;
# stopped: a stop is in force; missed: nobody was there to set it; ended: the test was over.
WeekState = Literal[
    "coming", "held", "under_way", "waiting", "denied", "expired", "failed", "changed", "stopped",
    "missed", "ended",
]  # fmt: skip
LOST: Mapping[Status, WeekState] = {
    Status.REJECTED: "denied", Status.EXPIRED: "expired", Status.SUPERSEDED: "expired",
    Status.FAILED: "failed", Status.CONFLICTED: "failed",
}  # fmt: skip
_OPEN: Mapping[Status, WeekState] = {
    Status.PROPOSED: "waiting", Status.APPROVED: "under_way", Status.EXECUTING: "under_way",
}  # fmt: skip
_SIX_DAYS = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class PriceSeen:
    """What is known of a test's prices today.

    ``seen`` are the days on which a price was seen to begin, oldest first; ``begun`` counts the
    weeks that were given a turn; ``over`` is the day on which the test ended; ``stopped``: a stop
    holds its turns back.
    """

    today: date
    seen: Sequence[tuple[date, Decimal]]
    begun: int
    over: date | None
    stopped: bool


def week_state(
    number: int, monday: date, price: Decimal, decision: Status | None, known: PriceSeen
) -> WeekState:
    """The state of week ``number`` (from 0); ``decision`` is that of its price, if there was one.

    A week whose price was in force already needs no decision.
    """
    sunday = monday + _SIX_DAYS
    if known.over is not None and known.over <= sunday:
        return "ended" if decision is None else LOST.get(decision, "ended")
    if monday > known.today:
        return "coming"
    if number < known.begun and stood(known.seen, price, monday, min(sunday, known.today)):
        return "held"
    if decision is not None:
        return {**LOST, **_OPEN}.get(decision, "changed")
    if number >= known.begun and known.today <= sunday:
        return "stopped" if known.stopped else "under_way"
    return "missed"


def in_force(seen: Sequence[tuple[date, Decimal]], last: date) -> Decimal | None:
    """The price seen last up to the end of the day ``last``."""
    return next((price for day, price in reversed(seen) if day <= last), None)
