"""A flow, who is in it, and what it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


class Arm(StrEnum):
    """Who gets the messages, and who is only watched: the difference is what the flow changes."""

    TREATED = "treated"
    HOLDOUT = "holdout"


class Place(StrEnum):
    """Where an enrolment stands."""

    WAITING = "waiting"
    DONE = "done"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Step:
    """A message that is due ``wait`` after the customer entered."""

    id: str
    wait: timedelta
    template: str


@dataclass(frozen=True, slots=True)
class Flow:
    """One version of a flow. Caps count messages; the mandate lasts ``window_days``.

    ``audience`` None is every customer; ``stops_on_purchase`` ends it with the next order.
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


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that puts a customer into a flow: ``context`` is what its messages may say."""

    trigger: Trigger
    id: str
    customer_id: str
    at: datetime
    context: Mapping[str, Any]


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
