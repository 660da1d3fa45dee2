"""An order on its way to the customer: where it may come from, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from royal_platform.commerce.security.order_facts import OrderFacts
from royal_platform.commerce.suppliers.model import Recipient

# The source that is the merchant's own shelf.
OWN = "own"


class Outcome(StrEnum):
    """What became of an order, as far as fraud goes."""

    BAD = "bad"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class Judgeable:
    """An order as the store tells of it now: facts for its risk, and what became of it.

    ``outcome`` None: not known yet; ``why`` is a word for it (``chargeback``, ``fraud_cancel``).
    ``delivered_at``: when the last of its parcels arrived, None while one is under way or the
    carrier does not tell.
    """

    facts: OrderFacts
    outcome: Outcome | None = None
    why: str | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShippingAddress:
    """Where an order goes, field by field as the store keeps it; ``country`` is ISO 3166-1."""

    first_name: str | None
    last_name: str | None
    company: str | None
    address1: str | None
    address2: str | None
    postal_code: str | None
    city: str | None
    province: str | None
    country: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class OrderState:
    """An order in the live store, as far as fulfilling goes.

    ``remaining`` are units that still wait, by order line; ``tracking`` the parcel numbers it has;
    ``held`` by us, ``held_by_others`` by somebody else; ``address`` is where it goes, None where
    it has none.
    """

    order_id: str
    name: str
    paid: bool
    cancelled: bool
    held: bool
    held_by_others: bool
    remaining: Mapping[str, int]
    tracking: frozenset[str]
    customer_id: str | None
    recipient: Recipient | None
    address: ShippingAddress | None = None


@dataclass(frozen=True, slots=True)
class Shipment:
    """What left: units by order line, and how the parcel can be followed."""

    lines: Mapping[str, int]
    number: str
    carrier: str | None = None
    url: str | None = None
    notify_customer: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Units of one order line that wait to be sent; ``value`` of one unit without discounts."""

    line_id: str
    variant_id: str | None
    title: str
    quantity: int
    value: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Option:
    """One way to serve a line. Costs are of one unit in the store's currency, without tax.

    ``capacity`` units can be had (None: it does not say), from ``minimum`` on. ``arrives_by`` is
    its promise. ``on_time`` is the cautious share of promises it keeps (the low end of the 80 %
    interval), None while unknown.
    """

    source: str
    source_name: str
    line_id: str
    article: str
    unit_cost: Decimal
    shipping: Decimal | None
    arrives_by: datetime
    capacity: int | None = None
    minimum: int = 1
    on_time: float | None = None

    @property
    def landed(self) -> Decimal:
        """Cost and shipping of one unit; unknown shipping counts as none."""
        return self.unit_cost + (self.shipping or Decimal(0))


@dataclass(frozen=True, slots=True)
class Left:
    """An option that was not taken, and why."""

    option: Option
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """Units of a line from one source; ``expected_cost`` counts what lateness may cost."""

    option: Option
    quantity: int
    expected_cost: Decimal


@dataclass(frozen=True, slots=True)
class Route:
    """How an order is served: its parts, what was passed over, and what nobody can serve.

    ``promised_at`` is when the last parcel is promised to arrive, None without any part.
    """

    parts: tuple[Part, ...]
    left: tuple[Left, ...]
    unserved: tuple[Wanted, ...]
    promised_at: datetime | None

    @property
    def sources(self) -> tuple[str, ...]:
        """Where parcels come from, each once."""
        return tuple(dict.fromkeys(part.option.source for part in self.parts))


class Trouble(StrEnum):
    """What can go wrong between the order and the door."""

    LATE = "late"
    STUCK = "stuck"
    LOST = "lost"
    PARTIAL = "partial"
    REFUSED = "refused"
    UNSERVED = "unserved"


@dataclass(frozen=True, slots=True)
class Snag:
    """A trouble with one parcel or order: since when, why we think so, and what can be done."""

    trouble: Trouble
    since: datetime
    reason: str
    remedy: str
    reference: str | None = None
