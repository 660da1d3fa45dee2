"""The rules of a thread's life: when answers are due, and which mail is never answered."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from royal_platform.commerce.support.intents import Intent
from royal_platform.commerce.support.model import (
    Clockwork,
    Escalation,
    Sentiment,
    Thread,
    Triage,
    Urgency,
)
from royal_platform.commerce.support.tongues import UNDETERMINED

# Those in which there are words to answer with.
LANGUAGES = ("en", "nl")

_DAY = timedelta(days=1)
_MACHINES = re.compile(r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+._-].*)?")
_ORDER = re.compile(r"#[A-Z0-9-]{0,8}\d{3,10}\b")
_WROTE = re.compile(r"(on|op|am|le|el) .{4,200}(wrote|schreef|schrieb|écrit|escribió)\b.*:")
_FORWARD = re.compile(r"-{2,}\s?(original message|oorspronkelijk bericht|ursprüngliche nachricht"
                      r"|forwarded message|doorgestuurd bericht)\s?-{2,}")  # fmt: skip
_HEADER = re.compile(r"(from|van|von|de): .{3,}")
_NEXT_HEADER = re.compile(r"(sent|date|to|verzonden|datum|aan|gesendet|an|subject|onderwerp): .+")
# A line longer than this is no attribution; matching it would only cost time.
_LINE_MAX = 300
# A parcel that took longer than this is looked for by no carrier any more.
_LOST_AFTER = timedelta(days=14)
# What only a person may answer, whatever is known.
_FOR_PERSONS: Mapping[str, str] = {
    "unsure": "What the customer wants was not understood.",
    "other": "It is about nothing that an agent may answer.",
    "damaged": "The customer says that the goods are damaged or wrong.",
    "payment": "It is about a payment.",
}
# Somebody upset who may not wait is a person's, also where it is not certain how soon.
_HASTE: Mapping[Urgency, str] = {
    Urgency.HIGH: "The customer is upset and it is urgent.",
    Urgency.UNSURE: "The customer is upset and it may be urgent.",
}


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When the store's people work: local hours [``begin``, ``end``) on ``weekdays`` (Monday 0)."""

    timezone: str
    begin: int = 9
    end: int = 17
    weekdays: frozenset[int] = frozenset(range(5))


@dataclass(frozen=True, slots=True)
class Promise:
    """Within how many business hours a first answer and a solution come."""

    first_response_hours: int = 4
    resolution_hours: int = 24


@dataclass(frozen=True, slots=True)
class ParcelSent:
    """An order as our copy knows it: whether all of it left, and whether money went back.

    ``begun``: some of it left.
    """

    ordered_at: datetime
    whole: bool
    paid_back: bool
    begun: bool = False


def due_at(opened_at: datetime, hours: int, when: BusinessHours) -> datetime:
    """The moment when ``hours`` of business time have passed since ``opened_at`` (aware, UTC).

    Hours are counted on the clock of the wall: a day on which it is set has as many as any other.
    """
    if not when.weekdays or when.begin >= when.end:
        return opened_at + timedelta(hours=hours)
    zone = ZoneInfo(when.timezone)
    at = opened_at.astimezone(zone).replace(tzinfo=None)
    left = timedelta(hours=hours)
    while True:
        begin = datetime.combine(at.date(), time(when.begin))
        end = datetime.combine(at.date(), time(0)) + timedelta(hours=when.end)
        at = max(at, begin)
        if at.weekday() in when.weekdays and at < end:
            if at + left <= end:
                return (at + left).replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))
            left -= end - at
        at = datetime.combine(at.date(), time(0)) + _DAY


def clockwork(opened_at: datetime, promise: Promise, when: BusinessHours) -> Clockwork:
    """The promises of a thread that begins at ``opened_at``."""
    return Clockwork(
        first_response_due_at=due_at(opened_at, promise.first_response_hours, when),
        resolution_due_at=due_at(opened_at, promise.resolution_hours, when),
    )


def is_late(clock: Clockwork, now: datetime) -> bool:
    """Whether a promise was broken: an answer or a solution came late, or is overdue."""
    return (clock.first_response_at or now) > clock.first_response_due_at or (
        clock.resolved_at or now
    ) > clock.resolution_due_at


