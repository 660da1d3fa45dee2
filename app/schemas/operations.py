"""Events, policies, the kill switch, the session and the connections."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, Field

from app.schemas.common import Amount, Given, Model, Source
from royal_platform.commerce.decisions.ladder import LONGEST, PATTERN

# The largest integer that a browser's numbers hold exactly.
SEQ_MAX = 2**53 - 1
# Ten years: beyond the calendar's end no limit can be computed at all.
_DAYS_MAX = 3650
_ACTIONS_MAX = 1_000_000


class EventOut(Model):
    """One row of the audit log; the same shape travels over ``/ws``."""

    seq: int
    id: str
    type: str
    subject: str
    actor: str
    occurred_at: datetime
    recorded_at: datetime
    payload: dict[str, Any]
    hash: str


class EventPage(Model):
    """Ascending by ``seq`` with ``after``, else descending; ``head`` is the newest seq."""

    data: list[EventOut]
    next_after: int | None
    head: int


class EventQuery(BaseModel):
    after: int | None = Field(default=None, ge=0, le=SEQ_MAX)
    before: int | None = Field(default=None, ge=1, le=SEQ_MAX)
    type: str | None = None
    subject: str | None = None
    without: list[str] = Field(
        default_factory=list, max_length=20, description="Types that are left out"
    )
    limit: int = Field(default=100, ge=1, le=500)


class PolicyDocument(Given):
    """Every limit the gate reads; units are in the names. See docs/reference/policy.md."""

    margin_floor_percent: Amount
    price_step_max_percent: Amount
    price_week_max_percent: Amount
    price_band_low_percent: Amount
    price_band_high_percent: Amount
    competitor_above_max_percent: Amount | None = None
    competitor_below_max_percent: Amount | None = None
    competitor_max_age_days: int = Field(default=7, ge=0, le=_DAYS_MAX)
    cooldown_days: int = Field(ge=0, le=_DAYS_MAX)
    actions_per_run: int = Field(ge=0, le=_ACTIONS_MAX)
    actions_per_day: int = Field(ge=0, le=_ACTIONS_MAX)
    spend_per_day: Amount
    spend_per_month: Amount
    unit_cost_max: Amount | None
    two_persons_above: Amount | None
    risk_auto_max: float = Field(ge=0, le=1)
    risk_deny_min: float = Field(ge=0, le=1)
    lead_time_days: int = Field(ge=0, le=_DAYS_MAX)
    lead_time_sd_days: int = Field(ge=0, le=_DAYS_MAX)
    service_level_percent: Amount
    payment_fee_percent: Amount
    payment_fee_fixed: Amount
    shipping_cost_per_order: Amount | None = None
    return_cost_per_unit: Amount | None = None
    price_ending: str | None
    price_points: str | None = Field(default=None, max_length=LONGEST, pattern=f"^{PATTERN}$")
    price_tests_max: int = Field(default=2, ge=0, le=_ACTIONS_MAX)
    prior_price_days: int | None = Field(default=30, ge=0, le=_DAYS_MAX)
    salvage_percent: Amount = Decimal(0)
    messages_per_week: int = Field(ge=0, le=_ACTIONS_MAX)
    messages_per_day: int = Field(ge=0, le=_ACTIONS_MAX)
    quiet_from_hour: int = Field(ge=0, le=23)
    quiet_to_hour: int = Field(ge=0, le=23)
    refund_order_max: Amount
    refund_customer_month_max: Amount
    refund_day_max: Amount
    replies_per_thread_per_day: int = Field(ge=0, le=_ACTIONS_MAX)
    order_changes_max: int = Field(ge=0, le=_ACTIONS_MAX)
    customer_changes_month_max: int = Field(ge=0, le=_ACTIONS_MAX)
    order_changes_per_day: int = Field(ge=0, le=_ACTIONS_MAX)
    order_cutoff_hour: int = Field(default=11, ge=0, le=23)
    working_days: str = Field(default="mon tue wed thu fri", min_length=3, max_length=40)
    closed_days: str | None = Field(default=None, max_length=1_200)
    own_handling_days: int = Field(default=0, ge=0, le=_DAYS_MAX)
    own_transit_days: int = Field(default=2, ge=0, le=_DAYS_MAX)
    support_from_hour: int = Field(ge=0, le=23)
    support_to_hour: int = Field(ge=0, le=23)
    first_response_hours: int = Field(ge=0, le=2_000)
    resolution_hours: int = Field(ge=0, le=2_000)


class PolicyOut(Model):
    """``decision_id`` is the decision this request made; ``waiting`` those for a person."""

    version: int
    document: PolicyDocument
    currency: str
    changed_by: str
    changed_at: datetime
    decision_id: str | None
    waiting: list[str]


class PolicyIn(Given):
    """``version`` is the one that was edited; another one in force is a 409."""

    version: int
    document: PolicyDocument
    reason: str = Field(default="", max_length=500)


class StopIn(Given):
    """``scope`` is ``store`` or ``agent:<id>``."""

    scope: str = "store"
    reason: str = Field(default="", max_length=500)


class InFlight(Model):
    decision_id: str
    state: str
    outcome: str | None


class StopOut(Model):
    """``in_flight`` lists the writes that had started before the acknowledgement."""

    stopped: list[str]
    acknowledged_at: datetime
    in_flight: list[InFlight]


class StoreOut(Model):
    id: str
    name: str
    domain: str
    source: Source
    currency: str
    timezone: str
    now: datetime
    clock: Literal["wall", "world"]
    clock_rate: float


class SessionOut(Model):
    """Who is signed in, what they may do, which store they see."""

    name: str
    role: str
    permissions: list[str]
    store: StoreOut | None
    stopped: list[str]
    head: int
    version: str


class SyncProgress(Model):
    """``phase``: waiting, first, incremental, idle, failed. Counts are rows stored so far."""

    phase: Literal["waiting", "first", "incremental", "idle", "failed"]
    products: int
    orders: int
    customers: int
    orders_expected: int | None
    last_success_at: datetime | None
    error: str | None


class ConnectionOut(Model):
    """One outside system: ``state`` and, when it is not connected, which variable to set."""

    id: str
    name: str
    state: Literal["connected", "degraded", "disconnected", "not_configured"]
    detail: str
    remedy: str | None
    source: Source | None
    sync: SyncProgress | None


class ConnectionList(Model):
    data: list[ConnectionOut]


class ConnectionPath(BaseModel):
    connection_id: str = Field(min_length=1)


class DeadLetterOut(Model):
    """Work that was given up: what kind, about what, and why."""

    id: str
    kind: str
    subject: str
    error: str
    at: datetime


class DeadLetterList(Model):
    data: list[DeadLetterOut]


class DeadLetterPath(BaseModel):
    letter_id: str = Field(min_length=1)
