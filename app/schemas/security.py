"""What the security agent found, what may wait, and when each check last looked."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from app.schemas.common import Given, Model, PageQuery, PhraseOut

SeverityWord = Literal["low", "medium", "high", "critical"]
StateWord = Literal["open", "suppressed", "resolved"]


class FindingFactOut(Model):
    """One piece of evidence and where it can be looked up.

    ``words``: label, value and source, as far as they are words.
    """

    label: str
    value: str
    source: str
    words: dict[str, PhraseOut]


class SuppressionOut(Model):
    """A person's word that a finding may wait; ``subject`` null: everything the check finds."""

    id: str
    check: str
    subject: str | None
    reason: str
    person: str
    created_at: datetime
    expires_at: datetime


class AlertOut(Model):
    """That people were told of a finding: how grave it was then, and by which decision."""

    severity: SeverityWord
    decision_id: str
    at: datetime


class SecurityFindingOut(Model):
    """What a check found. Times are the store's; ``suppression`` is the one that covers it now.

    ``words``: title and remedy; empty for what an earlier version found. ``alert`` is the one in
    force; null: people were not told, or it was taken back.
    """

    id: str
    check: str
    subject: str
    severity: SeverityWord
    state: StateWord
    title: str
    remedy: str
    facts: list[FindingFactOut]
    first_seen_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    times_seen: int
    order_id: str | None
    suppression: SuppressionOut | None
    alert: AlertOut | None
    words: dict[str, PhraseOut]


class SecurityFindingPage(Model):
    data: list[SecurityFindingOut]
    next_cursor: str | None
    total: int


class FindingQuery(PageQuery):
    """The gravest first; ``state`` all lists every one."""

    state: Literal["open", "suppressed", "resolved", "all"] = "open"


class ScanOut(Model):
    """When a check last looked. ``ok`` false: it could not, and ``detail`` says why."""

    check: str
    at: datetime
    ok: bool
    detail: str
    looked_at: int
    findings: int


class SecurityOut(Model):
    """How the checks stand. ``log_from`` null: the doors have noted nobody yet."""

    as_of: datetime
    scans: list[ScanOut]
    suppressions: list[SuppressionOut]
    counts: dict[SeverityWord, int]
    granted: list[str] | None
    unused: list[str]
    log_from: datetime | None


class FindingPath(BaseModel):
    finding_id: str = Field(max_length=80)


class SuppressionPath(BaseModel):
    suppression_id: str = Field(max_length=80)


class SuppressIn(Given):
    """Why a finding may wait and for how many days of the store's time."""

    reason: str = Field(min_length=1, max_length=500)
    days: int = Field(ge=1, le=90)
    whole_check: bool = False
