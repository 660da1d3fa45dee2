"""Approve, reject, revert: a person's word on a decision, bound to what was seen."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aira.tools import cards
from aira.tools.decisions import row
from aira.tools.finding import decision_of
from aira.tools.model import Answer, Arguments, Asked, Tool, page_of, safe
from core.errors import Conflict
from orchestrator.core import ledger
from orchestrator.core.books import reading
from royal_platform.commerce.decisions.model import Decision, Status

_WHICH = "Id, the end of the id of a waiting one, or its subject's title"
_ID = "dec_"
_TOLD = {
    Status.PROPOSED: "Your approval counts; the policy wants a second person's as well.",
    Status.APPROVED: "Approved. The worker checks the store, writes once and reads back.",
    Status.EXECUTED: "Approved, in force, and read back.",
}


class ApproveIn(Arguments):
    """Which decision, and the arguments that were seen."""

    decision: str = Field(description=_WHICH, min_length=1)
    argument_hash: str | None = Field(
        None, description="What was seen; without it the decision is shown first", max_length=64
    )


class RejectIn(Arguments):
    """Which decision, and why."""

    decision: str = Field(description=_WHICH, min_length=1)
    reason: str = Field("", description="Kept with the decision", max_length=500)


class RevertIn(Arguments):
    """Which executed decision."""

    decision: str = Field(description="Id of an executed decision", min_length=1)


def approve(asked: Asked, given: ApproveIn) -> Answer:
    """Approve exactly what was seen; without its hash, show it and ask."""
    if given.argument_hash is None:
        return ask_approve(asked, given)
    found = _find(asked, given.decision)
    done = ledger.approve(asked.platform, found.id, given.argument_hash, asked.caller)
    return _done(asked, done, _TOLD.get(done.status) or f"It is {done.status}: {done.failure}")


def reject(asked: Asked, given: RejectIn) -> Answer:
    """Turn a decision down; one that was only described is shown first."""
    if not given.decision.startswith(_ID):
        return ask_reject(asked, given)
    done = ledger.reject(asked.platform, given.decision, asked.caller, given.reason)
    return _done(asked, done, "Rejected.")


def revert(asked: Asked, given: RevertIn) -> Answer:
    """Undo an executed decision; one that was only described is shown first."""
    if not given.decision.startswith(_ID):
        return ask_revert(asked, given)
    undo = ledger.revert(asked.platform, given.decision, asked.caller)
    how = "" if undo.status is Status.EXECUTED else "; the worker carries it out"
    return _done(asked, undo, f"`{undo.id}` undoes `{given.decision}`{how}.")


def ask_approve(asked: Asked, given: ApproveIn) -> Answer:
    """The card of what would be approved."""
    found = _find(asked, given.decision)
    if given.argument_hash is not None and given.argument_hash != found.argument_hash:
        raise Conflict(
            f"Decision {found.id!r} has other arguments than those.",
            remedy="Read the decision again.",
        )
    return _card(asked, found, "approve")


def ask_reject(asked: Asked, given: RejectIn) -> Answer:
    """The card of what would be rejected."""
    return _card(asked, _find(asked, given.decision), "reject", {"reason": given.reason})


def ask_revert(asked: Asked, given: RevertIn) -> Answer:
    """The card of what would be undone."""
    return _card(asked, _find(asked, given.decision, executed=True), "revert")


def _find(asked: Asked, words: str, *, executed: bool = False) -> Decision:
    with reading(asked.platform) as books:
        return decision_of(books.connection, books.store_id, words, executed=executed)


def _card(asked: Asked, found: Decision, action: str, body: dict[str, Any] | None = None) -> Answer:
    card = cards.decision(asked, found, action, body=body)
    with reading(asked.platform) as books:
        now = books.now
    if card["allowed"]:
        how = f"Nothing was done yet. Confirm it on the card, or type `{card['command']}`."
    elif cards.may_decide(asked, found.proposal.kind):
        how = f"It is {found.status.value}: there is nothing to {action}."
    else:
        how = "Nothing was done: your role may not decide."
    proposal = found.proposal
    lines = [
        f"**{safe(proposal.subject.title)}** ({proposal.kind}): {safe(cards.change_line(found))}",
        safe(proposal.rationale),
        f"The gate: {found.verdict.ruling.value}. Undo: {safe(proposal.inverse.explanation)}",
        how,
    ]
    return Answer(
        result={**row(found), "waits_for_confirmation": card["allowed"], "action": action},
        text="\n\n".join(lines), source="royal", as_of=now, label=proposal.subject.title,
        query=f"GET /v1/decisions/{found.id}", link=page_of("approvals", found.id), cards=(card,),
    )  # fmt: skip


def _done(asked: Asked, done: Decision, told: str) -> Answer:
    with reading(asked.platform) as books:
        now = books.now
    title, change = safe(done.proposal.subject.title), safe(cards.change_line(done))
    return Answer(
        result=row(done), text=f"**{title}**: {change}. {told}", source="royal", as_of=now,
        view={"type": "facts"}, label=done.proposal.subject.title,
        query=f"GET /v1/decisions/{done.id}", link=page_of("approvals", done.id),
    )  # fmt: skip


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "approve", "Approve a decision",
        "Approves exactly what was shown: needs the decision's argument hash, else it only shows "
        "the decision with its card.",
        "decisions:decide", ApproveIn, approve, writes=True, asks=ask_approve,
        sees="decisions:read", completes={"decision": "decisions"},
    ),
    Tool(
        "reject", "Reject a decision",
        "Turns a waiting or approved decision down, with a reason.",
        "decisions:decide", RejectIn, reject, writes=True, asks=ask_reject,
        sees="decisions:read", rest="reason", completes={"decision": "decisions"},
    ),
    Tool(
        "revert", "Undo a decision",
        "Undoes an executed decision: the earlier value is restored if nobody changed it since.",
        "decisions:decide", RevertIn, revert, writes=True, asks=ask_revert,
        sees="decisions:read", rest="decision", aliases=("undo",),
        completes={"decision": "executed"},
    ),
)  # fmt: skip
