"""What is proposed about a finding: to mark an order, to revoke a token, to tell people of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from royal_platform.commerce.decisions.model import (
    Evidence,
    Inverse,
    Proposal,
    Risk,
    RiskFactor,
    Subject,
)
from royal_platform.commerce.decisions.notices import (
    FINDING,
    RAISE,
    WITHDRAW_ALERT,
    Alert,
    Severity,
    notice_risk,
    withdrawal,
)
from royal_platform.commerce.decisions.safeguards import FLAG, REVOKE_TOKEN, TAG, UNFLAG
from royal_platform.commerce.security.model import Finding, State

AGENT_ID = "security"
_LIFE = timedelta(days=3)
# Of what an outsider may hold in their hands.
_REVOKED_FOR = frozenset({"access.takeover", "access.new_place"})
_GRAVE = frozenset({Severity.HIGH, Severity.CRITICAL})


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the facts come from, and the store's time."""

    source: str
    now: datetime


def proposals(finding: Finding, desk: Desk) -> Iterator[Proposal]:
    """Decisions that the finding calls for; none for one that only asks for a look."""
    token, order = finding.about.get("token_id"), finding.about.get("order_id")
    if token is not None and finding.check in _REVOKED_FOR and finding.severity in _GRAVE:
        yield _revoke(finding, str(token), desk)
    if order is not None:
        yield _flag(finding, str(order), desk)


def rises(finding: Finding, asked: Iterable[Severity]) -> bool:
    """Whether people are told of it: grave, and graver than any alert that they were asked about.

    What is less grave waits on its page: who is mailed about everything reads nothing.
    """
    return finding.severity in _GRAVE and all(finding.severity.rank > each.rank for each in asked)


def alert(finding: Finding, shown: str | None, desk: Desk) -> Proposal:
    """The question whether people are told; ``shown`` is the severity they were told before."""
    subject = Subject(FINDING, finding.id, finding.title)
    told = Alert(
        finding.severity, f"{finding.title}.", finding.remedy, f"{desk.source}: {finding.check}"
    )
    return Proposal(
        agent_id=AGENT_ID,
        kind=RAISE,
        subject=subject,
        arguments=told.told() | {"said": dict(finding.words)},
        # What was suppressed or settled meanwhile alarms nobody.
        precondition={"alert": shown, "state": State.OPEN.value},
        evidence=_evidence(finding, desk),
        rationale=f"{finding.title}. {finding.remedy}",
        prediction=None,
        risk=notice_risk(),
        cost=None,
        money_at_stake=None,
        inverse=withdrawal(WITHDRAW_ALERT, subject),
        expires_at=desk.now + _LIFE,
    )


def _flag(finding: Finding, order_id: str, desk: Desk) -> Proposal:
    return Proposal(
        agent_id=AGENT_ID,
        kind=FLAG,
        subject=Subject("order", order_id, str(finding.about.get("order", order_id))),
        arguments={"tag": TAG},
        precondition={"flagged": False},
        evidence=_evidence(finding, desk),
        rationale=f"{finding.title}. {finding.remedy}",
        prediction=None,
        risk=Risk(0.05, (RiskFactor("mark", 0.05, "a tag that buyers do not see"),)),
        cost=None,
        money_at_stake=None,
        inverse=Inverse(UNFLAG, {"tag": TAG}, "Takes the tag off again."),
        expires_at=desk.now + _LIFE,
    )


def _revoke(finding: Finding, token_id: str, desk: Desk) -> Proposal:
    why = "whoever holds it is shut out; a new one is made in a minute"
    return Proposal(
        agent_id=AGENT_ID,
        kind=REVOKE_TOKEN,
        subject=Subject("token", token_id, token_id),
        arguments={"token": token_id},
        precondition={"token": "in force"},
        evidence=_evidence(finding, desk),
        rationale=f"{finding.title}. {finding.remedy}",
        prediction=None,
        risk=Risk(0.3, (RiskFactor("shut out", 0.3, why),)),
        cost=None,
        money_at_stake=None,
        inverse=Inverse(None, None, "A revoked token stays revoked: make a new one."),
        expires_at=desk.now + _LIFE,
    )


def _evidence(finding: Finding, desk: Desk) -> tuple[Evidence, ...]:
    query = f"finding={finding.id}"
    return tuple(
        Evidence(fact.label, fact.value, "", f"{desk.source}: {fact.source}", query, desk.now)
        for fact in finding.facts
    )
