"""Sales of a variant by the merchant's days, and the money of one order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from royal_platform.commerce.shared.model import Money

# How the tag of an order begins that makes good lost goods of another, whose id follows.
REPLACES = "reship-of:"


@dataclass(frozen=True, slots=True)
class VariantDay:
    """One variant's sales on one store-local day.

    ``revenue`` is after discounts and, where the store's prices include tax, with tax;
    ``returned_units`` counts units refunded on this day, whenever they were sold. ``gross`` is
    the same revenue before discounts, None where it is not known: it shows the asked price, which
    a customer's discount code does not move. ``foreign``: the store sold in another currency than
    it does now; both are 0 then, which says of no price what it was.
    """

    variant_id: str
    day: date
    units: int
    revenue: Decimal
    returned_units: int = 0
    gross: Decimal | None = None
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """What was paid for an order and given back, in the store's ``currency``.

    ``paid_by`` is the payment a refund goes back to, as (transaction id, gateway); None when it is
    not known. ``is_foreign``: it was paid in another currency than the store's. By order line,
    where the store was asked: ``refundable`` are units that were not paid back, ``waiting`` those
    of them that have not left.
    """

    id: str
    name: str
    customer_id: str | None
    currency: str
    received: Decimal
    refunded: Decimal
    paid_by: tuple[str, str] | None
    is_foreign: bool
    refundable: Mapping[str, int] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)

    @property
    def left(self) -> Decimal:
        """What can still be given back."""
        return self.received - self.refunded


@dataclass(frozen=True, slots=True)
class PaidBack:
    """Units by order line that money goes back for, and whether what shipping cost does too.

    They are no longer part of the order, and nothing of them goes back on a shelf.
    """

    goods: Mapping[str, int]
    shipping: bool = False


@dataclass(frozen=True, slots=True)
class OpenedReturn:
    """A return of the order; ``lasting`` until it is cancelled or declined.

    ``exchanged``: units by variant that go out for what comes back.
    """

    id: str
    note: str
    lasting: bool
    closed: bool
    exchanged: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderParcels:
    """What of an order was sent and may come back: units by order line, and its returns.

    ``refunded`` is what was given back for it, in the store's currency.
    """

    order_id: str
    cancelled: bool
    refunded: Decimal
    returnable: Mapping[str, int]
    returns: tuple[OpenedReturn, ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """A variant as the live store sells it now; ``available`` None where no units are counted."""

    variant_id: str
    price: Money
    available: int | None


@dataclass(frozen=True, slots=True)
class Replacement:
    """An order that sends lost goods again. ``mark`` is the decision's id, ``left`` some of it."""

    id: str
    mark: str
    standing: bool
    left: bool


@dataclass(frozen=True, slots=True)
class Replaceable:
    """What of an order left and was not paid back: units by order line, and what replaces it."""

    order_id: str
    cancelled: bool
    refunded: bool
    sent: Mapping[str, int]
    replacements: tuple[Replacement, ...]
