"""The ledger of decisions: approve, reject, revert, expire - each one transaction, and told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from core.errors import Conflict, Invalid, RoyalError
from core.telemetry.logs import get_logger
from orchestrator.core.books import Actor, Books, Ground, actor_name, writing
from orchestrator.core.closing import return_original
from orchestrator.core.enacting import demand_right, let_through
from orchestrator.core.gate import gate_state
from orchestrator.core.proposing import (
    POLICY_ACTOR,
    denial,
    preview,
    propose,
)
from royal_platform.commerce.decisions.model import (
    Decision,
    Evidence,
    Inverse,
    Proposal,
    Risk,
    Ruling,
    Status,
    Verdict,
)
from royal_platform.commerce.decisions.rules import judge, persons_needed

__all__ = [
    "Outcome", "approve", "approve_in", "approvers_of", "batch", "expire_due", "preview", "propose",
    "refuse_denied", "reject", "revert",
]  # fmt: skip

CLOCK_ACTOR = "clock"
_REVERT_LIFE = timedelta(days=1)
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one decision in a batch: its status, or why nothing changed."""

    id: str
    status: str | None
    error: str | None


def approve(ground: Ground, decision_id: str, argument_hash: str, actor: Actor) -> Decision:
    """Approve exactly what was seen; return the decision as it stands then.

    Above the policy's amount the first approval leaves it proposed until a second person agrees.
    Raises ``Conflict`` when it was decided already, has expired, has other arguments, or the gate
    now denies it; ``Forbidden`` without the right this kind needs; ``NotFound``.
    """
    name = actor_name(actor)
    with writing(ground) as books:
        decision = books.decisions.get(books.connection, decision_id, lock=True)
        refusal = _why_not_open(books, decision)
        if refusal is None:
            demand_right(actor, decision.proposal.kind)
            _check_hash(decision, argument_hash)
            _approve_open(books, decision, name)
        decision = books.decisions.get(books.connection, decision_id)
    # Raised after the commit: an approval that came too late leaves the decision expired.
    if refusal is not None:
        raise refusal
    _log.info("decision.approved", decision_id=decision_id, actor=name, status=decision.status)
    return decision


def approve_in(books: Books, decision_id: str, name: str) -> None:
    """The same in the caller's transaction, for who proposed it just now and saw what it says."""
    decision = books.decisions.get(books.connection, decision_id, lock=True)
    refusal = _why_not_open(books, decision)
    if refusal is not None:
        raise refusal
    _approve_open(books, decision, name)


def reject(ground: Ground, decision_id: str, actor: Actor, reason: str = "") -> Decision:
    """Turn a proposed decision down, or withdraw an approval before its execution has begun."""
    name = actor_name(actor)
    with writing(ground) as books:
        decision = books.decisions.get(books.connection, decision_id, lock=True)
        if decision.status not in {Status.PROPOSED, Status.APPROVED}:
            raise _already(decision)
        books.decisions.approve(
            books.connection, decision_id, action="reject", actor=name,
            argument_hash=decision.argument_hash, reason=reason, now=books.now,
        )  # fmt: skip
        _close(books, decision, Status.REJECTED, name, reason or None, reason=reason)
        decision = books.decisions.get(books.connection, decision_id)
    _log.info("decision.rejected", decision_id=decision_id, actor=name)
    return decision


def revert(ground: Ground, decision_id: str, actor: Actor) -> Decision:
    """Undo an executed decision; return the inverse decision, approved and on its way.

    Its precondition is the value we wrote: when somebody changed it since, the undo conflicts and
    the original stays in force. Raises ``Conflict``, ``Invalid`` (nothing undoes this kind).
    """
    name = actor_name(actor)
    with writing(ground) as books:
        original = books.decisions.get(books.connection, decision_id, lock=True)
        if original.status not in {Status.EXECUTED, Status.MEASURED}:
            raise _cannot_revert(original)
        demand_right(actor, original.proposal.kind)
        proposal = _inverse_proposal(books, original, name)
        policy = books.policy
        state = gate_state(books, proposal, is_revert=True)
        verdict = judge(proposal, policy, state)
        refuse_denied(verdict, original.id)
        undo_id, _ = books.decisions.add(
            books.connection, proposal, verdict, now=books.now, reverts=original.id,
            proposal_key=_undo_key(books, original, name),
        )  # fmt: skip
        books.decisions.move(
            books.connection, original.id, seen=original.status, to=Status.REVERTING
        )
        undo = books.decisions.get(books.connection, undo_id)
        books.tell_decision("decision.proposed", undo, name, ruling=verdict.ruling.value)
        books.tell_decision("decision.reverting", original, name, reverted_by=undo_id)
        _count(books, undo, name)
        undo = books.decisions.get(books.connection, undo_id)
    _log.info("decision.reverting", decision_id=decision_id, inverse=undo_id, actor=name)
    return undo


def batch(
    ground: Ground,
    action: str,
    items: Sequence[tuple[str, str]],
    actor: Actor,
    reason: str = "",
) -> list[Outcome]:
    """Approve or reject many, each for itself: ``items`` are (decision id, argument hash)."""
    outcomes: list[Outcome] = []
    for decision_id, argument_hash in items:
        try:
            decision = (
                approve(ground, decision_id, argument_hash, actor)
                if action == "approve"
                else reject(ground, decision_id, actor, reason)
            )
            outcomes.append(Outcome(decision_id, decision.status.value, None))
        except RoyalError as error:
            outcomes.append(Outcome(decision_id, None, str(error)))
    return outcomes


def expire_due(ground: Ground, limit: int = 200) -> int:
    """Expire open decisions whose time has passed in business time; returns how many."""
    with writing(ground) as books:
        due = books.decisions.due(books.connection, books.now, limit)
        for decision in due:
            _close(books, decision, Status.EXPIRED, CLOCK_ACTOR, None)
    return len(due)


