"""A decision: one intended change to the outside world, with its grounds and its undo."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from royal_platform.commerce.shared.model import Money

JsonObject = Mapping[str, Any]


class Status(StrEnum):
    """Where a decision stands; ``TRANSITIONS`` says which moves exist."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    EXECUTING = "executing"
    EXECUTED = "executed"
    FAILED = "failed"
    CONFLICTED = "conflicted"
    MEASURED = "measured"
    REVERTING = "reverting"
    REVERTED = "reverted"


TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.PROPOSED: frozenset(
        {Status.APPROVED, Status.REJECTED, Status.EXPIRED, Status.SUPERSEDED}
    ),
    Status.APPROVED: frozenset({Status.EXECUTING, Status.EXPIRED, Status.REJECTED}),
    Status.EXECUTING: frozenset({Status.EXECUTED, Status.FAILED, Status.CONFLICTED}),
    Status.EXECUTED: frozenset({Status.MEASURED, Status.REVERTING}),
    Status.MEASURED: frozenset({Status.REVERTING}),
    # A revert that cannot be carried out leaves the change in force.
    Status.REVERTING: frozenset({Status.REVERTED, Status.EXECUTED, Status.MEASURED}),
}


class Ruling(StrEnum):
    """What the gate says."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


class Autonomy(StrEnum):
    """How far an agent may go for one kind of decision."""

    OBSERVE = "observe"
    PROPOSE = "propose"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact a decision rests on. ``value`` is JSON; ``query`` says how to look it up again."""

    label: str
    value: Any
    unit: str
    source: str
    query: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the change should do: ``metric`` in ``unit`` over ``horizon_days``, 80 % interval."""

    metric: str
    unit: str
    point: Decimal
    low: Decimal
    high: Decimal
    horizon_days: int


@dataclass(frozen=True, slots=True)
class RiskFactor:
    """One contribution to the risk index; contributions sum to it."""

    name: str
    contribution: float
    reason: str


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk index between 0 and 1 with the factors it is made of."""

    score: float
    factors: tuple[RiskFactor, ...] = ()


@dataclass(frozen=True, slots=True)
class Inverse:
    """The change that undoes a decision, or the reason there is none and what compensates."""

    kind: str | None
    arguments: JsonObject | None
    explanation: str


