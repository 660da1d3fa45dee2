"""When a message may be sent, and under which name it is sent only once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo

_HOUR = timedelta(hours=1)


def message_id(customer_id: str, flow: str, step: str) -> str:
    """The one message of this step to this customer: the same three make the same message."""
    told = "\x1f".join((customer_id, flow, step))
    return f"msg_{hashlib.sha256(told.encode()).hexdigest()[:40]}"


def address_digest(address: str) -> str:
    """An address one can recognise and not read: SHA-256 of it in lower case."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


def is_quiet(now: datetime, zones: Sequence[str], begin: int, end: int) -> bool:
    """Whether it is a quiet hour (local hour in [begin, end), over midnight too) in any zone."""
    return any(_within(now.astimezone(ZoneInfo(zone)).hour, begin, end) for zone in zones)


def next_moment(now: datetime, zones: Sequence[str], begin: int, end: int) -> datetime:
    """``now``, or the first full hour after it that is quiet in none of the zones.

    Zones whose waking hours never meet get ``now`` a day later: the gate says why it waits.
    """
    if not is_quiet(now, zones, begin, end):
        return now
    hour = now.replace(minute=0, second=0, microsecond=0)
    for ahead in range(1, 25):
        moment = hour + ahead * _HOUR
        if not is_quiet(moment, zones, begin, end):
            return moment
    return now + timedelta(days=1)


def unsubscribe_headers(url: str) -> Mapping[str, str]:
    """One click without a question, RFC 8058."""
    return {
        "List-Unsubscribe": f"<{url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def internet_id(message_id: str, sender: str) -> str:
    """The Message-ID a message of ours carries, without its angle brackets."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"{message_id}@{domain}"


def thread_headers(answers: Sequence[str]) -> Mapping[str, str]:
    """A reply's place in its conversation (RFC 5322), and no automatic answers to it, please."""
    if not answers:
        return {}
    told = [f"<{each}>" for each in answers]
    return {
        "In-Reply-To": told[-1],
        "References": " ".join(told),
        "X-Auto-Response-Suppress": "All",
    }


def send_arguments(
    *,
    customer_id: str,
    flow: str,
    step: str,
    template: str,
    purpose: str,
    context: Mapping[str, Any] | None = None,
    about: Mapping[str, str] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The arguments of a ``message.send``: the subject's id is ``message_id`` of the first three.

    ``about`` names what the message hangs on, e.g. ``{"type": "checkout", "id": ...}``: its link is
    read when the message is sent.
    """
    return {
        "customer_id": customer_id, "flow": flow, "step": step, "template": template,
        "purpose": purpose, "context": dict(context or {}), "about": dict(about or {}), **more,
    }  # fmt: skip


def _within(hour: int, begin: int, end: int) -> bool:
    if begin <= end:
        return begin <= hour < end
    return hour >= begin or hour < end
