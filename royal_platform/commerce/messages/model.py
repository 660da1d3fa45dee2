"""A message to one customer: whom it reaches, what it says, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any


class Purpose(StrEnum):
    """Marketing needs consent, a free moment and an allowance; a transaction's notice does not."""

    MARKETING = "marketing"
    TRANSACTIONAL = "transactional"


class Consent(StrEnum):
    """What the customer said about marketing mail, as the store keeps it."""

    SUBSCRIBED = "subscribed"
    NOT_SUBSCRIBED = "not_subscribed"
    UNSUBSCRIBED = "unsubscribed"
    PENDING = "pending"
    UNKNOWN = "unknown"


class State(StrEnum):
    """Where a message stands; ``handing_over``: whether the carrier took it is not known."""

    COMPOSED = "composed"
    HANDING_OVER = "handing_over"
    SENT = "sent"
    BOUNCED = "bounced"


class Cause(StrEnum):
    """Why an address gets no more mail."""

    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a message is for, as the live store knows the person now; None = not known."""

    customer_id: str
    name: str | None
    address: str | None
    consent: Consent
    language: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class Checkout:
    """A checkout that was begun: where it goes on, and whether it became an order."""

    id: str
    url: str
    completed: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of goods; ``price`` is the line's total as text with its currency."""

    title: str
    quantity: int
    price: str


@dataclass(frozen=True, slots=True)
class Context:
    """What a template may say. Every part is plain text; a template names the parts it needs."""

    shop: str = ""
    customer: str = ""
    order: str = ""
    url: str = ""
    lines: tuple[Line, ...] = ()
    code: str = ""
    percent: str = ""
    until: str = ""
    carrier: str = ""
    tracking: str = ""
    amount: str = ""
    title: str = ""
    body: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Context:
        """The context that a decision's arguments carry; ``ValueError`` names what is wrong."""
        known = {each.name for each in fields(cls)}
        unknown = sorted(set(given) - known)
        if unknown:
            raise ValueError(f"A message knows no {', '.join(unknown)}.")
        wrong = [name for name, value in given.items() if name != "lines" and not _is_text(value)]
        if wrong:
            raise ValueError(f"{', '.join(wrong)} must be text.")
        lines = tuple(_line(each) for each in given.get("lines", ()))
        return cls(**{**given, "lines": lines})


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as it is read: HTML and the same in plain text."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a message."""

    filename: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message ready to be carried; ``id`` is the same at every attempt.

    ``answers``: Message-IDs of the conversation it goes on with, oldest first.
    """

    id: str
    sender: str
    to: str
    content: Rendered
    unsubscribe_url: str | None
    answers: tuple[str, ...] = ()
    files: tuple[Enclosure, ...] = ()


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _line(given: Any) -> Line:
    try:
        return Line(str(given["title"]), int(given["quantity"]), str(given["price"]))
    except (KeyError, TypeError, ValueError):
        raise ValueError("A line has title, quantity and price.") from None
