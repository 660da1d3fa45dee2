"""Threads with customers on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.schemas.common import Amount, Given, Model, MoneyOut, PageQuery, Provenance
from royal_platform.commerce.support.intents import Intent

_ID_MAX = 80
ThreadState = Literal["open", "waiting", "escalated", "resolved"]


class TriageOut(Model):
    """What the newest message was understood to mean; ``confidence`` 0..1 of the intent."""

    message_id: str
    language: str
    intent: str
    sentiment: Literal["positive", "neutral", "negative"]
    urgency: Literal["low", "normal", "high", "unsure"]
    confidence: float
    reasons: list[str]


class EscalationOut(Model):
    reason: str
    summary: str
    at: datetime


class VouchingOut(Model):
    """A person's word for the sender; ``note`` says how it was made sure."""

    by: str
    note: str
    at: datetime


class ThreadOut(Model):
    """``*_due_at`` are the promises in business hours; ``late`` that one of them was broken.

    ``proof``: the sender was proven, was not (nothing of an order is told or done), or somebody
    vouched for it.
    """

    id: str
    channel: Literal["mail", "chat", "api"]
    status: ThreadState
    subject: str
    author: str
    address: str
    customer_id: str | None
    order_id: str | None
    opened_at: datetime
    last_message_at: datetime
    first_response_due_at: datetime
    resolution_due_at: datetime
    first_response_at: datetime | None
    resolved_at: datetime | None
    late: bool
    triage: TriageOut | None
    escalation: EscalationOut | None
    satisfaction: int | None
    proof: Literal["proven", "unproven", "vouched"]
    vouching: VouchingOut | None


class ThreadPage(Model):
    """``counts``: how many threads stand in each state, whatever the filter."""

    data: list[ThreadOut]
    next_cursor: str | None
    total: int
    counts: dict[ThreadState, int]
    provenance: Provenance


class AttachmentOut(Model):
    """``refused`` says why the file was not kept."""

    id: str
    filename: str
    media_type: str
    declared_type: str
    size: int
    sha256: str
    refused: str | None


class ThreadMessageOut(Model):
    """``html`` was sanitised; ``quoted`` is what was cut off the text."""

    id: str
    direction: Literal["inbound", "outbound"]
    author: str
    address: str
    subject: str
    text: str
    quoted: str
    html: str | None
    is_automatic: bool
    sent_at: datetime
    attachments: list[AttachmentOut]
    decision_id: str | None


class CitationOut(Model):
    type: Literal["policy", "product", "order"]
    source_id: str
    title: str
    quote: str
    as_of: datetime


class DraftOut(Model):
    """``missing`` names what the answer should have said and nothing was found for."""

    id: str
    answers: str
    text: str
    language: str
    citations: list[CitationOut]
    made_by: str
    created_at: datetime
    missing: list[str]


class OtherVariantOut(Model):
    """``available`` units, null where none are counted; ``difference`` is what one costs more."""

    id: str
    title: str
    available: int | None
    difference: MoneyOut


class ExchangeableLineOut(Model):
    """An order line, its ``units`` that were not paid back, and what else there is of it."""

    id: str
    title: str
    variant: str
    units: int
    others: list[OtherVariantOut]


class ThreadDetail(ThreadOut):
    """``exchangeable``: of the thread's order, what may come back for another variant."""

    messages: list[ThreadMessageOut]
    draft: DraftOut | None
    exchangeable: list[ExchangeableLineOut]
    provenance: Provenance


class ThreadQuery(PageQuery):
    """``intent``, ``sentiment``, ``urgency``: what the newest message was understood to mean."""

    status: ThreadState | None = None
    customer_id: str | None = Field(None, max_length=_ID_MAX)
    intent: Intent | None = None
    sentiment: Literal["positive", "neutral", "negative"] | None = None
    urgency: Literal["low", "normal", "high", "unsure"] | None = None


class ThreadPath(BaseModel):
    thread_id: str = Field(max_length=_ID_MAX)


class FilePath(ThreadPath):
    attachment_id: str = Field(max_length=_ID_MAX)


class ReplyIn(Given):
    """``key`` is yours: the same reply again is proposed once."""

    text: str = Field(min_length=1, max_length=10_000)
    key: str = Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")
    language: Literal["en", "nl"] = "en"
    resolves: bool = False


class VouchIn(Given):
    """``message_id``: the customer's newest message you read; ``note``: how you made sure."""

    message_id: str = Field(min_length=1, max_length=_ID_MAX)
    note: str = Field(min_length=1, max_length=255)


class RefundIn(Given):
    """``amount`` in the store's currency; the note is kept with the refund."""

    amount: Amount = Field(gt=0, le=10**9)
    note: str = Field(min_length=1, max_length=255)


Reason = Literal[
    "COLOR", "DEFECTIVE", "NOT_AS_DESCRIBED", "OTHER", "SIZE_TOO_LARGE", "SIZE_TOO_SMALL", "STYLE",
    "UNKNOWN", "UNWANTED", "WRONG_ITEM",
]  # fmt: skip


class ReturnIn(Given):
    """``lines`` are units by order line, empty for all that was bought; ``note`` is kept."""

    lines: dict[str, Annotated[int, Field(ge=1, le=1_000_000)]] = Field(
        default_factory=dict, max_length=50
    )
    reason: Reason = "UNKNOWN"
    note: str = Field(min_length=1, max_length=200)


class ReshipIn(Given):
    """``lines`` are units by order line, empty for all that was bought; ``note`` says why."""

    lines: dict[str, Annotated[int, Field(ge=1, le=1_000_000)]] = Field(
        default_factory=dict, max_length=50
    )
    note: str = Field(min_length=1, max_length=200)


class ExchangeIn(Given):
    """``units`` of the order's ``line_id`` for ``variant_id`` of the same article."""

    line_id: str = Field(min_length=1, max_length=_ID_MAX)
    variant_id: str = Field(min_length=1, max_length=_ID_MAX)
    units: int = Field(default=1, ge=1, le=1_000_000)
    reason: Reason = "UNKNOWN"
    note: str = Field(min_length=1, max_length=200)


class CodeIn(Given):
    """Whole ``percent`` off what the thread's order was of, for ``days``; ``note`` says why."""

    percent: int = Field(ge=1, le=50)
    days: int = Field(default=30, ge=1, le=60)
    note: str = Field(min_length=1, max_length=200)


class OrderCancelIn(Given):
    """``note`` says why; it is kept with the order."""

    note: str = Field(min_length=1, max_length=255)


Line = Annotated[str, Field(min_length=1, max_length=255)]


class AddressIn(Given):
    """Where the order shall go; ``country`` is ISO 3166-1 alpha-2."""

    first_name: Line | None = None
    last_name: Line
    company: Line | None = None
    address1: Line
    address2: Line | None = None
    postal_code: Line | None = None
    city: Line
    province: Line | None = None
    country: str = Field(pattern=r"^[A-Z]{2}$")
    phone: Line | None = None


class AddressChangeIn(Given):
    """``note`` says how it was made sure that the customer asks."""

    address: AddressIn
    note: str = Field(min_length=1, max_length=255)


class ProposedOut(Model):
    """The decision that came of it; ``status`` says whether it waits for a person."""

    decision_id: str
    status: str
