"""The star schema, defined once: every warehouse is built from it, every metric is checked by it.

Amounts have four decimals and a currency beside them, rates eight. ``day`` is the merchant's
calendar day, ``*_at`` are UTC moments. NULL means unknown. No personal data: ids only, and none
of a customer who was erased. ``net`` is after discounts and before tax; where prices include tax,
an order's tax is taken from its lines and refunds in proportion to their amounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Kind = Literal["text", "integer", "amount", "rate", "day", "moment", "flag"]
STORE = "store_id"


@dataclass(frozen=True, slots=True)
class StarColumn:
    """One column; ``required`` columns are never NULL."""

    name: str
    kind: Kind
    required: bool = False


@dataclass(frozen=True, slots=True)
class StarTable:
    """One table. ``key`` names a row within a store.

    A table ``by_day`` is loaded, and on BigQuery partitioned, by its ``day``; the others are
    replaced whole when they changed. ``cluster`` is what BigQuery sorts by.
    """

    name: str
    about: str
    columns: tuple[StarColumn, ...]
    key: tuple[str, ...]
    by_day: bool = False
    cluster: tuple[str, ...] = (STORE,)

    def column(self, name: str) -> StarColumn:
        """The column of this name. Raises ``KeyError``."""
        for found in self.columns:
            if found.name == name:
                return found
        raise KeyError(f"{self.name} has no column {name!r}")

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(column.name for column in self.columns)


def _table(
    name: str,
    about: str,
    columns: str,
    *,
    key: str,
    by_day: bool = False,
    cluster: str = "",
) -> StarTable:
    """``columns`` is ``name:kind`` in order, ``name:kind!`` where it is never NULL."""
    made = [StarColumn(STORE, "text", required=True)]
    for told in columns.split():
        column, _, kind = told.partition(":")
        made.append(StarColumn(column, _kind(kind.rstrip("!")), required=kind.endswith("!")))
    sorted_by = (STORE, *cluster.split())
    return StarTable(name, about, tuple(made), tuple(key.split()), by_day, sorted_by)


def _kind(told: str) -> Kind:
    kinds: dict[str, Kind] = {
        "text": "text", "integer": "integer", "amount": "amount", "day": "day",
        "moment": "moment", "flag": "flag", "rate": "rate",
    }  # fmt: skip
    return kinds[told]


_TABLES = (
    _table(
        "dim_day",
        "Every day from the first order to today. Business days are Monday to Friday.",
        "day:day! iso_week:integer! iso_year:integer! month:integer! quarter:integer! "
        "weekday:integer! is_business_day:flag!",
        key="day",
    ),
    _table(
        "dim_product",
        "Every product seen; one that the store deleted has the status DELETED.",
        "product_id:text! title:text! vendor:text product_type:text status:text!",
        key="product_id",
    ),
    _table(
        "dim_variant",
        "Every variant seen, with today's unit cost.",
        "variant_id:text! product_id:text! sku:text title:text! unit_cost:amount "
        "cost_currency:text",
        key="variant_id",
    ),
    _table("dim_collection", "Collections.", "collection_id:text! title:text!",
           key="collection_id"),
    _table(
        "bridge_collection",
        "Which products are in which collection.",
        "collection_id:text! product_id:text!",
        key="collection_id product_id",
    ),
    _table(
        "dim_customer",
        "Customers who were not erased.",
        "customer_id:text! first_order_day:day country:text",
        key="customer_id",
    ),
    _table(
        "fact_order",
        "Orders that are neither tests nor deleted; cancelled ones say when.",
        "order_id:text! customer_id:text ordered_at:moment! day:day! currency:text! gross:amount! "
        "discounts:amount! tax:amount shipping:amount net:amount source:text country:text "
        "cancelled_at:moment",
        key="order_id",
        by_day=True,
        cluster="customer_id",
    ),
    _table(
        "fact_line",
        "Lines of those orders, at today's unit cost. A discount on a whole order, which the "
        "store gives to no line, is only in fact_order.",
        "order_id:text! line_id:text! product_id:text variant_id:text day:day! ordered_at:moment! "
        "currency:text! quantity:integer! unit_price:amount! gross:amount! discount:amount! "
        "tax:amount net:amount unit_cost:amount cost_currency:text",
        key="order_id line_id",
        by_day=True,
        cluster="product_id variant_id",
    ),
    _table(
        "fact_refund",
        "What was given back, on the day it was, before tax as net is; a row without a line is "
        "an amount that belongs to none.",
        "refund_id:text! ordinal:integer! order_id:text! line_id:text product_id:text "
        "variant_id:text day:day! refunded_at:moment! currency:text! quantity:integer! "
        "amount:amount",
        key="order_id refund_id ordinal",
        by_day=True,
        cluster="product_id variant_id",
    ),
    _table(
        "fact_fulfilment",
        "Parcels that suppliers sent to customers, with what was promised. on_time is NULL without "
        "a promise, and until the parcel came or its promised time passed.",
        "fulfilment_id:text! order_id:text! supplier:text! day:day! created_at:moment! "
        "delivered_at:moment promised_at:moment on_time:flag",
        key="fulfilment_id",
        cluster="order_id",
    ),
    _table(
        "fact_case",
        "Customers' cases on the day they were opened; a time that has not come is NULL, and so is "
        "what was not understood.",
        "case_id:text! day:day! opened_at:moment! channel:text! language:text intent:text "
        "answer_seconds:integer resolution_seconds:integer",
        key="case_id",
    ),
    _table(
        "fact_stock",
        "Stock at the last look of each day; without a location it is the sum of all.",
        "variant_id:text! location_id:text day:day! available:integer",
        key="day variant_id location_id",
        by_day=True,
        cluster="variant_id",
    ),
    _table(
        "fact_price",
        "Prices seen in force; to_at is NULL for the current one, decision_id is ours.",
        "variant_id:text! from_at:moment! to_at:moment price:amount! compare_at:amount "
        "currency:text! decision_id:text",
        key="variant_id from_at",
        cluster="variant_id",
    ),
    _table(
        "fact_spend",
        "Spend on marketing, as imported.",
        "day:day! channel:text! currency:text! amount:amount! source:text!",
        key="day channel currency",
    ),
    _table(
        "fact_decision",
        "Decisions, with what became of them.",
        "decision_id:text! kind:text! agent:text! proposed_at:moment! decided_at:moment "
        "executed_at:moment outcome:text!",
        key="decision_id",
    ),
    _table(
        "rate",
        "Stated currency rates: one unit of base costs rate units of quote.",
        "day:day! base:text! quote:text! rate:rate! source:text!",
        key="day base quote",
    ),
)  # fmt: skip

STAR: Mapping[str, StarTable] = MappingProxyType({table.name: table for table in _TABLES})