def is_machine(headers: Mapping[str, str], address: str) -> bool:
    """Whether a machine wrote the mail, by its headers in lower case (RFC 3834, 3464, 2076).

    Such mail is never answered: two machines that answer each other never end.
    """
    submitted = headers.get("auto-submitted", "no").partition(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return True
    if headers.get("precedence", "").strip().lower() in {"bulk", "junk", "list", "auto_reply"}:
        return True
    if any(name in headers for name in ("list-id", "x-autoreply", "x-autorespond", "x-loop")):
        return True
    if headers.get("content-type", "").lower().startswith("multipart/report"):
        return True
    if headers.get("return-path", "-").strip() in {"", "<>"}:
        return True
    return bool(_MACHINES.fullmatch(address.partition("@")[0].lower()))


def unquoted(text: str) -> tuple[str, str]:
    """What was newly written, and the rest: the quoted message and everything below it.

    A linear rule by lines; where answers stand between quoted lines all that is not quoted stays.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cut = next((at for at in range(len(lines)) if _begins_quote(lines, at)), len(lines))
    kept = [line for line in lines[:cut] if not line.startswith(">")]
    rest = [line for line in lines[:cut] if line.startswith(">")] + lines[cut:]
    fresh = "\n".join(kept).strip()
    # Somebody who wrote below the quotation wrote something after all.
    if not fresh:
        below = [line for line in lines[cut + 1 :] if not line.startswith(">")]
        fresh = "\n".join(below).strip()
    return fresh, "\n".join(rest).strip()


def _begins_quote(lines: list[str], at: int) -> bool:
    line = lines[at].strip().lower()
    if line == "--" or len(line) > _LINE_MAX:
        return line == "--"
    # Mail programs break an attribution over two lines.
    following = lines[at + 1].strip().lower() if at + 1 < len(lines) else ""
    if _WROTE.fullmatch(line) or _WROTE.fullmatch(f"{line} {following}"[:_LINE_MAX]):
        return True
    if _FORWARD.fullmatch(line):
        return True
    return bool(_HEADER.fullmatch(line) and _NEXT_HEADER.fullmatch(following))


def order_names(text: str) -> tuple[str, ...]:
    """Names of orders (``#1042``) in the order they appear, each once."""
    return tuple(dict.fromkeys(_ORDER.findall(text)))


def escalation(
    thread: Thread, triage: Triage | None, newest: str, *, has_answer: bool, must_act: bool,
    now: datetime,
) -> Escalation | None:  # fmt: skip
    """Why a person shall take the thread over, with what to know first; None when none need.

    ``must_act``: the customer asks for what words do not do, and no action is proposed.
    """
    reason = _reason(triage, has_answer=has_answer, must_act=must_act)
    if reason is None:
        return None
    said = " ".join(newest.split())
    asked = "unknown" if triage is None else triage.intent
    summary = f"{thread.subject} | intent: {asked} | {said[:280]}"
    return Escalation(reason, summary, now)


def _reason(triage: Triage | None, *, has_answer: bool, must_act: bool) -> str | None:
    if triage is None:
        return "What the customer wrote was not read: nothing to understand it with is set up."
    if triage.language == UNDETERMINED:
        return "It is not certain in which language the customer writes."
    if triage.intent in _FOR_PERSONS:
        return _FOR_PERSONS[triage.intent]
    if triage.sentiment is Sentiment.NEGATIVE and triage.urgency in _HASTE:
        return _HASTE[triage.urgency]
    if must_act:
        return "The customer asks to change an order that can still be changed."
    if triage.language not in LANGUAGES:
        return f"The customer writes in a language that is not answered here: {triage.language}."
    return None if has_answer else "Nothing was found that an answer could rest on."


def _is_sure(triage: Triage) -> bool:
    """Whether anything may be proposed on what was understood."""
    return triage.intent != Intent.UNSURE and triage.language != UNDETERMINED


def can_change(triage: Triage | None, sent: ParcelSent | None) -> bool:
    """Whether a customer asks to stop or redirect an order of which nothing has left."""
    if triage is None or sent is None or not _is_sure(triage):
        return False
    return triage.intent in (Intent.CANCEL, Intent.ADDRESS_CHANGE) and not sent.begun


def wants_cancel(triage: Triage | None, sent: ParcelSent | None) -> bool:
    """Whether a customer asks to cancel an order of which nothing has left or was paid back.

    It proves nothing: what is proposed on it is a person's to decide.
    """
    return (
        can_change(triage, sent)
        and triage is not None
        and triage.intent == Intent.CANCEL
        and sent is not None
        and not sent.paid_back
    )


def seems_lost(triage: Triage | None, sent: ParcelSent | None, now: datetime) -> bool:
    """Whether a customer misses a parcel that left, was not paid back, and is overdue.

    It proves nothing: what is proposed on it is a person's to decide.
    """
    if triage is None or sent is None or not _is_sure(triage):
        return False
    return (
        triage.intent == Intent.NOT_RECEIVED
        and sent.whole
        and not sent.paid_back
        and now - sent.ordered_at >= _LOST_AFTER
    )


def wants_exchange(triage: Triage | None, sent: ParcelSent | None) -> bool:
    """Whether a customer wants something else for goods that left and were not paid back."""
    if triage is None or sent is None or not _is_sure(triage):
        return False
    return triage.intent == Intent.EXCHANGE and sent.whole and not sent.paid_back
