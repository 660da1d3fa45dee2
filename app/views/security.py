"""Findings, suppressions and the state of the checks on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from app.schemas.common import PhraseOut
from app.schemas.security import (
    AlertOut,
    FindingFactOut,
    FindingQuery,
    ScanOut,
    SecurityFindingOut,
    SecurityFindingPage,
    SecurityOut,
    SeverityWord,
    SuppressIn,
    SuppressionOut,
)
from core.security.principals import Principal
from orchestrator.core import guarding
from orchestrator.core.books import reading
from orchestrator.core.needs import access
from royal_platform.commerce.security.model import State, Suppression
from royal_platform.commerce.security.secrets import scopes_beyond
from royal_platform.persistence.security import Findings, StoredFinding

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform


def overview(platform: Platform) -> SecurityOut:
    """When each check last looked, what may wait, and which scopes nothing needs."""
    given = access(platform)
    needed = {need.agent_id or "": need.scopes for need in given.needs}
    beyond = [] if given.granted is None else scopes_beyond(given.granted, needed)
    with reading(platform) as books:
        findings = Findings(books.store_id)
        held = findings.in_force(books.connection, books.now)
        return SecurityOut(
            as_of=books.now,
            scans=[ScanOut.model_validate(each) for each in findings.scans(books.connection)],
            suppressions=[_suppression(each) for each in held],
            counts=cast(
                "dict[SeverityWord, int]", findings.count_open(books.connection, books.now)
            ),
            granted=None if given.granted is None else list(given.granted),
            unused=[each.subject for each in beyond],
            log_from=platform.security.log_from(),
        )


def findings(platform: Platform, query: FindingQuery) -> SecurityFindingPage:
    """A page of findings."""
    state = None if query.state == "all" else State(query.state)
    with reading(platform) as books:
        page = Findings(books.store_id).page(
            books.connection, books.now, state=state, cursor=query.cursor, limit=query.limit
        )
    return SecurityFindingPage(
        data=[_finding(each) for each in page.items],
        next_cursor=page.next_cursor,
        total=page.total,
    )


def show(platform: Platform, finding_id: str) -> SecurityFindingOut:
    """One finding. Raises ``NotFound``."""
    with reading(platform) as books:
        return _finding(Findings(books.store_id).get(books.connection, finding_id, books.now))


def suppress(
    platform: Platform, caller: Principal, finding_id: str, body: SuppressIn
) -> SecurityFindingOut:
    """Let it wait; the finding as it stands then."""
    guarding.suppress(
        platform, finding_id, whole_check=body.whole_check, reason=body.reason, days=body.days,
        actor=caller,
    )  # fmt: skip
    return show(platform, finding_id)


def end_suppression(platform: Platform, caller: Principal, suppression_id: str) -> SecurityOut:
    """End a suppression; how the checks stand then."""
    guarding.end_suppression(platform, suppression_id, caller)
    return overview(platform)


def _finding(found: StoredFinding) -> SecurityFindingOut:
    finding = found.finding
    order = finding.about.get("order_id")
    return SecurityFindingOut(
        id=found.id,
        check=finding.check,
        subject=finding.subject,
        severity=finding.severity.value,
        state=found.state.value,
        title=finding.title,
        remedy=finding.remedy,
        facts=[FindingFactOut.model_validate(each) for each in finding.facts],
        first_seen_at=found.first_seen_at,
        last_seen_at=found.last_seen_at,
        resolved_at=found.resolved_at,
        times_seen=found.times_seen,
        order_id=None if order is None else str(order),
        suppression=None if found.suppression is None else _suppression(found.suppression),
        alert=None if found.alert is None else AlertOut.model_validate(found.alert),
        words={name: PhraseOut(**told) for name, told in finding.words.items()},
    )


def _suppression(held: Suppression) -> SuppressionOut:
    return SuppressionOut.model_validate(held)
