"""Flows, their mandates and what they change; messages and their preview."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from app.schemas.common import Given, Model, MoneyOut, PageQuery, Provenance

_ID_MAX = 80
_TEXT_MAX = 20_000


class StepCodesOut(Model):
    """Codes that were made and used, and net sales of the orders with one: a count, no lift."""

    made: int
    redeemed: int
    revenue: MoneyOut


class FlowStepOut(Model):
    """A step with how many customers wait for it and how many messages it sent.

    ``codes`` is None where it offers none and made none.
    """

    id: str
    wait_seconds: int
    template: str
    waiting: int
    sent: int
    codes: StepCodesOut | None


class MandateOut(Model):
    decision_id: str
    version: int
    granted_at: datetime
    until: datetime
    used: int
    total: int
    per_day: int


class LiftOut(Model):
    """Net sales per customer, messages against holdout, with a 95 % interval.

    ``known`` false: ``why`` says what is missing; the figures are None when there are too few.
    """

    treated: int
    holdout: int
    estimate: MoneyOut | None
    low: MoneyOut | None
    high: MoneyOut | None
    total: MoneyOut | None
    known: bool
    why: str | None


class FlowOut(Model):
    """``asked`` is the decision that waits for a person's yes to this version."""

    id: str
    name: str
    version: int
    trigger: Literal[
        "checkout_abandoned", "customer_created", "order_placed", "order_expected",
        "back_in_stock", "price_dropped", "campaign",
    ]  # fmt: skip
    audience: str | None
    stops_on_purchase: bool
    holdout_percent: int
    horizon_days: int
    text: str
    changed_by: str
    changed_at: datetime
    steps: list[FlowStepOut]
    entered: int
    watched: int
    stopped: int
    done: int
    mandate: MandateOut | None
    asked: str | None
    lift: LiftOut


class FlowList(Model):
    data: list[FlowOut]
    templates: list[str]
    carrier: Literal["outbox", "smtp", "sendgrid"]
    provenance: Provenance


class FlowPath(BaseModel):
    flow_id: str = Field(max_length=_ID_MAX)


class FlowText(Given):
    text: str = Field(max_length=_TEXT_MAX)


class FlowIn(FlowText):
    """``version`` is the one that was edited; another newest one is a 409."""

    version: int = Field(ge=0, le=1_000_000)


class FlowCheckOut(Model):
    """Every problem of a flow's text; none when it can be saved."""

    problems: list[str]


class PersonOut(Model):
    id: str
    name: str | None
    orders: int


class SendingOut(Model):
    """A step to one customer and when it would have been due."""

    customer_id: str
    step: str
    due_at: datetime
    outcome: Literal[
        "sent", "to_come", "bought", "holdout", "without_consent", "weekly_cap", "daily_cap"
    ]


class FlowTrialOut(Model):
    """Whom a flow is about now, and what it would have done in the last thirty days.

    ``agreed`` of the members have agreed to marketing mail as the local copy has it, ``holdout`` is
    of those; the store is asked about each when a message is due. ``why_not`` names the trigger
    that cannot be tried on what is kept here; then there are no figures.
    """

    members: int
    agreed: int
    holdout: int
    sample: list[PersonOut]
    since: datetime
    until: datetime
    signals: int
    outcomes: dict[str, int]
    sendings: list[SendingOut]
    why_not: Literal["campaign"] | None


class MessageOut(Model):
    id: str
    decision_id: str
    customer_id: str | None
    flow: str
    step: str
    purpose: Literal["marketing", "transactional"]
    template: str
    carrier: Literal["outbox", "smtp", "sendgrid"]
    state: Literal["composed", "handing_over", "sent", "bounced"]
    address: str | None
    subject: str | None
    created_at: datetime
    sent_at: datetime | None


class MessageDetail(MessageOut):
    """``html`` and ``text`` are None once the person was erased."""

    html: str | None
    text: str | None


class MessagePage(Model):
    data: list[MessageOut]
    next_cursor: str | None
    total: int


class MailSuppressionOut(Model):
    """An address that gets no more mail: by its digest, since nobody keeps the address for it."""

    digest: str
    customer_id: str | None
    cause: Literal["unsubscribed", "bounced", "complained"]
    source: str
    at: datetime


class MailSuppressionPage(Model):
    data: list[MailSuppressionOut]
    next_cursor: str | None
    total: int


class MailSuppressionPath(BaseModel):
    digest: str = Field(max_length=64)


class MessageQuery(PageQuery):
    flow: str | None = Field(None, max_length=120)


class MessagePath(BaseModel):
    message_id: str = Field(max_length=_ID_MAX)


class PreviewQuery(BaseModel):
    template: str = Field(max_length=120)
    language: Literal["en", "nl"] = "en"
    customer_id: str | None = Field(None, max_length=_ID_MAX)


class MessagePreview(Model):
    """A template with a real customer of the store and what she last bought."""

    customer_id: str
    customer: str | None
    order: str
    subject: str
    html: str
    text: str
