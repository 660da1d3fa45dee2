"""Stock at risk, purchase orders with their receipts, and suppliers' terms."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from app.schemas.common import Amount, Given, Model, MoneyOut, PageQuery, Provenance
from app.schemas.supplier_mail import PurchaseMailOut, SupplierReplyOut
from royal_platform.commerce.decisions.purchase_mail import ADDRESS

_DAYS_MAX = 3650
_UNITS_MAX = 1_000_000
# Three digits before and one after the point: what a lead time has.
Days = Annotated[Decimal, Field(ge=0, le=_DAYS_MAX, decimal_places=1)]


class SupplyOut(Model):
    """The terms a variant's figures rest on; ``source`` is policy or entered."""

    lead_time_days: Amount
    lead_time_sd_days: Amount
    minimum_order: int
    pack_size: int
    review_days: int
    source: str
    observed: int = Field(description="Deliveries the lead time has learned from.")
    order_cost: MoneyOut | None
    holding_percent: Amount | None


class StockRiskOut(Model):
    """How one variant's stock stands; days are null beyond half a year."""

    variant_id: str
    product_id: str | None
    sku: str | None
    title: str
    vendor: str | None
    available: int
    on_order: int
    per_week: float = Field(description="Expected units a week, the next four weeks.")
    cover: int | None = Field(description="Days until it is gone.")
    cover_low: int | None = Field(description="80 % interval.")
    cover_high: int | None
    runs_out: float = Field(
        description="Probability that it is gone before an order of today arrives."
    )
    order_by: date | None
    late: bool
    reorder_point: float
    order_up_to: float
    wanted: int
    lost_ahead: float = Field(description="Units lost without an order of today.")
    lost_before: float | None = Field(description="Units lost in the last 13 weeks.")
    at_stake: MoneyOut
    tied_up: MoneyOut | None
    abc: str
    xyz: str | None
    dead: bool
    terms: SupplyOut


class StockCounts(Model):
    judged: int
    late: int
    soon: int
    dead: int


class StockRiskPage(Model):
    """The most pressing first; ``as_of`` null: no run has looked at the stock yet."""

    data: list[StockRiskOut]
    counts: StockCounts
    run_id: str | None
    as_of: datetime | None
    next_cursor: str | None
    total: int
    provenance: Provenance


class StockRiskQuery(PageQuery):
    q: str | None = None
    show: Literal["risk", "late", "dead", "all"] = "risk"


class ReceiptOut(Model):
    """What came in; ``status`` is that of the stock change which books it."""

    id: str
    decision_id: str
    quantity: int
    final: bool
    received_at: datetime
    entered_by: str
    status: str
    failure: str | None


class PurchaseOrderOut(Model):
    """``supplier_id`` null: it is not known whom it goes to."""

    id: str
    supplier_id: str | None
    decision_id: str
    variant_id: str
    sku: str | None
    title: str
    quantity: int
    received: int
    unit_cost: MoneyOut | None
    status: str
    overdue: bool
    expected_at: datetime | None
    created_at: datetime
    receipts: list[ReceiptOut]
    mails: list[PurchaseMailOut]
    replies: list[SupplierReplyOut]


class PurchaseOrderPage(Model):
    """Newest first."""

    data: list[PurchaseOrderOut]
    next_cursor: str | None
    total: int


class PurchaseOrderPath(BaseModel):
    order_id: str


class ReceiptIn(Given):
    """``key`` is the caller's own: the same entry sent twice books the goods once."""

    quantity: int = Field(ge=1, le=_UNITS_MAX)
    key: str = Field(min_length=8, max_length=80, pattern=r"^[A-Za-z0-9._:-]+$")
    final: bool = False
    received_at: AwareDatetime | None = None


class PurchaseMailIn(Given):
    """``key`` is the caller's own: the same request sent twice decides once."""

    to: str = Field(max_length=190, pattern=ADDRESS)
    key: str = Field(min_length=8, max_length=80, pattern=r"^[A-Za-z0-9._:-]+$")


class TermsIn(Given):
    """Every point may be null: it is then what the supplier's, or the policy's, says."""

    lead_time_days: Days | None = None
    lead_time_sd_days: Days | None = None
    minimum_order: int | None = Field(default=None, ge=1, le=_UNITS_MAX)
    pack_size: int | None = Field(default=None, ge=1, le=_UNITS_MAX)
    review_days: int | None = Field(default=None, ge=0, le=365)
    weekdays: list[bool] | None = Field(default=None, min_length=7, max_length=7)
    holidays: list[date] | None = Field(default=None, max_length=400)
    order_cost: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)] | None = None
    holding_percent: Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2)] | None = None


class TermsOut(Model):
    """What was entered for a vendor or a variant, by whom and when."""

    lead_time_days: Amount | None
    lead_time_sd_days: Amount | None
    minimum_order: int | None
    pack_size: int | None
    review_days: int | None
    weekdays: list[bool] | None
    holidays: list[date] | None
    order_cost: MoneyOut | None
    holding_percent: Amount | None
    changed_by: str | None
    changed_at: datetime | None


class SupplyTermsOut(Model):
    vendor: TermsOut | None
    variant: TermsOut | None


class SupplyTermsQuery(BaseModel):
    vendor: str | None = Field(default=None, max_length=255)
    variant_id: str | None = Field(default=None, max_length=80)


class SupplyTermsIn(Given):
    """Replaces what was entered for the subject: a vendor's name, or a variant's id."""

    scope: Literal["vendor", "variant"]
    subject: str = Field(min_length=1, max_length=255)
    terms: TermsIn
