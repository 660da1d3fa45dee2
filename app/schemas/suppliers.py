"""Suppliers, their offers, and promise against fact."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, Field

from app.schemas.common import Given, Model, MoneyOut, PageQuery, Version
from app.schemas.supplier_mail import PurchaseMailOut, SupplierReplyOut
from royal_platform.commerce.suppliers.answers import Said
from royal_platform.suppliers.schemas import FeedSettings, SupplierSettings

Kind = Literal["feed", "printful", "autods", "spocket", "manual"]
_Name = Field(min_length=1, max_length=120, examples=["Northern Tack Wholesale"])


class ReliabilityOut(Model):
    """Promise against fact: ``share`` of ``judged`` orders in time, with its 80 % interval."""

    judged: int
    on_time: int
    overdue: int
    share: float | None
    low: float | None
    high: float | None
    mean_delay_days: float | None
    mean_lead_days: float | None


class SupplierOut(Model):
    """One supplier; ``origin`` sandbox means that it is invented.

    ``address`` is where it takes mail; ``mails_orders``: what is ordered from it for the shelf is
    mailed there; ``serves_by_mail``: customers' orders are.
    """

    id: str
    name: str
    kind: str
    origin: Literal["sandbox", "entered"]
    active: bool
    state: Literal["new", "reading", "ready", "failed"]
    detail: str
    offer_count: int
    fault_count: int
    read_at: datetime | None
    next_due_at: datetime
    takes_orders: bool
    address: str | None
    mails_orders: bool
    serves_by_mail: bool
    reliability: ReliabilityOut


class SupplierList(Model):
    data: list[SupplierOut]


class FaultOut(Model):
    """Why a row of the feed (from 1) was left out, or how one of our orders stands is not known."""

    row: int | None = None
    supplier_sku: str | None = None
    order: str | None = None
    reason: str


class OfferOut(Model):
    """An offer in force since ``since``; ``variant_id`` null: the store does not sell it.

    ``unread`` says why the last reading could not read it: it stands as it was known before.
    """

    supplier_id: str
    supplier_name: str
    supplier_sku: str
    title: str
    variant_id: str | None
    cost: MoneyOut | None
    shipping: MoneyOut | None
    landed: MoneyOut | None
    retail_price: MoneyOut | None
    lead_days_low: int | None
    lead_days_high: int | None
    stock: int | None
    minimum_order: int | None
    pack_size: int | None
    brand: str | None
    category: str | None
    image_url: str | None
    version: int
    since: datetime
    unread: str | None


class SupplierDetail(SupplierOut):
    """With what was entered, the feed's columns, and why rows were left out."""

    version: int
    changed_by: str
    settings: SupplierSettings
    columns: list[str]
    sample: list[dict[str, str]]
    faults: list[FaultOut]


class PreviewOut(Model):
    """What the last read rows are with a column map: before anything is saved."""

    offers: list[OfferOut]
    faults: list[FaultOut]
    guessed: dict[str, str]


class OfferPage(Model):
    data: list[OfferOut]
    next_cursor: str | None
    total: int


class OfferHistory(Model):
    """Every version of one offer, newest first."""

    data: list[OfferOut]


class SupplierOrderOut(Model):
    """An order placed with a supplier; ``delay_days`` against its promise, null while unknown.

    ``mails`` are ours, of an order that went out by mail; ``can_say`` is what a person may enter of
    an answer to it now.
    """

    id: str
    supplier_id: str
    supplier_name: str
    decision_id: str
    order_id: str | None
    status: str
    units: int
    total: MoneyOut | None
    placed_at: datetime
    promised_at: datetime | None
    delivered_at: datetime | None
    delay_days: float | None
    tracking_number: str | None
    tracking_url: str | None
    carrier: str | None
    mails: list[PurchaseMailOut]
    replies: list[SupplierReplyOut]
    can_say: list[Said]


class SupplierOrderPath(BaseModel):
    reference: str


class AnswerIn(Given):
    """What a supplier's mail says of an order that stood as ``seen``.

    ``tracking_number`` goes with shipped, and with nothing else. ``message_id`` is the mail it was
    read in; null when it was told otherwise.
    """

    seen: str = Field(max_length=20)
    said: Said
    supplier_reference: str | None = Field(default=None, min_length=1, max_length=80)
    promised_at: AwareDatetime | None = None
    tracking_number: str | None = Field(default=None, min_length=1, max_length=120)
    carrier: str | None = Field(default=None, min_length=1, max_length=80)
    message_id: str | None = Field(default=None, max_length=80)


class SupplierOrderPage(Model):
    data: list[SupplierOrderOut]
    next_cursor: str | None
    total: int


class SupplierIn(Given):
    """A supplier to enter; its offers count once it is activated."""

    name: str = _Name
    kind: Kind = "feed"
    settings: SupplierSettings


class SupplierChange(Given):
    """``version`` is the one that was edited; another one in force is a 409."""

    version: Version
    name: str = _Name
    active: bool
    settings: SupplierSettings


class PreviewIn(Given):
    feed: FeedSettings


class SupplierPath(BaseModel):
    supplier_id: str


class OneOffer(BaseModel):
    supplier_id: str
    supplier_sku: str


class PurchasePath(BaseModel):
    purchase_order_id: str


class OfferQuery(PageQuery):
    q: str | None = Field(default=None, max_length=200)
    supplier_id: str | None = None
    matched: Literal["all", "yes", "no"] = "all"


class SupplierOrderQuery(PageQuery):
    supplier_id: str | None = None
