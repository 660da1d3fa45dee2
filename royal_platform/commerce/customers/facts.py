"""What a segment's rule may ask about a customer: the vocabulary, and one customer's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

Value = Decimal | int | str | date | frozenset[str]


class Kind(Enum):
    """What a fact's values are, and so which tests it can be put to."""

    COUNT = "count"  # a whole number
    NUMBER = "number"  # a decimal with at most four digits behind the point
    MONEY = "money"  # an amount in the store's currency
    SHARE = "share"  # a fraction from 0 to 1, written as a percentage
    DAY = "day"  # a store-local calendar day
    CODE = "code"  # a short text in capitals; case does not matter in a rule
    SET = "set"  # a set of short texts


@dataclass(frozen=True, slots=True)
class Fact:
    """One word of the vocabulary; ``meaning`` is shown beside the rule that is being written."""

    name: str
    kind: Kind
    meaning: str


VOCABULARY: Mapping[str, Fact] = {
    fact.name: fact
    for fact in (
        Fact("country", Kind.CODE, "Country of the default address, two letters."),
        Fact("customer_since", Kind.DAY, "Day the store came to know the customer."),
        Fact("orders", Kind.COUNT, "Orders that were not cancelled; test orders do not count."),
        Fact("spent", Kind.MONEY, "Net sales to the customer: after discounts and refunds."),
        Fact("first_order", Kind.DAY, "Day of the first order."),
        Fact("last_order", Kind.DAY, "Day of the latest order."),
        Fact("recency_score", Kind.COUNT, "Fifth by latest order: 5 ordered most recently."),
        Fact("frequency_score", Kind.COUNT, "Fifth by number of orders: 5 ordered most."),
        Fact("monetary_score", Kind.COUNT, "Fifth by net sales: 5 spent most."),
        Fact("alive", Kind.SHARE, "Probability of not having left; unknown after one order."),
        Fact("churn_risk", Kind.SHARE, "Probability of no order in the coming year."),
        Fact("next_order", Kind.DAY, "Day by which the next order is as likely as not."),
        Fact("expected_orders", Kind.NUMBER, "Orders expected in the coming year."),
        Fact("expected_value", Kind.MONEY, "Net sales expected in the coming year."),
        Fact("bought", Kind.SET, "SKUs on the customer's orders."),
    )
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one customer on ``today``, the store-local day rules count days from.

    A name that is missing from ``values``, or None there, is unknown: a test of it is neither
    true nor false.
    """

    customer_id: str
    today: date
    values: Mapping[str, Value | None]
