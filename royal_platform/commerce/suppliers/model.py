"""Offers, supplier orders, and a supplier's promise beside what happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from royal_platform.commerce.shared.model import Money

# ``stopped``: the supplier makes nothing until somebody mends the order there, and may go on then.
# By mail only: ``unconfirmed`` is sent and not answered, ``in_doubt`` perhaps sent, of
# ``cancel_asked`` the supplier has not said yet whether it still can.
OrderStatus = Literal[
    "unconfirmed", "in_doubt", "cancel_asked",
    "accepted", "stopped", "partial", "shipped", "delivered", "cancelled", "refused",
]  # fmt: skip
# Nothing more is heard of these.
CLOSED: frozenset[str] = frozenset({"delivered", "cancelled", "refused"})
# It will not come, and: it has left.
GONE: frozenset[str] = frozenset({"cancelled", "refused"})
LEFT: frozenset[str] = frozenset({"shipped", "delivered"})
# Mailed, and no answer to that mail is known.
UNANSWERED: frozenset[str] = frozenset({"unconfirmed", "in_doubt"})


@dataclass(frozen=True, slots=True)
class Offer:
    """What a supplier asks for one of its articles. None = it does not say; never zero.

    ``cost`` and ``shipping`` are for one unit, without tax. ``lead_days_*`` count days from order
    to delivery, the fewest and the most that are promised. ``sku`` is the store's own, by which
    the article is matched with a variant.
    """

    supplier_id: str
    supplier_sku: str
    title: str
    cost: Money | None = None
    shipping: Money | None = None
    lead_days_low: int | None = None
    lead_days_high: int | None = None
    stock: int | None = None
    minimum_order: int | None = None
    pack_size: int | None = None
    sku: str | None = None
    barcode: str | None = None
    retail_price: Money | None = None
    brand: str | None = None
    category: str | None = None
    description: str | None = None
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class OfferVersion:
    """An offer as it stood from ``since`` until ``until`` (None: it stands now).

    ``variant_id`` is the store's variant it is matched with; ``withdrawn`` says that the supplier
    no longer lists the article. ``unread``: why the last reading could not read it, and it stands
    as it was known before; None when it could.
    """

    offer: Offer
    version: int
    since: datetime
    until: datetime | None
    variant_id: str | None
    withdrawn: bool = False
    unread: str | None = None


@dataclass(frozen=True, slots=True)
class OrderedFrom:
    """Whom goods are ordered from.

    ``by_wire``: it has a desk that takes customers' orders; ``by_mail``: as a person said, what is
    approved for the shelf is mailed. ``serves_by_mail``: where it takes customers' orders by mail,
    as a person said; None: it does not.
    """

    supplier_id: str
    name: str
    by_wire: bool = False
    by_mail: bool = False
    serves_by_mail: str | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where the goods shall go; ``province`` by its code within the country."""

    name: str
    address1: str
    city: str
    postal_code: str
    country: str
    address2: str | None = None
    province: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class OrderLine:
    """Units of one of the supplier's articles; ``unit_cost`` as it was offered."""

    supplier_sku: str
    quantity: int
    unit_cost: Money | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """An order to be placed; ``reference`` is ours, unique for ever, and goes with it.

    ``recipient`` None: to the address that the supplier knows as the merchant's.
    """

    reference: str
    lines: tuple[OrderLine, ...]
    recipient: Recipient | None = None


@dataclass(frozen=True, slots=True)
class Tracking:
    """How a parcel can be followed."""

    number: str
    carrier: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class StatedLine:
    """What a supplier says became of one of its articles in an order, in units of zero or more.

    ``shipped`` have left it and ``gone`` will not come; what is left of the order is promised.
    """

    supplier_sku: str
    shipped: int
    gone: int


@dataclass(frozen=True, slots=True)
class SupplierOrder:
    """An order as the supplier states it now. ``total`` with shipping, without tax.

    ``lines`` is None where the supplier does not say what became of them. ``unread`` says what of
    it the supplier told unreadably: that is unknown, and None here.
    """

    reference: str
    supplier_reference: str
    status: OrderStatus
    promised_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    total: Money | None = None
    tracking: Tracking | None = None
    lines: tuple[StatedLine, ...] | None = None
    unread: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Promise:
    """One order's promise and what became of it."""

    placed_at: datetime
    promised_at: datetime | None
    delivered_at: datetime | None
    status: str


@dataclass(frozen=True, slots=True)
class SupplierHours:
    """When a supplier begins orders, where it differs from the merchant: None = it does not.

    ``cutoff_hour`` in the store's zone; ``working_days`` as a person types them: ``mon tue``.
    """

    cutoff_hour: int | None = None
    working_days: str | None = None


@dataclass(frozen=True, slots=True)
class Reliability:
    """How a supplier keeps its word, from orders whose promised time is known and over.

    ``share`` is the fraction delivered in time with its 80 % interval; None without such orders.
    ``mean_delay_days`` is over delivered orders, negative when early; ``mean_lead_days`` and
    ``sd_lead_days`` are of what was delivered. ``overdue`` orders count as late already.
    """

    judged: int
    on_time: int
    overdue: int
    share: float | None
    low: float | None
    high: float | None
    mean_delay_days: float | None
    mean_lead_days: float | None
    sd_lead_days: float | None