def approvers_of(books: Books, decision: Decision) -> set[str]:
    """The persons who approved exactly these arguments; the policy is not a person."""
    return {
        word.actor
        for word in books.decisions.approvals(books.connection, decision.id)
        if word.action == "approve"
        and word.argument_hash == decision.argument_hash
        and word.actor != POLICY_ACTOR
    }


def _why_not_open(books: Books, decision: Decision) -> Conflict | None:
    """Expire it if its time has passed; the conflict to tell, or None when it is open."""
    if decision.status is Status.PROPOSED and decision.proposal.expires_at <= books.now:
        _close(books, decision, Status.EXPIRED, CLOCK_ACTOR, None)
        return Conflict(
            f"Decision {decision.id!r} expired at {decision.proposal.expires_at.isoformat()}.",
            remedy="Run the agent again to get a proposal with today's figures.",
        )
    if decision.status is not Status.PROPOSED:
        return _already(decision)
    return None


def _approve_open(books: Books, decision: Decision, name: str) -> None:
    proposal = decision.proposal
    state = gate_state(books, proposal, decision_id=decision.id)
    refuse_denied(judge(proposal, books.policy, state), decision.id)
    _count(books, decision, name)


def _count(books: Books, decision: Decision, name: str) -> None:
    """Count one person's word; with as many as the policy wants it is let through."""
    approvers = approvers_of(books, decision)
    if name in approvers:
        raise Conflict(
            f"{name!r} has approved this already; the policy wants a second person.",
            remedy="Ask another person who may decide to approve it.",
        )
    if len(approvers) + 1 < persons_needed(decision.proposal, books.policy):
        books.decisions.approve(
            books.connection, decision.id, action="approve", actor=name,
            argument_hash=decision.argument_hash, reason="", now=books.now,
        )  # fmt: skip
        books.tell_decision("decision.seconded", decision, name, approvals=len(approvers) + 1)
        return
    let_through(books, decision, name)


def _check_hash(decision: Decision, argument_hash: str) -> None:
    if argument_hash != decision.argument_hash:
        raise Conflict(
            f"Decision {decision.id!r} has other arguments than those approved.",
            remedy="Read the decision again and approve what it says now.",
        )


def refuse_denied(verdict: Verdict, decision_id: str) -> None:
    """Raise ``Conflict`` with every rule that denies, where the gate does."""
    if verdict.ruling is not Ruling.DENY:
        return
    hits = [hit for hit in verdict.hits if hit.ruling is Ruling.DENY]
    stopped = any(hit.rule == "stop" for hit in hits)
    raise Conflict(
        f"The policy denies decision {decision_id!r}: {denial(verdict)}",
        remedy="Lift the stop first." if stopped else "Change the policy, or let it expire.",
        errors=[
            {"rule": hit.rule, "message": hit.message, "limit": hit.limit, "actual": hit.actual,
             "unit": hit.unit}
            for hit in hits
        ],
    )  # fmt: skip


def _close(
    books: Books,
    decision: Decision,
    to: Status,
    actor: str,
    failure: str | None,
    **facts: Any,
) -> None:
    moved = books.decisions.move(
        books.connection, decision.id, seen=decision.status, to=to, decided_at=books.now,
        decided_by=actor, failure=failure,
    )  # fmt: skip
    if not moved:
        raise _already(books.decisions.get(books.connection, decision.id))
    books.tell_decision(f"decision.{to.value}", replace(decision, status=to), actor, **facts)
    return_original(books, decision, actor, undone=False)


def _already(decision: Decision) -> Conflict:
    who = f" by {decision.decided_by}" if decision.decided_by else ""
    return Conflict(
        f"Decision {decision.id!r} is {decision.status.value} already{who}.",
        remedy="Nothing is left to do; read the decision for what came of it.",
    )


def _cannot_revert(original: Decision) -> Conflict:
    return Conflict(
        f"Decision {original.id!r} is {original.status.value}; only an executed one can be undone.",
        remedy="Read the decision for what came of it.",
    )


def _undo_key(books: Books, original: Decision, actor: str) -> str:
    """The key of this attempt at an undo: one that conflicted may be tried again."""
    words = books.decisions.approvals(books.connection, original.id)
    attempt = sum(word.action == "revert" for word in words) + 1
    books.decisions.approve(
        books.connection, original.id, action="revert", actor=actor,
        argument_hash=original.argument_hash, reason="", now=books.now,
    )  # fmt: skip
    return f"revert:{original.id}:{attempt}"


def _inverse_proposal(books: Books, original: Decision, actor: str) -> Proposal:
    """The undo: what execution recorded as the inverse, on the condition that our value stands."""
    inverse = original.proposal.inverse
    execution = books.executions.get(books.connection, original.id)
    if inverse.kind is None or inverse.arguments is None or execution is None:
        raise Invalid(
            f"Nothing undoes decision {original.id!r}: {inverse.explanation}",
            remedy="Do what compensates it by hand.",
        )
    written = dict(execution.after or {})
    return Proposal(
        agent_id=original.proposal.agent_id,
        kind=inverse.kind,
        subject=original.proposal.subject,
        arguments=inverse.arguments,
        precondition=written,
        evidence=(
            Evidence("What we wrote", written, "", "ledger", f"decision:{original.id}", books.now),
        ),
        rationale=f"{actor} undoes decision {original.id}.",
        prediction=None,
        risk=Risk(0.0),
        cost=None,
        money_at_stake=None,
        inverse=Inverse(
            original.proposal.kind, original.proposal.arguments, "Does again what was undone."
        ),
        expires_at=books.now + _REVERT_LIFE,
        provenance="person",
    )
