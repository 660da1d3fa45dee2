"""The store's own facts: metrics, products, orders, customers, inventory."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from app.schemas.common import Amount, Model, MoneyOut, PageQuery, Provenance
from royal_platform.commerce.decisions.costs import UnknownPart

# A calendar day that shops have: comparisons a year or a window earlier stay inside the calendar.
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2200, 12, 31))]


class MetricsQuery(BaseModel):
    """Store-local days, both ends included; default: the last 30 complete days."""

    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    compare: Literal["previous", "year", "none"] = "previous"
    grain: Literal["day", "week", "month"] = "day"


class Figure(Model):
    """One metric: ``value`` in ``unit`` (a currency code, "orders", "percent", "SKUs" ...).

    ``previous`` is the same metric over the comparison window, null when none was asked for or
    the store did not exist then. ``value`` is null when it cannot be known; ``note`` says why.
    """

    name: str
    label: str
    value: Amount | None
    unit: str
    previous: Amount | None
    change_percent: Amount | None
    series: list[Amount | None]
    note: str | None


class MetricsOut(Model):
    """Figures over a window of store-local days, both ends included.

    net_sales, taxes, gross_sales, discounts, returns, adjustments, orders, units, aov,
    gross_margin, stockout_risk, waiting_decisions.
    """

    from_: date = Field(alias="from", serialization_alias="from")
    to: date
    compare_from: date | None
    compare_to: date | None
    grain: Literal["day", "week", "month"]
    timezone: str
    currency: str
    periods: list[date]
    figures: list[Figure]
    history_from: date | None
    provenance: Provenance


class DemandPoint(Model):
    """One week: ``units`` sold (null in the future), the forecast with its 80 % interval.

    A week that is over keeps the forecast that was made from the weeks before it, if there was one.
    """

    week: date
    units: Amount | None
    expected: Amount | None
    low: Amount | None
    high: Amount | None
    stockout_days: int


class ForecastOut(Model):
    """Weekly demand with the coming weeks' 80 % interval; ``subject_id`` null: the whole store."""

    level: Literal["store", "variant", "product", "category", "collection"]
    subject_id: str | None
    variant_id: str | None
    unit: Literal["units per week"] = "units per week"
    points: list[DemandPoint]
    method: str | None
    run_id: str | None
    provenance: Provenance


class ForecastQuery(BaseModel):
    """At most one of them; without any the whole store's demand. ``category``: a product type."""

    variant_id: str | None = None
    product_id: str | None = None
    collection_id: str | None = None
    category: str | None = None

    @model_validator(mode="after")
    def _one_subject(self) -> Self:
        if len(self.model_fields_set) > 1:
            raise ValueError("ask for one variant, product, collection or category")
        return self


class GroupDemandQuery(PageQuery):
    level: Literal["product", "category", "collection"] = "collection"
    q: str | None = None


class GroupDemandOut(Model):
    """Units: sold in the last four complete weeks, ``coming`` in the next four.

    ``expected`` with its 80 % bounds ``low`` and ``high`` are of the coming week. ``title`` null:
    the products without a type.
    """

    id: str
    title: str | None
    sold: int
    coming: Amount
    expected: Amount
    low: Amount
    high: Amount


class GroupDemandPage(Model):
    data: list[GroupDemandOut]
    next_cursor: str | None
    total: int
    provenance: Provenance


class ProductPath(BaseModel):
    product_id: str = Field(min_length=1)


class OrderPath(BaseModel):
    order_id: str = Field(min_length=1)


class VariantOut(Model):
    """``unit_cost`` null is unknown, never zero; ``days_of_cover`` null: demand is unknown."""

    id: str
    product_id: str
    sku: str | None
    title: str
    price: MoneyOut
    compare_at_price: MoneyOut | None
    unit_cost: MoneyOut | None
    margin_percent: Amount | None
    available: int | None
    sold_28d: int
    days_of_cover: Amount | None
    admin_url: str | None


class ProductOut(Model):
    id: str
    title: str
    handle: str
    status: str
    vendor: str | None
    product_type: str | None
    tags: list[str]
    variants: list[VariantOut]
    updated_at: datetime


class ProductPage(Model):
    data: list[ProductOut]
    next_cursor: str | None
    total: int
    provenance: Provenance


class ProductQuery(PageQuery):
    q: str | None = None
    status: str | None = None
    stock: Literal["all", "out", "low"] = "all"
    sort: Literal["title", "sold", "cover", "price"] = "title"


class ProductDetail(ProductOut):
    forecasts: list[ForecastOut]
    decisions_waiting: int
    provenance: Provenance


class BandOut(Model):
    """A figure with its 80 % interval."""

    point: float
    low: float
    high: float


class CurvePointOut(Model):
    """``units`` and ``contribution`` of 28 days at ``price``; no contribution: cost unknown."""

    price: float
    units: BandOut
    contribution: BandOut | None


PartName = Literal[
    "tax", "paid_back", "goods", "payment_fees", "lost_goods", "handled_returns", "shipping",
    "remains",
]  # fmt: skip


class PricePartOut(Model):
    """Where a part of the price of one unit sold goes; ``amount`` null where nobody told it.

    ``sources`` are ``orders``, ``catalog``, ``supplier``, or the names of limits of the policy.
    """

    name: PartName
    amount: Amount | None
    sources: list[str]


