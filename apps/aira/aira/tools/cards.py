"""The cards by which a person confirms an act: what would change, and the request that does it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from aira.tools.model import Answer, Asked, Json, plain, safe
from aira.tools.words import quote
from orchestrator.core.books import reading
from orchestrator.core.enacting import right_of
from royal_platform.commerce.decisions.model import Decision, RuleHit, Ruling, Status
from royal_platform.commerce.decisions.rules import changes
from royal_platform.persistence.executions import Executions

Request = tuple[str, str, Json]

_DECIDE = "decisions:decide"
# In which statuses each act is still open.
_OPEN = {
    "approve": {Status.PROPOSED},
    "reject": {Status.PROPOSED, Status.APPROVED},
    "revert": {Status.EXECUTED, Status.MEASURED},
}


def decision(asked: Asked, found: Decision, action: str, *, body: Json | None = None) -> Json:
    """The card of a decision that a person may approve, reject or revert."""
    proposal = found.proposal
    sent = dict(body or {})
    words = [f"/{action}", found.id]
    if action == "approve":
        sent["argument_hash"] = found.argument_hash
        words.append(found.argument_hash)
    if sent.get("reason"):
        words.append(quote(sent["reason"]))
    is_open = found.status in _OPEN[action] and (
        action != "revert" or proposal.inverse.kind is not None
    )
    return {
        "decision_id": found.id,
        "action": action,
        "argument_hash": found.argument_hash,
        "kind": proposal.kind,
        "title": proposal.subject.title,
        "changes": shown_changes(found),
        "rationale": proposal.rationale,
        "ruling": found.verdict.ruling.value,
        "hits": [hit(each) for each in found.verdict.hits],
        "money_at_stake": plain(proposal.money_at_stake),
        "undo": proposal.inverse.explanation,
        "expires_at": proposal.expires_at.isoformat(),
        "status": found.status.value,
        "link": link_of(found.id),
        "confirm": {
            "method": "POST", "path": f"/v1/decisions/{found.id}/{action}", "body": sent,
        },
        "command": " ".join(words),
        "allowed": is_open and may_decide(asked, proposal.kind),
    }  # fmt: skip


def may_decide(asked: Asked, kind: str) -> bool:
    """Whether the caller may decide on this kind."""
    right = right_of(kind)
    return asked.caller.may(_DECIDE) and (right is None or asked.caller.may(right))


def what_next(made: Decision, card: Json) -> str:
    """What became of a wish, by which rules, and what a person does about it."""
    spoken = "; ".join(
        f"{each.rule}: {safe(each.message)}" for each in made.verdict.hits
        if each.ruling is made.verdict.ruling
    )  # fmt: skip
    if made.status is Status.REJECTED:
        return f"The policy denies it ({spoken}). It is kept as `{made.id}`; nothing will change."
    if made.verdict.ruling is Ruling.DENY:
        return f"It waits as `{made.id}`, denied for now ({spoken})."
    how = (
        f"Approve it on the card, or type `{card['command']}`."
        if card["allowed"]
        else "A person who may decide finds it in Approvals."
    )
    return f"It waits for a person as `{made.id}` ({spoken}). {how}"


def to_confirm(
    asked: Asked,
    *,
    action: str,
    title: str,
    permission: str,
    changes: Sequence[Json],
    confirm: Request,
    command: str,
    link: str,
    rationale: str = "",
) -> Answer:
    """An answer whose card asks a person to confirm something that is not a decision."""
    method, path, body = confirm
    card: Json = {
        "decision_id": None, "action": action, "argument_hash": None, "kind": None,
        "title": title, "changes": list(changes), "rationale": rationale, "ruling": None,
        "hits": [], "money_at_stake": None, "undo": None, "expires_at": None, "status": None,
        "link": link, "confirm": {"method": method, "path": path, "body": body},
        "command": command, "allowed": asked.caller.may(permission),
    }  # fmt: skip
    with reading(asked.platform) as books:
        now = books.now
    lines = [f"{_told(each)}" for each in changes]
    who = (
        f"Nothing was done yet. Confirm it on the card, or type `{command}`."
        if card["allowed"]
        else f"Nothing was done: this needs the permission {permission!r}."
    )
    return Answer(
        result={"waits_for_confirmation": True, "action": action, "changes": list(changes)},
        text="\n\n".join([f"**{title}**", *lines, who]),
        source="royal", as_of=now, label=title, link=link, cards=(card,),
    )  # fmt: skip


def shown_changes(found: Decision, connection: Connection | None = None) -> list[Json]:
    """What is and what would be; with a connection also what was written."""
    written: Json = {}
    if connection is not None and found.executed_at is not None:
        execution = Executions(found.store_id).get(connection, found.id)
        written = dict(execution.after or {}) if execution else {}
    rows = []
    for each in changes(found.proposal):
        row: Json = {
            "field": each.field, "now": each.now, "proposed": each.proposed, "unit": each.unit,
        }  # fmt: skip
        if each.field in written:
            row["written"] = str(written[each.field])
        rows.append(row)
    return rows


def change_line(found: Decision) -> str:
    """The changes in one line."""
    return ", ".join(_told(each) for each in shown_changes(found))


def hit(each: RuleHit) -> Json:
    """One rule that spoke."""
    return {
        "rule": each.rule, "ruling": each.ruling.value, "message": each.message,
        "limit": each.limit, "actual": each.actual, "unit": each.unit,
    }  # fmt: skip


def link_of(decision_id: str) -> str:
    """The page that shows the decision."""
    return f"/approvals/{decision_id}"


def _told(change: Json) -> str:
    now = f"{change['now']} → " if change.get("now") else ""
    proposed = change["proposed"] if change["proposed"] is not None else "unknown"
    return f"{change['field']} {now}{proposed} {change.get('unit') or ''}".strip()
