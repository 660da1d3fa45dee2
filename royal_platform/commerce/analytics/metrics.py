"""Every metric of the business, defined once: the page, the report, alerts and answers use these.

``formula`` is what a person reads; ``top`` and ``bottom`` are what is computed. Amounts are
before tax and in the store's currency; what is in another currency is converted at the rate
stated for its day, or else listed apart. Days are the merchant's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from royal_platform.commerce.analytics.facts import FACTS
from royal_platform.commerce.analytics.model import Formula, Metric, Part

LTV_DAYS = 180
RETENTION_DAYS = 90

_GROSS: Formula = (Part("order", "f.gross", money=True),)
_GROSS_OF_GOODS: Formula = (Part("line", "f.gross", money=True),)
_REFUNDED = Part("refund", "f.amount", money=True)
_TAKEN_BACK = Part("refund", "f.amount", sign=-1, money=True)
_SOLD: Formula = (Part("order", "f.net", money=True),)
_GOODS_SOLD: Formula = (Part("line", "f.net", money=True),)
_NET: Formula = (*_SOLD, _TAKEN_BACK)
_NET_OF_GOODS: Formula = (*_GOODS_SOLD, _TAKEN_BACK)
_ORDERS: Formula = (Part("order", "1"),)
_ORDERS_WITH: Formula = (Part("line", "f.order_id", distinct=True),)
_UNITS: Formula = (Part("line", "f.quantity"),)
_COST_KNOWN = "f.unit_cost IS NOT NULL AND f.cost_currency = f.currency"
_CONTRIBUTION: Formula = (
    Part("line", f"CASE WHEN {_COST_KNOWN} THEN f.net - f.unit_cost * f.quantity END", money=True),
)
_NEW_CUSTOMERS: Formula = (Part("customer", "1"),)
_SPEND: Formula = (Part("spend", "f.amount", money=True),)
# Rows by location would count a variant more than once.
_WHOLE_STORE = "f.location_id IS NULL"
_LATER = "f.day > c.first_order_day"

_METRICS = (
    Metric(
        "revenue_gross", "money", "Sum of prices asked, before discounts and refunds",
        "never, once orders are read",
        top=(_GROSS, _GROSS_OF_GOODS),
    ),
    Metric(
        "revenue_net", "money", "Orders after discounts, before tax, less refunds on their day",
        "the net of an order whose tax is unknown is left out and counted",
        top=(_NET, _NET_OF_GOODS),
    ),
    Metric(
        "orders", "count", "Orders placed, cancelled ones included",
        "never, once orders are read",
        top=(_ORDERS, _ORDERS_WITH),
    ),
    Metric(
        "aov", "money", "Net of orders after discounts, before tax and refunds / orders",
        "without an order",
        top=(_SOLD,), bottom=(_ORDERS,),
    ),
    Metric(
        "units", "count", "Units on order lines, before returns",
        "never, once orders are read",
        top=(_UNITS,),
    ),
    Metric(
        "contribution", "money",
        "Net of the lines whose unit cost is known, less that cost; before fees and shipping",
        "lines without a unit cost in their currency are left out and counted",
        top=(_CONTRIBUTION,),
    ),
    Metric(
        "contribution_margin", "percent", "Contribution / net of the same lines",
        "where no sold line has a known unit cost",
        top=(_CONTRIBUTION,),
        bottom=((Part("line", "f.net", where=_COST_KNOWN, money=True),),),
    ),
    Metric(
        "refunds", "money", "Amounts given back, before tax, on the day they were",
        "a refund whose tax is unknown is left out and counted",
        top=((_REFUNDED,),), better="down",
    ),
    Metric(
        "refund_rate", "percent", "Refunds / net of orders of the same days",
        "without an order",
        top=((_REFUNDED,),), bottom=(_SOLD, _GOODS_SOLD), better="down",
    ),
    Metric(
        "return_rate", "percent", "Units given back / units sold on the same days",
        "without a sold unit",
        top=((Part("refund", "f.quantity"),),), bottom=(_UNITS,), better="down",
    ),
    Metric(
        "repeat_rate", "percent", "Orders of customers who ordered on an earlier day / orders of "
        "known customers",
        "orders without a customer are left out; history before the first read is not seen",
        top=((Part("order", "1", where="c.first_order_day < f.day", joins=("customer",)),),),
        bottom=((Part("order", "1", where="c.first_order_day IS NOT NULL", joins=("customer",)),),),
    ),
    Metric(
        "ltv", "money", f"Net of a new customer's orders in the first {LTV_DAYS} days, mean by "
        "the day of the first order",
        f"until {LTV_DAYS} days have passed",
        top=(
            (
                Part(
                    "cohort", "f.net", money=True,
                    where=f"DATE_DIFF('day', c.first_order_day, f.day) < {LTV_DAYS}",
                ),
            ),
        ),
        bottom=(_NEW_CUSTOMERS,), matures_days=LTV_DAYS,
    ),
    Metric(
        "retention", "percent", f"New customers who ordered again within {RETENTION_DAYS} days / "
        "new customers; by months since: in that month",
        f"until {RETENTION_DAYS} days, or that month, have passed",
        top=(
            (
                Part(
                    "cohort", "f.customer_id", distinct=True,
                    where=f"{_LATER} AND "
                    f"DATE_DIFF('day', c.first_order_day, f.day) <= {RETENTION_DAYS}",
                ),
            ),
            (Part("cohort_months", "f.customer_id", distinct=True, where=_LATER),),
        ),
        bottom=(_NEW_CUSTOMERS,), spread="months_since", matures_days=RETENTION_DAYS,
    ),
    Metric(
        "new_customers", "count", "Customers whose first order was on the day",
        "history before the first read is not seen",
        top=(_NEW_CUSTOMERS,),
    ),
    Metric(
        "cac", "money", "Imported marketing spend / new customers",
        "where no spend is imported",
        top=(_SPEND,), bottom=(_NEW_CUSTOMERS,), missing="no_spend", better="down",
    ),
    Metric(
        "mer", "ratio", "Net of orders / imported marketing spend",
        "where no spend is imported",
        top=(_SOLD,), bottom=(_SPEND,), missing="no_spend",
    ),
    Metric(
        "sell_through", "percent", "Units sold / units sold and units left at the period's end",
        "while stock was not counted in the period",
        top=(_UNITS,),
        bottom=((Part("stock", "f.available", where=_WHOLE_STORE, closing=True),),),
        of_both=True,
        missing="no_facts",
    ),
    Metric(
        "stock_out_rate", "percent", "Variants counted with none available / variants counted, "
        "over the days",
        "on days without a count of stock",
        top=((Part("stock", "CASE WHEN f.available <= 0 THEN 1 ELSE 0 END",
                   where=f"{_WHOLE_STORE} AND f.available IS NOT NULL"),),),
        bottom=((Part("stock", "1", where=f"{_WHOLE_STORE} AND f.available IS NOT NULL"),),),
        missing="no_facts", better="down",
    ),
    Metric(
        "on_time", "percent", "Suppliers' parcels delivered by the promised time / parcels that "
        "were delivered or are overdue",
        "parcels without a promise, those still under way in time, and the store's own, whose "
        "delivery nobody tells us, are left out",
        top=((Part("fulfilment", "CASE WHEN f.on_time THEN 1 ELSE 0 END",
                   where="f.on_time IS NOT NULL"),),),
        bottom=((Part("fulfilment", "1", where="f.on_time IS NOT NULL"),),),
        missing="no_facts",
    ),
    Metric(
        "first_response", "hours", "Time from a customer's first message to the first answer, "
        "mean by the day of the message",
        "cases without an answer yet are left out and counted",
        top=((Part("case", "f.answer_seconds / 3600.0"),),),
        bottom=((Part("case", "1", where="f.answer_seconds IS NOT NULL"),),),
        missing="no_cases", better="down", owner="customer_support",
    ),
    Metric(
        "resolution", "hours", "Time from a customer's first message to the case's end, mean by "
        "the day of the message",
        "cases that are still open are left out and counted",
        top=((Part("case", "f.resolution_seconds / 3600.0"),),),
        bottom=((Part("case", "1", where="f.resolution_seconds IS NOT NULL"),),),
        missing="no_cases", better="down", owner="customer_support",
    ),
)  # fmt: skip

METRICS: Mapping[str, Metric] = MappingProxyType({metric.name: metric for metric in _METRICS})


def dimensions_of(metric: Metric) -> tuple[str, ...]:
    """The dimensions by which the metric can be told, in the order of their facts."""
    offered = [name for formula in metric.top for name in _common(formula)]
    return tuple(
        name
        for name in dict.fromkeys(offered)
        if not metric.bottom
        or name == metric.spread
        or any(name in _common(f) for f in metric.bottom)
    )


def chosen(alternatives: tuple[Formula, ...], dimensions: tuple[str, ...]) -> Formula | None:
    """The first formula all of whose facts know all the dimensions."""
    for formula in alternatives:
        if set(dimensions) <= set(_common(formula)):
            return formula
    return None


def _common(formula: Formula) -> tuple[str, ...]:
    first, *others = (FACTS[part.fact].dimensions for part in formula)
    return tuple(name for name in first if all(name in each for each in others))
