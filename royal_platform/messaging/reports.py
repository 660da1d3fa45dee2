"""What mail programs report of our mail: undeliverable (RFC 3464), or a complaint (RFC 5965).

A report is believed only as far as it names a message of ours, whose id nobody guesses, and the
address that message went to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from royal_platform.commerce.messages.model import Cause

_OURS = re.compile(r"<(msg_[0-9a-f]{40})@[^<>\s]{1,255}>", re.IGNORECASE)
_PERMANENT = re.compile(r"5\.\d{1,3}\.\d{1,3}")
_READ_MAX = 200_000


@dataclass(frozen=True, slots=True)
class Report:
    """A message of ours that did not reach its address for good, or was complained about.

    ``addresses`` are those the report names; a complaint may name none. ``event_id`` is the same
    whenever the same event is sent again; None where a carrier gives events no id.
    """

    message_id: str
    addresses: tuple[str, ...]
    cause: Cause
    event_id: str | None = None


def report_of(raw: bytes) -> Report | None:
    """The report that a mail is; None for any other mail, a delay or a success."""
    mail = message_from_bytes(raw[:_READ_MAX], policy=compat32)
    if mail.get_content_type() != "multipart/report":
        return None
    kind = str(mail.get_param("report-type", "")).lower()
    found = _OURS.search(_original(mail))
    if found is None:
        return None
    if kind == "feedback-report":
        return _complaint(mail, found[1].lower())
    return _bounce(mail, found[1].lower()) if kind == "delivery-status" else None


def _bounce(mail: Message, message_id: str) -> Report | None:
    failed = [
        _address(fields.get("Final-Recipient") or fields.get("Original-Recipient"))
        for fields in _fields(mail, "message/delivery-status")
        if str(fields.get("Action", "")).strip().lower() == "failed"
        and _PERMANENT.match(str(fields.get("Status", "")).strip())
    ]
    addresses = tuple(each for each in failed if each)
    return Report(message_id, addresses, Cause.BOUNCED) if addresses else None


def _complaint(mail: Message, message_id: str) -> Report | None:
    for fields in _fields(mail, "message/feedback-report"):
        if str(fields.get("Feedback-Type", "")).strip().lower() == "abuse":
            address = _address(fields.get("Original-Rcpt-To"))
            return Report(message_id, (address,) if address else (), Cause.COMPLAINED)
    return None


def _fields(mail: Message, kind: str) -> Iterator[Message]:
    """The groups of fields of the report's machine-readable part."""
    for part in mail.walk():
        if part.get_content_type() != kind:
            continue
        payload = part.get_payload()
        if isinstance(payload, list):
            yield from (each for each in payload if isinstance(each, Message))
        elif isinstance(payload, str):
            yield message_from_bytes(payload.encode("utf-8", "replace"), policy=compat32)


def _original(mail: Message) -> str:
    """The Message-ID of the mail it is about, from the copy that the report carries."""
    told: list[str] = []
    for part in mail.walk():
        if part is mail:
            continue
        told.append(str(part.get("Message-ID", "")))
        if part.get_content_type() == "text/rfc822-headers":
            told.append(str(part.get_payload()))
    return "\n".join(told)


def _address(field: object) -> str:
    """``rfc822; ann@shop.example`` or ``<ann@shop.example>`` as the address."""
    return str(field or "").rpartition(";")[2].strip().strip("<>").lower()
