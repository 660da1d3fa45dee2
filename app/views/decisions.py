"""Decisions on the wire, and the four things a person can do with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from app.schemas.common import PhraseOut, SubjectOut
from app.schemas.decisions import (
    ApproveIn,
    BatchIn,
    BatchOut,
    BatchResult,
    DecisionDetail,
    DecisionPage,
    DecisionQuery,
    DecisionSummary,
    EvidenceOut,
    InverseOut,
    PredictionOut,
    RejectIn,
    RiskOut,
    TimelineEntry,
    VerdictOut,
)
from app.views import effects, shared
from core.events import StoredEvent, read_after
from orchestrator.core import ledger
from royal_platform.commerce.decisions.model import Decision, Proposal, Status
from royal_platform.commerce.decisions.notices import FINDING, RAISE
from royal_platform.persistence.decisions import DecisionFilter, Decisions

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.security.principals import Principal
    from royal_platform.bootstrap import Platform
    from royal_platform.persistence.stores import Store

_TIMELINE_MAX = 200


def listing(platform: Platform, query: DecisionQuery) -> DecisionPage:
    """A page of decisions."""
    wanted = DecisionFilter(
        statuses=tuple(part for part in (query.status or "").split(",") if part),
        agent_id=query.agent,
        kind=query.kind,
        text=query.q,
        order=query.order,
    )
    with platform.database.read() as connection:
        page = Decisions(platform.store_id).page(connection, wanted, query.cursor, query.limit)
        store = shared.store(platform, connection)
        data = [_summary(connection, store, decision) for decision in page.items]
    return DecisionPage(data=data, next_cursor=page.next_cursor, total=page.total)


def one(platform: Platform, decision_id: str) -> DecisionDetail:
    """One decision with its grounds and its history."""
    with platform.database.read() as connection:
        decision = Decisions(platform.store_id).get(connection, decision_id)
        store = shared.store(platform, connection)
        summary = _summary(connection, store, decision)
        history = read_after(connection, store.id, 0, _TIMELINE_MAX, subject=decision_id)
        effect = effects.of_decision(connection, decision)
    proposal = decision.proposal
    return DecisionDetail(
        **summary.model_dump(),
        run_id=proposal.run_id,
        arguments=dict(proposal.arguments),
        precondition=dict(proposal.precondition),
        argument_hash=decision.argument_hash or proposal.argument_hash,
        evidence=[EvidenceOut.model_validate(item) for item in proposal.evidence],
        risk=RiskOut.model_validate(proposal.risk),
        verdict=VerdictOut.model_validate(decision.verdict),
        inverse=InverseOut.model_validate(proposal.inverse),
        timeline=[_entry(event) for event in history],
        effect=effect,
    )


def approve(
    platform: Platform, actor: Principal, decision_id: str, body: ApproveIn
) -> DecisionDetail:
    """Approve what was seen."""
    ledger.approve(platform, decision_id, body.argument_hash, actor)
    return one(platform, decision_id)


def reject(
    platform: Platform, actor: Principal, decision_id: str, body: RejectIn
) -> DecisionDetail:
    """Reject a decision."""
    ledger.reject(platform, decision_id, actor, body.reason)
    return one(platform, decision_id)


def revert(platform: Platform, actor: Principal, decision_id: str) -> DecisionDetail:
    """Ask for the earlier value to be restored."""
    ledger.revert(platform, decision_id, actor)
    return one(platform, decision_id)


def batch(platform: Platform, actor: Principal, body: BatchIn) -> BatchOut:
    """Decide several, each for itself."""
    items = [(item.id, item.argument_hash) for item in body.decisions]
    found = ledger.batch(platform, body.action, items, actor, body.reason)
    return BatchOut(results=[BatchResult.model_validate(item) for item in found])


def _summary(connection: Connection, store: Store, decision: Decision) -> DecisionSummary:
    proposal = decision.proposal
    prediction = proposal.prediction
    return DecisionSummary(
        id=decision.id,
        kind=proposal.kind,
        agent_id=proposal.agent_id,
        subject=SubjectOut.model_validate(proposal.subject),
        status=decision.status.value,
        rationale=proposal.rationale,
        changes=shared.changes(connection, decision),
        prediction=None if prediction is None else PredictionOut.model_validate(prediction),
        risk_score=proposal.risk.score,
        ruling=decision.verdict.ruling.value,
        cost=shared.money(proposal.cost),
        money_at_stake=shared.money(proposal.money_at_stake),
        revertible=_revertible(decision),
        created_at=decision.created_at,
        expires_at=proposal.expires_at,
        decided_at=decision.decided_at,
        decided_by=decision.decided_by,
        executed_at=decision.executed_at,
        reverts=decision.reverts,
        reverted_by=decision.reverted_by,
        failure=decision.failure,
        source=shared.source(store),
        said={name: PhraseOut(**told) for name, told in _said(proposal).items()},
    )


def _said(proposal: Proposal) -> Mapping[str, Any]:
    """What an alert about a finding says; earlier ones have no keys."""
    is_said = proposal.kind == RAISE and proposal.subject.type == FINDING
    return (proposal.arguments.get("said") or {}) if is_said else {}


def _revertible(decision: Decision) -> bool:
    in_force = decision.status in {Status.EXECUTED, Status.MEASURED}
    return in_force and decision.proposal.inverse.kind is not None


def _entry(event: StoredEvent) -> TimelineEntry:
    return TimelineEntry(
        seq=event.seq,
        type=event.type,
        at=event.occurred_at,
        actor=event.actor,
        detail=event.payload,
    )
