"""A cost bucket that many processes draw from, corrected by what the other side says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

# Above this share of the bucket a caller may take a few calls' worth at once.
_PLENTY = 0.5
_AT_ONCE = 8
# How long before its turn an urgent caller keeps the others away.
_MARGIN = timedelta(seconds=0.25)
# How long the first caller of all may take to say what it found, and how often others ask.
_LOOKING = timedelta(seconds=5)
_ASK_AGAIN = 0.05


@dataclass(frozen=True, slots=True)
class Stated:
    """The bucket as the other side stated it, ``age`` seconds ago."""

    maximum: float
    available: float
    restore: float
    age: float = 0.0


@dataclass(frozen=True, slots=True)
class Bucket:
    """The shared bucket: points ``available`` at the moment ``at``; ``maximum`` 0 = not known.

    Until ``urgent_until`` others leave it to one caller: to what is urgent, or, while nothing is
    known, to the one that went to see.
    """

    at: datetime
    maximum: float = 0.0
    restore: float = 0.0
    available: float = 0.0
    urgent_until: datetime | None = None
    costs: Mapping[str, float] = field(default_factory=dict)
    throttled: int = 0
    throttled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A call about to be made, and what was learned since the last one.

    ``wanted`` 0 only tells. ``returned`` points were taken and not used; ``throttled`` calls were
    refused meanwhile.
    """

    wanted: float
    urgent: bool = False
    returned: float = 0.0
    stated: Stated | None = None
    costs: Mapping[str, float] = field(default_factory=dict)
    throttled: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """``granted`` points (None: not known, go and see and tell), or seconds to wait."""

    granted: float | None
    pause: float
    costs: Mapping[str, float]


def draw(bucket: Bucket, ask: Ask, now: datetime) -> tuple[Bucket, Answer]:
    """Answer one caller; returns the bucket as it is then. Pure."""
    bucket = _settled(bucket, ask, now)
    if bucket.maximum <= 0 or bucket.restore <= 0:
        return _unknown(bucket, ask, now)
    wanted = min(ask.wanted, bucket.maximum)
    if not ask.urgent and bucket.urgent_until is not None and bucket.urgent_until > now:
        pause = max((bucket.urgent_until - now).total_seconds(), 0.01)
        return bucket, Answer(0.0, pause, bucket.costs)
    missing = (wanted - bucket.available) / bucket.restore
    if missing > 1e-9:
        until = now + timedelta(seconds=missing) + _MARGIN if ask.urgent else bucket.urgent_until
        return replace(bucket, urgent_until=until), Answer(0.0, missing, bucket.costs)
    granted = wanted
    if not ask.urgent and bucket.available > bucket.maximum * _PLENTY:
        granted = max(wanted, min(wanted * _AT_ONCE, bucket.available - bucket.maximum * _PLENTY))
    urgent_until = None if ask.urgent else bucket.urgent_until
    left = replace(bucket, available=bucket.available - granted, urgent_until=urgent_until)
    return left, Answer(granted, 0.0, left.costs)


def _unknown(bucket: Bucket, ask: Ask, now: datetime) -> tuple[Bucket, Answer]:
    """One goes to see, or all at once would spend what none of them can count."""
    if ask.wanted <= 0:
        return replace(bucket, urgent_until=None), Answer(0.0, 0.0, bucket.costs)
    if bucket.urgent_until is not None and bucket.urgent_until > now:
        return bucket, Answer(0.0, _ASK_AGAIN, bucket.costs)
    return replace(bucket, urgent_until=now + _LOOKING), Answer(None, 0.0, bucket.costs)


def _settled(bucket: Bucket, ask: Ask, now: datetime) -> Bucket:
    """Time has passed, points came back, and the other side may have stated its bucket."""
    stated = ask.stated
    maximum = bucket.maximum if stated is None else stated.maximum
    restore = bucket.restore if stated is None else stated.restore
    elapsed = max(0.0, (now - bucket.at).total_seconds())
    available = min(maximum, bucket.available + elapsed * restore + ask.returned)
    if stated is not None:
        told = min(maximum, stated.available + stated.age * restore)
        # Ours already lacks what others took and have not sent yet, so the smaller one is right.
        available = told if bucket.maximum <= 0 else min(available, told)
    seen = stated is not None and bucket.maximum <= 0
    return replace(
        bucket,
        urgent_until=None if seen else bucket.urgent_until,
        at=max(now, bucket.at),
        maximum=maximum,
        restore=restore,
        available=available,
        costs={**bucket.costs, **ask.costs} if ask.costs else bucket.costs,
        throttled=bucket.throttled + ask.throttled,
        throttled_at=now if ask.throttled else bucket.throttled_at,
    )
