"""A customer's thread: its messages, what they were understood to mean, and drafts of answers.

Whatever a customer wrote is data with a provenance: it is quoted, never obeyed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """Where a thread came in."""

    MAIL = "mail"
    CHAT = "chat"
    API = "api"


class Direction(StrEnum):
    """Who wrote a message: the customer, or we."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class ThreadStatus(StrEnum):
    """Whom a thread waits for: us, the customer, a person of ours, or nobody."""

    OPEN = "open"
    WAITING = "waiting"
    ESCALATED = "escalated"
    RESOLVED = "resolved"


class Sentiment(StrEnum):
    """The mood of a message."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


class Urgency(StrEnum):
    """How soon a message wants an answer; ``UNSURE`` where that cannot be told."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    UNSURE = "unsure"


class Proof(StrEnum):
    """Who says that a thread's sender is who it says: a machine, nobody, or a person of ours."""

    PROVEN = "proven"
    UNPROVEN = "unproven"
    VOUCHED = "vouched"


class SourceType(StrEnum):
    """What a citation points at."""

    POLICY = "policy"
    PRODUCT = "product"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a message.

    - ``media_type``: what its bytes say it is; ``declared_type`` what the sender called it;
    - ``size``: bytes; ``sha256``: hex digest of the bytes;
    - ``refused``: why its bytes were not kept; None when they were.
    """

    id: str
    filename: str
    media_type: str
    declared_type: str
    size: int
    sha256: str
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """One message of a thread.

    - ``text``: what was newly written, without quotes and signature; ``quoted``: the rest;
    - ``html``: sanitised, None when there was only text;
    - ``internet_id``: the RFC 5322 Message-ID without angle brackets, None where there is none;
    - ``is_automatic``: a machine wrote it (RFC 3834): it is never answered;
    - ``decision_id``: the decision that sent it, for our own.
    """

    id: str
    thread_id: str
    direction: Direction
    author: str
    address: str
    subject: str
    text: str
    quoted: str
    html: str | None
    internet_id: str | None
    is_automatic: bool
    sent_at: datetime
    attachments: tuple[Attachment, ...] = ()
    decision_id: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something a customer sent, as it came in and before it has a thread.

    - ``key``: the same for the same message, however often it arrives;
    - ``answers``: Message-IDs it says it answers, the nearest first;
    - ``files``: with their bytes, None where they were refused;
    - ``proven``: False when it may come from somebody else than it says.
    """

    key: str
    channel: Channel
    author: str
    address: str
    subject: str
    text: str
    quoted: str
    html: str | None
    internet_id: str | None
    answers: tuple[str, ...]
    is_automatic: bool
    files: tuple[tuple[Attachment, bytes | None], ...] = ()
    proven: bool = True


@dataclass(frozen=True, slots=True)
class Triage:
    """What a message was understood to mean.

    ``message_id`` is the message it was read from; ``language`` a BCP 47 tag (``en``, ``nl``) or
    ``und``; ``confidence`` 0..1 of the intent; ``reasons`` say what it was read from.
    """

    message_id: str
    language: str
    intent: str
    sentiment: Sentiment
    urgency: Urgency
    confidence: float
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """What an answer rests on: ``quote`` is the passage or fact itself, as of ``as_of``."""

    type: SourceType
    source_id: str
    title: str
    quote: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer that nobody has sent yet.

    ``answers`` is the message it answers; ``made_by`` is ``model:<name>`` or ``macro:<name>``;
    ``missing`` names what it should have said and nothing was found for.
    """

    id: str
    thread_id: str
    answers: str
    text: str
    language: str
    citations: tuple[Citation, ...]
    made_by: str
    created_at: datetime
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Escalation:
    """Why a person shall take a thread over, and what that person needs to know first."""

    reason: str
    summary: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Vouching:
    """A person's word for who wrote a thread, and how it was made sure."""

    by: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Clockwork:
    """The promises of a thread: when the first answer and the solution are due, when they came."""

    first_response_due_at: datetime
    resolution_due_at: datetime
    first_response_at: datetime | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """One customer's conversation about one thing.

    - ``customer_id``, ``order_id``: the store's own ids, None when they are not known;
    - ``address``: where answers go, empty once the person was erased;
    - ``satisfaction``: 1..5 as the customer said, None while nothing was said;
    - ``proof``: who says that the sender is who it says; ``vouching`` where a person does.
    """

    id: str
    channel: Channel
    status: ThreadStatus
    subject: str
    author: str
    address: str
    customer_id: str | None
    order_id: str | None
    opened_at: datetime
    last_message_at: datetime
    last_inbound_at: datetime
    clock: Clockwork
    triage: Triage | None = None
    escalation: Escalation | None = None
    satisfaction: int | None = None
    proof: Proof = Proof.PROVEN
    vouching: Vouching | None = None
