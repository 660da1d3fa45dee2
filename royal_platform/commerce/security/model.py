"""Findings with evidence and remedy, suppressions that expire, and what was looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from royal_platform.commerce.decisions.notices import Severity


class State(StrEnum):
    """Where a finding stands. ``resolved``: its check ran again and no longer saw it."""

    OPEN = "open"
    SUPPRESSED = "suppressed"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Fact:
    """One piece of evidence: what, how much, and where it can be looked up.

    ``words`` are the key and parameters of each of these that can be said in another language.
    """

    label: str
    value: str
    source: str
    words: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check sees now about one subject.

    ``check`` is its name ("access.brute_force"); ``subject`` an opaque id, never a secret and no
    personal data. ``facts`` are the evidence, ``remedy`` says what to do. ``words`` are the key
    and parameters of title and remedy, for who says them in another language; none of what an
    earlier version found.
    """

    check: str
    subject: str
    severity: Severity
    title: str
    remedy: str
    facts: tuple[Fact, ...] = ()
    # What a decision about it needs: ids, amounts as text.
    about: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The same for the same check and subject, whenever it is seen."""
        text = f"{self.check}\n{self.subject}"
        return f"fnd_{hashlib.sha256(text.encode()).hexdigest()[:24]}"


@dataclass(frozen=True, slots=True)
class Scan:
    """What one check came to. ``ok`` False: it could not look, and ``detail`` says why.

    ``looked_at`` counts what it went through. Without ``ok`` there are no findings and none that
    is open is taken for resolved.
    """

    check: str
    ok: bool
    detail: str
    looked_at: int = 0
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Suppression:
    """A person's word that findings of ``check`` about ``subject`` (None: all) may wait.

    It ends at ``expires_at``, in the store's time.
    """

    id: str
    check: str
    subject: str | None
    reason: str
    person: str
    created_at: datetime
    expires_at: datetime

    def covers(self, check: str, subject: str, now: datetime) -> bool:
        """Whether it holds for a finding at ``now``."""
        return (
            self.check == check
            and self.subject in {None, subject}
            and self.created_at <= now < self.expires_at
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """How often a credential ("" = none) met an outcome from a network within an hour."""

    hour: datetime
    inlet: str
    outcome: str
    caller: str
    place: str
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Credential:
    """A token or session by its id; ``role`` says what it may do."""

    id: str
    kind: str
    name: str
    role: str
    created_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None

    def in_force(self, now: datetime) -> bool:
        """Whether it opens a door at ``now``."""
        return self.ended_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret by its name; ``renewed_at`` is when it was last renewed, if that is known.

    ``kept_in`` is the key of a place's name ("place.store").
    """

    name: str
    kept_in: str
    renewed_at: datetime | None


def scan_told(scan: Scan) -> dict[str, Any]:
    """A scan as JSON."""
    return asdict(scan)


def scan_of(told: Mapping[str, Any]) -> Scan:
    """A scan read back from JSON."""
    findings = tuple(
        Finding(
            each["check"], each["subject"], Severity(each["severity"]), each["title"],
            each["remedy"], tuple(Fact(**fact) for fact in each["facts"]), each["about"],
            each.get("words", {}),
        )
        for each in told["findings"]
    )  # fmt: skip
    return Scan(told["check"], told["ok"], told["detail"], told["looked_at"], findings)
