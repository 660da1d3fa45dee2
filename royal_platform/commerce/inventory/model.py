"""Stock as the store counts it, purchase orders, and advice to reorder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from royal_platform.commerce.decisions.model import Proposal
from royal_platform.commerce.forecasting.model import Floats
from royal_platform.commerce.shared.model import Money


@dataclass(frozen=True, slots=True)
class StockLevel:
    """Stock of one inventory item at one location; None = the store does not say."""

    variant_id: str
    inventory_item_id: str
    location_id: str
    available: int | None
    on_hand: int | None
    committed: int | None
    incoming: int | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class StockSnapshot:
    """Units available over all locations at the end of a store-local day."""

    variant_id: str
    day: date
    available: int


@dataclass(frozen=True, slots=True)
class PurchaseOrder:
    """Goods asked for from a supplier. ``unit_cost`` None means unknown.

    ``status`` is ordered, received or cancelled; ``received`` counts the units that have come in.
    ``supplier_id`` None: it is not known whom it goes to.
    """

    id: str
    decision_id: str
    variant_id: str
    sku: str | None
    quantity: int
    unit_cost: Money | None
    location_id: str | None
    expected_at: datetime | None
    status: str
    received: int = 0
    supplier_id: str | None = None

    @property
    def outstanding(self) -> int:
        """Units still on their way."""
        closed = self.status in {"received", "cancelled"}
        return 0 if closed else max(self.quantity - self.received, 0)


@dataclass(frozen=True, slots=True)
class SupplierCalendar:
    """When a supplier takes orders and delivers: weekdays from Monday on, and days it is closed."""

    weekdays: tuple[bool, ...] = (True,) * 7
    holidays: tuple[date, ...] = ()


ALWAYS_OPEN = SupplierCalendar()


@dataclass(frozen=True, slots=True)
class SupplyTerms:
    """How a supplier delivers: lead time in days (mean and spread), smallest order, pack size.

    ``review_days`` is how often orders are placed, 0 for any day. ``order_cost`` (what one order
    costs whatever its size) and ``holding_percent`` (of the goods' cost, a year) are None while
    unknown. ``source`` says where the lead time comes from, so an assumption is never taken for a
    fact: ``policy``, ``entered``, or whose offer; ``observed`` counts the deliveries it has
    learned from. ``unit_cost`` is what the supplier asks, in the store's currency; None = no offer
    says.
    """

    lead_time_days: Decimal
    lead_time_sd_days: Decimal
    minimum_order: int = 1
    pack_size: int = 1
    review_days: int = 7
    source: str = "policy"
    observed: int = 0
    calendar: SupplierCalendar = ALWAYS_OPEN
    order_cost: Money | None = None
    holding_percent: Decimal | None = None
    unit_cost: Money | None = None


@dataclass(frozen=True, slots=True)
class LeadTimeDemand:
    """Units asked for in stretches of days: means and standard deviations, of one shape."""

    mean: Floats
    sd: Floats


@dataclass(frozen=True, slots=True)
class EnteredTerms:
    """What a person said about a supplier or one variant; None leaves a point as it was."""

    lead_time_days: Decimal | None = None
    lead_time_sd_days: Decimal | None = None
    minimum_order: int | None = None
    pack_size: int | None = None
    review_days: int | None = None
    weekdays: tuple[bool, ...] | None = None
    holidays: tuple[date, ...] | None = None
    order_cost: Money | None = None
    holding_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """How long one purchase order took: days from ordering to its units' arrival, on average."""

    variant_id: str
    days: float


@dataclass(frozen=True, slots=True)
class ReorderAdvice:
    """Order ``quantity`` units now; ``wanted`` is what the levels ask for where money is short.

    ``reorder_point`` is s, ``order_up_to`` is S; ``position`` is what is available plus on its
    way; ``days_of_cover`` counts what is available, None beyond half a year. ``lost_*`` are units
    expected to be lost (80 % interval) if this order is not placed.
    """

    quantity: int
    wanted: int
    reorder_point: float
    order_up_to: float
    position: int
    days_of_cover: int | None
    lost_point: float
    lost_low: float
    lost_high: float


@dataclass(frozen=True, slots=True)
class Budget:
    """Money for goods, in the store's currency: ``total`` for all, ``each`` for one order."""

    total: Decimal
    each: Decimal


@dataclass(frozen=True, slots=True)
class StockRisk:
    """How one variant's stock stands against its demand.

    ``cover_*`` are days until it is gone (likeliest, 80 % interval), None beyond half a year;
    ``runs_out`` the probability (0 to 1) that what is left and on its way is gone before an order
    of today arrives; ``order_by`` the last working day of the supplier on which an order keeps the
    service level, None beyond half a year, and ``late`` that it has passed. ``lost_ahead`` are
    units lost without an order of today, ``lost_before`` those of the last 13 weeks (None: the
    sales say nothing). ``at_stake`` is what ``lost_ahead`` would bring, ``tied_up`` what the stock
    cost (None: cost unknown). ``abc`` and ``xyz`` as in ``classes``; ``dead``: unsold for 13 weeks.
    """

    variant_id: str
    title: str
    vendor: str | None
    available: int
    on_order: int
    per_week: float
    cover: int | None
    cover_low: int | None
    cover_high: int | None
    runs_out: float
    order_by: date | None
    late: bool
    reorder_point: float
    order_up_to: float
    wanted: int
    lost_ahead: float
    lost_before: float | None
    at_stake: Money
    tied_up: Money | None
    abc: str
    xyz: str | None
    dead: bool
    terms: SupplyTerms


@dataclass(frozen=True, slots=True)
class Unseen:
    """Why nothing is said about a variant's stock: a stable ``reason`` and a sentence."""

    variant_id: str
    title: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class ReorderOutcome:
    """Proposals, the most valuable first, and the variants that could not be judged."""

    proposals: tuple[Proposal, ...]
    unseen: tuple[Unseen, ...]
    enough: int
