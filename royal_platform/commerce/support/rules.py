"""The rules of a thread's life: when answers are due, and which mail is never answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from royal_platform.commerce.support.model import Clockwork

_DAY = timedelta(days=1)


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
