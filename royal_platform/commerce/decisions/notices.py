"""Notices: they tell people something inside the product and change nothing in the store.

Whoever raises an alert fills in the same contract: what kind of thing it is about and which one
(the decision's subject), how grave, in which words, what to do, and where it was seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from royal_platform.commerce.decisions.arguments import is_text, text_of
from royal_platform.commerce.decisions.kind import Kind, as_told
from royal_platform.commerce.decisions.model import (
    Change,
    GateState,
    Inverse,
    Proposal,
    Risk,
    RiskFactor,
    Subject,
)

RAISE, PUBLISH = "alert.raise", "report.publish"
WITHDRAW_ALERT, WITHDRAW_REPORT = "alert.withdraw", "report.withdraw"
NOTICE_KINDS = (RAISE, WITHDRAW_ALERT, PUBLISH, WITHDRAW_REPORT)
# What an alert can be about; each is kept in its own table.
ANOMALY, FINDING = "anomaly", "finding"
_NAMES = {RAISE: ("severity", "words", "remedy", "source"), PUBLISH: ("report", "digest")}
# Nothing in the store changes and it can be taken back.
_RISK = 0.05


class Severity(StrEnum):
    """How bad it is if nothing is done."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """The graver, the higher."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Alert:
    """What people are told: ``source`` is where it was seen, ``remedy`` what to do about it."""

    severity: Severity
    words: str
    remedy: str
    source: str

    def told(self) -> dict[str, Any]:
        """As a decision's arguments hold it."""
        return asdict(self) | {"severity": self.severity.value}


def notice_risk() -> Risk:
    """The risk of telling people something."""
    return Risk(_RISK, (RiskFactor("notice", _RISK, "people are told something"),))


def withdrawal(kind: str, subject: Subject) -> Inverse:
    """What takes a notice back."""
    return Inverse(kind, {"notice": subject.id}, "Takes it back; mail that went out stays out.")


def _problems(proposal: Proposal, _: GateState) -> Iterator[str]:
    for name in _NAMES.get(proposal.kind, ("notice",)):
        if not is_text(proposal.arguments.get(name)):
            yield f"The {name} is missing."
    if proposal.kind != RAISE:
        return
    if proposal.subject.type not in {ANOMALY, FINDING}:
        yield f"Nobody is alerted of a {proposal.subject.type!r}: only of an anomaly or a finding."
    if proposal.arguments.get("severity") not in set(Severity):
        yield f"The severity is none of {', '.join(Severity)}."


def _changes(proposal: Proposal) -> tuple[Change, ...]:
    arguments = proposal.arguments
    if proposal.kind == RAISE and proposal.subject.type == ANOMALY:
        unit = str(arguments.get("currency") or arguments.get("unit") or "")
        return (Change(str(arguments.get("metric")), text_of(arguments.get("expected")),
                       text_of(arguments.get("value")), unit),)  # fmt: skip
    if proposal.kind == RAISE:
        shown = proposal.precondition.get("alert")
        return (Change("alert", text_of(shown), text_of(arguments.get("severity")), ""),)
    if proposal.kind == PUBLISH:
        days = f"{arguments.get('first')} to {arguments.get('last')}"
        return (Change("report", None, days, ""),)
    return as_told(proposal)


NOTICES = tuple(Kind(name, _problems, _changes, own_pace=True) for name in NOTICE_KINDS)
