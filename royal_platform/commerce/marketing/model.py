"""A flow, who is in it, and what it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from royal_platform.commerce.customers.segments import Rule


class Trigger(StrEnum):
    """What puts a customer into a flow."""

    CHECKOUT_ABANDONED = "checkout_abandoned"
    CUSTOMER_CREATED = "customer_created"
    ORDER_PLACED = "order_placed"
    # The customer's next order is expected; waits count from that day, not from the last order.
    ORDER_EXPECTED = "order_expected"
    # What she asked to be told of is there again.
    BACK_IN_STOCK = "back_in_stock"
    # What she had in an order or in a checkout she left costs less.
    PRICE_DROPPED = "price_dropped"
    # Everybody in the audience, once per version.
    CAMPAIGN = "campaign"


class Arm(StrEnum):
    """Who gets the messages, and who is only watched: the difference is what the flow changes."""

    TREATED = "treated"
    HOLDOUT = "holdout"
    # Not to be reached when a campaign went out: known, so that nobody is asked about twice.
    OUTSIDE = "outside"


class Place(StrEnum):
    """Where an enrolment stands."""

    WAITING = "waiting"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Offer:
    """A code of one use for the customer: at most so much off, good for so many days."""

    most_percent: int
    days: int


@dataclass(frozen=True, slots=True)
class Discount:
    """A code as the store has it; ``uses`` are the orders made with it, where it tells."""

    id: str
    code: str
    in_force: bool
    uses: int | None


@dataclass(frozen=True, slots=True)
class CodeWish:
    """A code to be made: a whole percentage off these variants, once, for one customer."""

    code: str
    title: str
    percent: int
    customer_id: str
    variants: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A message that is due ``wait`` after the customer entered; ``offer`` what it may give."""

    id: str
    wait: timedelta
    template: str
    offer: Offer | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """One version of a flow. Caps count messages; the mandate lasts ``window_days``.

    ``audience`` None is every customer; ``stops_on_purchase`` ends it with the next order.
    ``says`` are the author's own words (title, body), for templates that need them.
    """

    id: str
    name: str
    trigger: Trigger
    audience: Rule | None
    stops_on_purchase: bool
    holdout_percent: int
    horizon_days: int
    per_day: int
    total: int
    window_days: int
    steps: tuple[Step, ...]
    says: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that puts a customer into a flow: ``context`` is what its messages may say.

    Waits count from ``waits_from`` where that is another time than ``at``; ``variants`` are the
    goods it is about, where the store tells.
    """

    trigger: Trigger
    id: str
    customer_id: str
    at: datetime
    context: Mapping[str, Any]
    waits_from: datetime | None = None
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A customer in a version of a flow; ``due_at`` None when no message is to come.

    ``revenue`` is what the customer bought within the horizon, in the store's currency.
    """

    id: str
    flow: str
    version: int
    signal_id: str
    customer_id: str
    arm: Arm
    entered_at: datetime
    place: Place
    next_step: str | None
    due_at: datetime | None
    context: Mapping[str, Any]
    why: str | None = None
    revenue: Decimal | None = None
    waits_from: datetime | None = None

    @property
    def begins_at(self) -> datetime:
        """When its waits, and the time in which purchases count, begin."""
        return self.waits_from or self.entered_at


@dataclass(frozen=True, slots=True)
class Lift:
    """What the flow changes per customer, messages against holdout; 95 % interval.

    ``known`` is False until the interval leaves zero or both arms are large enough to say that it
    does not; ``why`` says what is missing.
    """

    treated: int
    holdout: int
    estimate: Decimal | None
    low: Decimal | None
    high: Decimal | None
    total: Decimal | None
    known: bool
    why: str | None