@dataclass(frozen=True, slots=True)
class RuleHit:
    """One rule that spoke, with the numbers it compared (``limit`` and ``actual`` in ``unit``)."""

    rule: str
    ruling: Ruling
    message: str
    limit: str | None = None
    actual: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer: the strictest ruling among ``hits``."""

    ruling: Ruling
    hits: tuple[RuleHit, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a decision changes: an opaque id, its type (``variant``, ``order``) and its name."""

    type: str
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an agent hands to the gate; the ledger turns it into a stored decision.

    ``arguments`` and ``precondition`` are canonical JSON: strings, integers, booleans, None,
    lists and objects; amounts are decimal strings, never floats.
    """

    agent_id: str
    kind: str
    subject: Subject
    arguments: JsonObject
    precondition: JsonObject
    evidence: tuple[Evidence, ...]
    rationale: str
    prediction: Prediction | None
    risk: Risk
    cost: Money | None
    money_at_stake: Money | None
    inverse: Inverse
    expires_at: datetime
    run_id: str | None = None
    provenance: str = "agent"

    @property
    def argument_hash(self) -> str:
        """SHA-256 of the canonical JSON of kind, subject, arguments and precondition."""
        return argument_hash(self.kind, self.subject.id, self.arguments, self.precondition)


@dataclass(frozen=True, slots=True)
class Decision:
    """A proposal that was stored: an id, a status, a verdict, and its history's moments."""

    id: str
    store_id: str
    proposal: Proposal
    status: Status
    verdict: Verdict
    created_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    executed_at: datetime | None = None
    reverts: str | None = None
    reverted_by: str | None = None
    failure: str | None = None
    argument_hash: str = field(default="")


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a decision's diff, for display: values as text, ``now`` None when unknown."""

    field: str
    now: str | None
    proposed: str | None
    unit: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The merchant's limits; the defaults are safe for a fresh store.

    Amounts are in the store's currency. The price band is in percent of the reference price (the
    price before any agent touched it). Margin is what remains of the price without tax after unit
    cost, payment fees, returns and shipping. ``None`` switches a limit off. Of marketing mail a
    customer gets ``messages_per_week`` in seven days and none in the quiet hours of the own zone;
    ``messages_per_day`` are all messages of a local day. A crossed-out price is at most the lowest
    one of the ``prior_price_days`` before (30 in the EU; None where no such law holds).
    ``salvage_percent`` of its unit cost is what a unit left over after a clearance still brings;
    ``price_points`` the only prices an agent may ask ("9.95 14.95 19.95"), None for any.
    ``price_tests_max`` variants at a time may be in a price test; 0 for none. An order before
    ``order_cutoff_hour`` of a working day ("mon tue wed thu fri") is begun that day; it leaves the
    own shelf ``own_handling_days`` working days later and arrives ``own_transit_days`` after that.
    ``closed_days`` ("2026-12-25 2026-12-28") are no working days, None when there are none.
    ``shipping_cost_per_order`` is what carrier and packing take for one order, before tax;
    ``return_cost_per_unit`` what handling a returned unit costs. Of both None is "not known", and
    then no price is changed without a person. A price goes at most
    ``competitor_above_max_percent`` above and ``competitor_below_max_percent`` below the lowest
    price that a competitor was seen to ask in the last ``competitor_max_age_days``.
    """

    margin_floor_percent: Decimal = Decimal(15)
    price_step_max_percent: Decimal = Decimal(10)
    price_week_max_percent: Decimal = Decimal(15)
    price_band_low_percent: Decimal = Decimal(70)
    price_band_high_percent: Decimal = Decimal(130)
    competitor_above_max_percent: Decimal | None = None
    competitor_below_max_percent: Decimal | None = None
    competitor_max_age_days: int = 7
    cooldown_days: int = 7
    actions_per_run: int = 50
    actions_per_day: int = 100
    spend_per_day: Decimal = Decimal(5000)
    spend_per_month: Decimal = Decimal(50000)
    unit_cost_max: Decimal | None = Decimal(1000)
    two_persons_above: Decimal | None = Decimal(10000)
    risk_auto_max: float = 0.40
    risk_deny_min: float = 0.85
    lead_time_days: int = 14
    lead_time_sd_days: int = 4
    service_level_percent: Decimal = Decimal(95)
    payment_fee_percent: Decimal = Decimal("2.9")
    payment_fee_fixed: Decimal = Decimal("0.30")
    shipping_cost_per_order: Decimal | None = None
    return_cost_per_unit: Decimal | None = None
    price_ending: str | None = None
    prior_price_days: int | None = 30
    salvage_percent: Decimal = Decimal(0)
    price_points: str | None = None
    price_tests_max: int = 2
    messages_per_week: int = 3
    messages_per_day: int = 500
    quiet_from_hour: int = 21
    quiet_to_hour: int = 8
    refund_order_max: Decimal = Decimal(100)
    refund_customer_month_max: Decimal = Decimal(150)
    refund_day_max: Decimal = Decimal(500)
    replies_per_thread_per_day: int = 3
    order_changes_max: int = 2
    customer_changes_month_max: int = 4
    order_changes_per_day: int = 30
    order_cutoff_hour: int = 11
    working_days: str = "mon tue wed thu fri"
    closed_days: str | None = None
    own_handling_days: int = 0
    own_transit_days: int = 2
    support_from_hour: int = 9
    support_to_hour: int = 17
    first_response_hours: int = 4
    resolution_hours: int = 24


@dataclass(frozen=True, slots=True)
class MandateState:
    """What a mandate says of a decision under it: ``why_not`` None when it covers it.

    ``used`` and ``today`` are what it has let through, ever and this local day, in ``unit``;
    ``of`` names what a person approved.
    """

    why_not: str | None
    used: int = 0
    total: int = 0
    today: int = 0
    per_day: int = 0
    unit: str = "messages"
    of: str = "flow"


@dataclass(frozen=True, slots=True)
class MessageState:
    """What the gate compares a message with.

    - ``exists``: this very message, of this step to this customer, was sent or may have been;
    - ``consent``: what the customer said, as the store keeps it; ``suppressed``: why the address
      gets no more mail, None when it may;
    - ``zones``: the customer's time zones, several where only the country is known;
    - ``marketing_week``: marketing mail to this customer in the last seven days;
    - ``today``: messages of this local day, to whomever;
    - ``mandate``: what the mandate it names says of it, None when it names none.
    """

    exists: bool = False
    consent: str = "unknown"
    suppressed: str | None = None
    zones: tuple[str, ...] = ("UTC",)
    marketing_week: int = 0
    today: int = 0
    mandate: MandateState | None = None


@dataclass(frozen=True, slots=True)
class PriorPrice:
    """The lowest price of the days before a reduction, and how far back prices are known.

    ``known_days`` are whole store days, at most as many as were asked for; ``lowest`` None where
    no price was ever seen.
    """

    lowest: Decimal | None
    known_days: int


@dataclass(frozen=True, slots=True)
class RefundState:
    """Money given back or promised by other decisions: of the order, the customer (30 days), today.

    ``of_order`` is at least what the store says was given back, by whomever. ``sent_again``: goods
    of the order were, or are about to be. ``exchanged``: they are, or are about to be.
    """

    of_order: Decimal = Decimal(0)
    of_customer: Decimal = Decimal(0)
    today: Decimal = Decimal(0)
    sent_again: bool = False
    exchanged: bool = False


@dataclass(frozen=True, slots=True)
class HelpState:
    """Changes to orders that customers asked for, by other decisions: of the order, the customer
    (30 days), today. ``made_good``: lines of the order that others exchange or sent again, or are
    about to.
    """

    of_order: int = 0
    of_customer: int = 0
    today: int = 0
    made_good: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CountryTax:
    """Of the units sold, the share that went to a country, and the tax in what was paid there.

    ``of_product``: its own order lines told the rate; else it is that of the whole orders.
    """

    country: str
    share: Decimal
    rate: Decimal
    of_product: bool = False


@dataclass(frozen=True, slots=True)
class CostToServe:
    """What a store's own orders say of selling one unit; rates are fractions, None not known.

    - ``tax_rate``: included in prices, weighed over the ``countries`` the units went to;
    - ``return_rate``: of the units sold, those paid back; ``lost_share``: of these, those that did
      not go back into stock;
    - ``parcels``: parcels for a unit, below 1 where units travel together; ``shipping_paid``: what
      buyers paid for shipping a unit, before tax, in the store's currency;
    - ``carried``: what a supplier takes for bringing a unit to its buyer, None where none does or
      tells it;
    - ``units``, ``returned``: how many the rates of this very variant rest on.
    """

    tax_rate: Decimal = Decimal(0)
    return_rate: Decimal | None = None
    lost_share: Decimal | None = None
    parcels: Decimal | None = None
    shipping_paid: Decimal | None = None
    units: int = 0
    returned: int = 0
    countries: tuple[CountryTax, ...] = ()
    carried: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CompetitorAsk:
    """What ``source`` asked for the same article at ``seen_at``, in the store's currency."""

    source: str
    price: Decimal
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class GateState:
    """The facts the gate compares with the policy, all as of ``now`` (store time, aware).

    - ``stopped``: scopes of the kill switch in force: ``all``, ``store``, ``agent:<id>``;
    - ``price_now``, ``unit_cost``: the variant's, in ``currency``; None = unknown;
    - ``prices_last_week``: every price in force during the last seven days;
    - ``reference_price``: the price before any agent's change; None = none has changed it yet;
    - ``compare_at_now``: the crossed-out price shown beside it; None = none;
    - ``prior``: the lowest price of the days before, None where the policy does not ask;
    - ``competitor``: the lowest price of the competitors that is young enough to count, None where
      there is none or the policy does not ask;
    - ``tax_rate``: fraction included in prices, 0 where the store's prices exclude tax;
    - ``served``: what selling a variant costs, by variant, "" for all others;
    - ``test``: what the price test says of a price that names one, None for other prices;
    - ``in_test``: another price test of the variant is not over yet;
    - ``last_change_at``: last executed change of this subject by a decision of this kind;
    - ``actions_*``: decisions already approved or executed, of this run and of this local day;
    - ``spent_*``: money settled or reserved by other decisions, this local day and month;
    - ``is_revert``: a person undoes an executed decision;
    - ``message``: what a message is compared with, None for other kinds;
    - ``refunds``: what a refund is compared with, None for other kinds;
    - ``mandate``: what the mandate says that a code names, None for other kinds;
    - ``replies_in_thread_today``: replies let through in the thread of a reply;
    - ``helped``: what a change a customer asked for is compared with, None for other kinds.
    """

    now: datetime
    currency: str
    stopped: tuple[str, ...] = ()
    autonomy: Autonomy = Autonomy.PROPOSE
    price_now: Decimal | None = None
    prices_last_week: tuple[Decimal, ...] = ()
    reference_price: Decimal | None = None
    compare_at_now: Decimal | None = None
    prior: PriorPrice | None = None
    unit_cost: Decimal | None = None
    tax_rate: Decimal = Decimal(0)
    served: Mapping[str, CostToServe] = field(default_factory=dict)
    competitor: CompetitorAsk | None = None
    last_change_at: datetime | None = None
    actions_this_run: int = 0
    actions_today: int = 0
    spent_today: Decimal = Decimal(0)
    spent_this_month: Decimal = Decimal(0)
    is_revert: bool = False
    message: MessageState | None = None
    test: MandateState | None = None
    in_test: bool = False
    refunds: RefundState | None = None
    replies_in_thread_today: int = 0
    mandate: MandateState | None = None
    helped: HelpState | None = None


def canonical_json(value: object) -> str:
    """Canonical JSON: sorted keys, no white space, no floats (RFC 8785 on our value set)."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def argument_hash(
    kind: str, subject_id: str, arguments: JsonObject, precondition: JsonObject
) -> str:
    """The hash an approval binds to: any change to the four parts changes it."""
    document = {
        "arguments": dict(arguments),
        "kind": kind,
        "precondition": dict(precondition),
        "subject": subject_id,
    }
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("decision arguments carry decimal strings, not floats")
    if isinstance(value, Mapping):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _refuse_floats(item)
