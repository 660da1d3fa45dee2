"""Customers, what is known of them, and segments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from app.schemas.common import Amount, Given, Model, PageQuery, Provenance, Version
from app.schemas.store import CustomerOut
from royal_platform.commerce.customers.segments import LONGEST

FactKind = Literal["count", "number", "money", "share", "day", "code", "set"]
RuleText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST)
]
SegmentName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]*$"
    ),
]


class FactOut(Model):
    """A word that rules may ask about; money is in the store's currency."""

    name: str
    kind: FactKind
    meaning: str


class FactsOut(Model):
    """The vocabulary of rules, and the currency of its amounts."""

    data: list[FactOut]
    currency: str


class SegmentOut(Model):
    """``members`` is counted now; null when the rule cannot be read any more."""

    id: str
    name: str
    rule: str
    version: int
    members: int | None
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime


class SegmentList(Model):
    """Segments in force, by name; ``customers`` is how many the store has."""

    data: list[SegmentOut]
    customers: int
    provenance: Provenance


class SegmentPath(BaseModel):
    segment_id: str = Field(min_length=1)


class SegmentIn(Given):
    name: SegmentName
    rule: RuleText


class SegmentChange(SegmentIn):
    """``version`` is the one that was edited; another one in force is a 409."""

    version: Version


class SegmentRemoval(BaseModel):
    """``version`` is the one that was seen; another one in force is a 409."""

    version: Version


class RuleQuery(BaseModel):
    rule: str = Field(max_length=LONGEST)


class RuleFault(Model):
    """What is wrong with a rule, at ``position`` (from 0) for ``length`` characters."""

    reason: str
    position: int
    length: int


class SegmentPreview(Model):
    """How many customers a rule is true of now; with ``fault`` it could not be read."""

    members: int | None
    customers: int
    fault: RuleFault | None
    provenance: Provenance


class CustomerQuery(PageQuery):
    """``segment_id`` or ``rule`` keeps those who are in it."""

    q: str | None = None
    segment_id: str | None = None
    rule: str | None = Field(default=None, max_length=LONGEST)


class CustomerPath(BaseModel):
    customer_id: str = Field(min_length=1)


class ExplainQuery(BaseModel):
    """A rule that is not saved, to be explained as well."""

    rule: str | None = Field(default=None, max_length=LONGEST)


class FindingOut(Model):
    """One part of a rule, ``depth`` deep in it; ``outcome`` null is "not known".

    A test names its ``fact`` and what it ``actual``ly is for this customer, null when unknown:
    a decimal (a share is a fraction), an ISO day, or texts.
    """

    depth: int
    text: str
    outcome: bool | None
    fact: str | None
    kind: FactKind | None
    actual: str | None


class ExplanationOut(Model):
    """Why a customer is in a segment or not; ``segment_id`` null is the rule that was asked about.

    ``fault`` says why a rule cannot be read; then there is no outcome.
    """

    segment_id: str | None
    name: str | None
    rule: str
    outcome: bool | None
    findings: list[FindingOut]
    fault: RuleFault | None


class KnownFact(Model):
    """One fact about a customer; ``value`` as in a finding, null when unknown."""

    name: str
    kind: FactKind
    value: str | None


class CustomerDetail(CustomerOut):
    """A customer, what is known of them as of ``today`` (store-local), and their segments."""

    today: date
    facts: list[KnownFact]
    explanations: list[ExplanationOut]
    provenance: Provenance


class RangeOut(Model):
    """An expectation with its 80 % interval."""

    expected: Amount
    low: Amount
    high: Amount


class ParameterOut(Model):
    """``error`` is the standard error, null where the data do not bound the parameter."""

    name: str
    value: float
    error: float | None


class CheckOut(Model):
    """What would have been expected of the last ``weeks``, and the order days that came.

    ``rmse`` is per customer; ``rmse_naive`` that of everybody ordering as often as before.
    """

    weeks: int
    customers: int
    orders: RangeOut
    actual: int
    rmse: float
    rmse_naive: float


class ValuationOut(Model):
    """The newest valuation; ``day`` null before the first, ``reason`` why there is none.

    ``orders`` and ``value`` (in ``currency``) are of all customers in the coming year.
    """

    day: date | None
    reason: str | None
    customers: int
    currency: str
    orders: RangeOut | None
    value: RangeOut | None
    order_model: list[ParameterOut]
    spend_model: list[ParameterOut]
    check: CheckOut | None
    provenance: Provenance


class CohortOut(Model):
    """Customers whose first order fell in ``month`` (YYYY-MM, store-local).

    ``active[k]`` of ``size`` ordered in the k-th month after, ``net[k]`` is what all had spent by
    then, null where an order in another currency is among it. The last entry is this month's.
    """

    month: str
    size: int
    active: list[int]
    net: list[Amount | None]


class CohortsOut(Model):
    """The last twelve months' cohorts, oldest first; this month is not over."""

    data: list[CohortOut]
    this_month: str
    currency: str
    provenance: Provenance
