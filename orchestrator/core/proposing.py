"""Proposals become decisions: judged, stored with their verdict, and told, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.telemetry.logs import get_logger
from orchestrator.core.books import Books, Ground, reading, writing
from orchestrator.core.gate import gate_state
from orchestrator.core.wire import WorkflowCancelled
from royal_platform.commerce.decisions.model import (
    Autonomy,
    Decision,
    Proposal,
    Ruling,
    Status,
    Verdict,
)
from royal_platform.commerce.decisions.rules import judge

POLICY_ACTOR = "policy"
_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the gate would say about a proposal that is not stored (a dry run)."""

    proposal: Proposal
    verdict: Verdict


def propose(ground: Ground, proposals: Sequence[Proposal]) -> list[str]:
    """Judge and store ``proposals``; return the decisions' ids in the same order.

    Proposing the same kind for the same subject again in one run stores nothing twice. An older
    open proposal of that kind on that subject is superseded. A denied one is stored as rejected
    and supersedes nothing, one of an agent that only observes is stored as a shadow, one the gate
    allows is approved by policy.
    Raises ``WorkflowCancelled`` when the run they come from was cancelled; nothing is stored then.
    """
    if not proposals:
        return []
    with writing(ground) as books:
        for run_id in {proposal.run_id for proposal in proposals if proposal.run_id}:
            if books.runs.is_cancelled(books.connection, run_id):
                raise WorkflowCancelled(f"Run {run_id!r} was cancelled.")
        return [propose_in(books, proposal) for proposal in proposals]


def preview(ground: Ground, proposals: Sequence[Proposal]) -> list[Judged]:
    """What the gate would say now; nothing is stored."""
    with reading(ground) as books:
        policy = books.policy
        return [
            Judged(proposal, judge(proposal, policy, gate_state(books, proposal)))
            for proposal in proposals
        ]


def propose_in(books: Books, proposal: Proposal, actor: str | None = None) -> str:
    """The same for one proposal in the caller's transaction; ``actor`` is the person who asked."""
    teller = actor or f"agent:{proposal.agent_id}"
    policy = books.policy
    state = gate_state(books, proposal)
    verdict = judge(proposal, policy, state)
    shadow = state.autonomy is Autonomy.OBSERVE
    decision_id, is_new = books.decisions.add(
        books.connection, proposal, verdict, now=books.now, shadow=shadow
    )
    if not is_new:
        return decision_id
    decision = books.decisions.get(books.connection, decision_id)
    books.tell_decision(
        "decision.proposed", decision, teller,
        ruling=verdict.ruling.value, shadow=shadow,
    )  # fmt: skip
    _log.info(
        "decision.proposed", decision_id=decision_id, kind=proposal.kind,
        subject=proposal.subject.id, ruling=verdict.ruling.value, shadow=shadow,
    )  # fmt: skip
    if shadow:
        return decision_id
    if verdict.ruling is Ruling.DENY and not _only_stopped(verdict):
        # What is turned down takes nothing else's place.
        _refuse(books, decision, verdict)
        return decision_id
    _supersede_older(books, decision, teller)
    if verdict.ruling is Ruling.ALLOW:
        release(books, decision, POLICY_ACTOR)
    return decision_id


def release(books: Books, decision: Decision, actor: str) -> None:
    """Approve a decision for execution: status, approval, command and event together."""
    approve_for(books, decision, actor)
    command_execution(books, decision.id, waited_for=actor != POLICY_ACTOR)


def approve_for(books: Books, decision: Decision, actor: str) -> None:
    """Approve it in the name of ``actor``: approval, status and event."""
    books.decisions.approve(
        books.connection, decision.id, action="approve", actor=actor,
        argument_hash=decision.argument_hash, reason="", now=books.now,
    )  # fmt: skip
    books.decisions.move(
        books.connection, decision.id, seen=Status.PROPOSED, to=Status.APPROVED,
        decided_at=books.now, decided_by=actor,
    )  # fmt: skip
    books.tell_decision("decision.approved", decision, actor)


def command_execution(books: Books, decision_id: str, *, waited_for: bool, again: str = "") -> None:
    """Append the command that lets the worker execute the decision; ``waited_for`` by a person."""
    books.commands.add(
        books.connection,
        kind="execute_decision",
        key=f"execute:{decision_id}{again}",
        payload={"decision_id": decision_id, "waited_for": waited_for},
        now=books.now,
    )


def denial(verdict: Verdict) -> str:
    """Why the gate denied, in one line."""
    return " ".join(hit.message for hit in verdict.hits if hit.ruling is Ruling.DENY)


def _only_stopped(verdict: Verdict) -> bool:
    """A stop is lifted one day: what only it denies waits for a person."""
    return {hit.rule for hit in verdict.hits if hit.ruling is Ruling.DENY} == {"stop"}


def _supersede_older(books: Books, decision: Decision, teller: str) -> None:
    proposal = decision.proposal
    for older in books.decisions.open_on(books.connection, proposal.kind, proposal.subject.id):
        if older.id == decision.id:
            continue
        books.decisions.move(
            books.connection, older.id, seen=Status.PROPOSED, to=Status.SUPERSEDED,
            decided_at=books.now, decided_by=teller,
        )  # fmt: skip
        books.tell_decision(
            "decision.superseded", replace(older, status=Status.SUPERSEDED),
            teller, superseded_by=decision.id,
        )  # fmt: skip


def _refuse(books: Books, decision: Decision, verdict: Verdict) -> None:
    reason = denial(verdict)
    books.decisions.move(
        books.connection, decision.id, seen=Status.PROPOSED, to=Status.REJECTED,
        decided_at=books.now, decided_by=POLICY_ACTOR, failure=reason,
    )  # fmt: skip
    books.tell_decision("decision.rejected", decision, POLICY_ACTOR, reason=reason)
