"""The facts a metric may add up, and the dimensions each of them knows, in portable SQL.

The alias of a fact is ``f``. A dimension that is listed here for a fact is offered wherever all
facts of a metric have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Dimension:
    """How a fact tells a dimension: a key, a name to show, and the joins it takes."""

    key: str
    label: str | None = None
    joins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """A table with the row's identity, its store-local day and its currency."""

    table: str
    row: str
    day: str = "f.day"
    currency: str | None = None
    joins: Mapping[str, str] = field(default_factory=dict)
    base: tuple[str, ...] = ()
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)


_CUSTOMER = {"customer": "LEFT JOIN dim_customer c ON c.customer_id = f.customer_id"}
_GOODS = {
    "product": "LEFT JOIN dim_product p ON p.product_id = f.product_id",
    "variant": "LEFT JOIN dim_variant v ON v.variant_id = f.variant_id",
    "collection": (
        "LEFT JOIN bridge_collection b ON b.product_id = f.product_id "
        "LEFT JOIN dim_collection k ON k.collection_id = b.collection_id"
    ),
    "order": "LEFT JOIN fact_order o ON o.order_id = f.order_id",
    "customer": "LEFT JOIN dim_customer c ON c.customer_id = o.customer_id",
}
_STOCKED = {
    "variant": "LEFT JOIN dim_variant v ON v.variant_id = f.variant_id",
    "product": "LEFT JOIN dim_product p ON p.product_id = v.product_id",
}
_WEEKDAY = {"weekday": Dimension("CAST(d.weekday AS VARCHAR)", joins=("calendar",))}
_OF_GOODS = {
    "product": Dimension("f.product_id", "p.title", ("product",)),
    "variant": Dimension("f.variant_id", "v.title", ("variant",)),
    "product_type": Dimension("p.product_type", joins=("product",)),
    "vendor": Dimension("p.vendor", joins=("product",)),
    "collection": Dimension("k.collection_id", "k.title", ("collection",)),
}
# A customer is new on the day of the first order and returning on every later one.
_CUSTOMER_KIND = (
    "CASE WHEN c.first_order_day < {order}.day THEN 'returning' "
    "WHEN c.first_order_day = {order}.day THEN 'new' END"
)
_SHIPPED = {
    "country": Dimension("o.country", joins=("order",)),
    "source": Dimension("o.source", joins=("order",)),
}
_OF_ITS_ORDER = {
    **_SHIPPED,
    "customer": Dimension(_CUSTOMER_KIND.format(order="o"), joins=("order", "customer")),
}
_MONTHS_SINCE = (
    "(EXTRACT(YEAR FROM f.day) * 12 + EXTRACT(MONTH FROM f.day))"
    " - (EXTRACT(YEAR FROM c.first_order_day) * 12 + EXTRACT(MONTH FROM c.first_order_day))"
)
_COHORT = {"customer": "JOIN dim_customer c ON c.customer_id = f.customer_id"}

FACTS: Mapping[str, Fact] = {
    "order": Fact(
        "fact_order", "f.order_id", currency="f.currency", joins=_CUSTOMER,
        dimensions={
            "country": Dimension("f.country"),
            "source": Dimension("f.source"),
            "customer": Dimension(_CUSTOMER_KIND.format(order="f"), joins=("customer",)),
            **_WEEKDAY,
        },
    ),
    "line": Fact(
        "fact_line", "f.order_id || '/' || f.line_id", currency="f.currency", joins=_GOODS,
        dimensions={**_OF_GOODS, **_OF_ITS_ORDER, **_WEEKDAY},
    ),
    "refund": Fact(
        "fact_refund", "f.order_id || '/' || f.refund_id || '/' || CAST(f.ordinal AS VARCHAR)",
        currency="f.currency", joins=_GOODS,
        dimensions={**_OF_GOODS, **_OF_ITS_ORDER, **_WEEKDAY},
    ),
    "fulfilment": Fact(
        "fact_fulfilment", "f.fulfilment_id",
        joins={"order": _GOODS["order"]},
        dimensions={"supplier": Dimension("f.supplier"), **_SHIPPED, **_WEEKDAY},
    ),
    "case": Fact(
        "fact_case", "f.case_id",
        dimensions={
            "contact": Dimension("f.channel"),
            "intent": Dimension("f.intent"),
            **_WEEKDAY,
        },
    ),
    "stock": Fact(
        "fact_stock", "f.variant_id || '/' || CAST(f.day AS VARCHAR)", joins=_STOCKED,
        dimensions={
            "product": Dimension("v.product_id", "p.title", ("variant", "product")),
            "variant": Dimension("f.variant_id", "v.title", ("variant",)),
            "product_type": Dimension("p.product_type", joins=("variant", "product")),
            "vendor": Dimension("p.vendor", joins=("variant", "product")),
        },
    ),
    "spend": Fact(
        "fact_spend", "f.channel || '/' || CAST(f.day AS VARCHAR)", currency="f.currency",
        dimensions={"channel": Dimension("f.channel"), **_WEEKDAY},
    ),
    "customer": Fact(
        "dim_customer", "f.customer_id", day="f.first_order_day",
        dimensions={"country": Dimension("f.country")},
    ),
    "cohort": Fact(
        "fact_order", "f.order_id", day="c.first_order_day", currency="f.currency",
        joins=_COHORT, base=("customer",),
        dimensions={"country": Dimension("c.country")},
    ),
    "cohort_months": Fact(
        "fact_order", "f.order_id", day="c.first_order_day", currency="f.currency",
        joins=_COHORT, base=("customer",),
        dimensions={"months_since": Dimension(f"CAST({_MONTHS_SINCE} AS VARCHAR)")},
    ),
}  # fmt: skip