class CompetitorOut(Model):
    """What a competitor asked at ``seen_at``; ``ignored`` says why it counts for nothing."""

    source: str
    price: MoneyOut
    seen_at: datetime
    ignored: Literal["stale", "currency"] | None


class CountryTaxOut(Model):
    """The share of the units that went to a country ("" unknown), and the tax paid there.

    ``of_product``: its own order lines told the rate; else it is that of the whole orders.
    """

    country: str
    share: Amount
    rate: Amount
    of_product: bool


class ServedOut(Model):
    """What the store's orders say of selling a unit; rates are fractions, null is "not told".

    ``carried`` is what a supplier takes for bringing a unit to its buyer.
    """

    tax_rate: Amount
    return_rate: Amount | None
    lost_share: Amount | None
    parcels: Amount | None
    shipping_paid: Amount | None
    units: int
    returned: int
    countries: list[CountryTaxOut]
    carried: Amount | None


class WhyPriceOut(Model):
    """Why a price stands, by the last pricing run.

    ``elasticity`` is percent of units per percent of price; ``own_percent`` of it was read from
    the variant's own ``weeks``. ``low`` to ``high`` is what the policy allows from ``price``;
    ``floor`` the lowest price that keeps the margin floor; ``best`` the drawn price that earns
    most, whatever the policy says. ``proposed`` null: left alone for ``reason``. ``parts`` say
    where ``price`` goes, per unit sold; ``unknown`` names the costs that nobody told.
    ``competitors`` are others' newest prices of it, as old as they were at that run.
    """

    variant_id: str
    price: MoneyOut
    proposed: MoneyOut | None
    reason: str | None
    detail: str | None
    elasticity: BandOut
    own_percent: float
    weeks: int
    low: Amount
    high: Amount
    floor: float | None
    best: float | None
    points: list[CurvePointOut]
    parts: list[PricePartOut]
    unknown: list[UnknownPart]
    served: ServedOut | None
    competitors: list[CompetitorOut]
    run_id: str
    as_of: datetime


class WhyPrices(Model):
    """One entry for each variant that a pricing run has looked at."""

    data: list[WhyPriceOut]
    provenance: Provenance


class OrderLineOut(Model):
    id: str
    title: str
    sku: str | None
    variant_id: str | None
    quantity: int
    refunded_quantity: int
    unit_price: MoneyOut
    total: MoneyOut


class RefundOut(Model):
    id: str
    created_at: datetime
    total: MoneyOut
    adjustment: MoneyOut


class OrderOut(Model):
    id: str
    name: str
    processed_at: datetime
    cancelled_at: datetime | None
    financial_status: str | None
    fulfillment_status: str | None
    customer_name: str | None
    country: str | None
    total: MoneyOut
    net: MoneyOut
    units: int
    updated_at: datetime


class OrderPage(Model):
    data: list[OrderOut]
    next_cursor: str | None
    total: int
    provenance: Provenance


class OrderDetail(OrderOut):
    lines: list[OrderLineOut]
    refunds: list[RefundOut]
    provenance: Provenance


class OrderQuery(PageQuery):
    q: str | None = None
    financial_status: str | None = None
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None


class CustomerExpected(Model):
    """The coming year, as of the newest valuation; ``low`` and ``high`` bound 80 %.

    ``alive_percent`` null: a single order does not tell. ``next_order`` null: likelier none comes.
    ``value`` null: nothing of the customer's spending is known in the store's currency.
    """

    alive_percent: Amount | None
    churn_risk_percent: Amount
    next_order: date | None
    orders: Amount
    orders_low: Amount
    orders_high: Amount
    value: MoneyOut | None
    value_low: MoneyOut | None
    value_high: MoneyOut | None
    recency_score: int
    frequency_score: int
    monetary_score: int | None


class ConsentOut(Model):
    """What a customer said about marketing on one channel, in Shopify's words in lower case.

    ``state`` is subscribed, not_subscribed, unsubscribed, pending, invalid or redacted, ``level``
    single_opt_in, confirmed_opt_in or unknown; ``at`` is when it last changed, ``location`` (an
    id) and ``source`` (shopify, other) where it was collected.
    """

    state: str
    level: str | None
    at: datetime | None
    location: str | None
    source: str | None


class CustomerOut(Model):
    """``expected`` null: the customer has no order, or nobody was valued yet.

    A consent is null when the store has no mail address or telephone number of the customer's.
    """

    id: str
    name: str | None
    country: str | None
    orders: int
    spent: MoneyOut
    first_order_at: datetime | None
    last_order_at: datetime | None
    expected: CustomerExpected | None
    email_consent: ConsentOut | None
    sms_consent: ConsentOut | None


class CustomerPage(Model):
    data: list[CustomerOut]
    next_cursor: str | None
    total: int
    provenance: Provenance


class InventoryOut(Model):
    variant_id: str
    sku: str | None
    title: str
    location_id: str
    location: str
    available: int | None
    on_hand: int | None
    committed: int | None
    incoming: int | None
    updated_at: datetime


class InventoryPage(Model):
    data: list[InventoryOut]
    next_cursor: str | None
    total: int
    provenance: Provenance


class SearchQuery(PageQuery):
    q: str | None = None
