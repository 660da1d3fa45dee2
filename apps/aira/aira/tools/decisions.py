"""Decisions: which there are, why each was proposed, what the gate said, what came of it."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import Field

from aira.tools import cards
from aira.tools.effects import came_of, measured, predicted
from aira.tools.finding import decision_of
from aira.tools.model import (
    Answer,
    Arguments,
    Asked,
    Column,
    Json,
    Paged,
    Tool,
    listed,
    page_of,
    plain,
    safe,
    table,
)
from core.errors import Invalid
from core.events import read_after
from orchestrator.core.books import reading
from royal_platform.commerce.decisions.model import Decision, Prediction, Status
from royal_platform.persistence.decisions import DecisionFilter
from royal_platform.persistence.effects import Effects, StoredEffect

_HISTORY_MAX = 50
_COLUMNS = (
    Column("id", "Decision", "text", "approvals", "id"), Column("kind", "Kind"),
    Column("subject", "Subject"),
    Column("change", "Change"), Column("money_at_stake", "At stake", "money"),
    Column("ruling", "Gate", "status"), Column("status", "Status", "status"),
)  # fmt: skip


class DecisionsIn(Paged):
    """Which decisions; those that wait for a person when nothing is said."""

    status: str = Field(
        "proposed", max_length=200,
        description=f"One of {', '.join(Status)}, several with commas, or all",
    )  # fmt: skip
    text: str | None = Field(None, description="Words in the subject or the rationale")
    kind: str | None = Field(None, description="For example price.set", max_length=80)
    agent: str | None = Field(None, description="An agent's id, or aira", max_length=80)
    order: Literal["stake", "newest"] = Field("stake", description="Most money first, or newest")


class DecisionIn(Arguments):
    """Which decision."""

    decision: str = Field(
        min_length=1, description="Id, the end of the id of a waiting one, or its subject's title"
    )


def decisions(asked: Asked, given: DecisionsIn) -> Answer:
    """A page of decisions."""
    statuses = () if given.status == "all" else _statuses(given.status)
    wanted = DecisionFilter(
        statuses=statuses, agent_id=given.agent, kind=given.kind, text=given.text,
        order=given.order,
    )  # fmt: skip
    with reading(asked.platform) as books:
        page = books.decisions.page(books.connection, wanted, given.cursor, given.limit)
        now = books.now
    rows = [row(each) for each in page.items]
    said = {
        "status": ",".join(statuses), "agent": given.agent, "kind": given.kind, "q": given.text,
        "order": given.order,
    }  # fmt: skip
    query = urlencode({name: value for name, value in said.items() if value})
    nothing = (
        "No decision waits for a person." if given.status == "proposed" and not given.text
        else "No decision is like that."
    )  # fmt: skip
    return Answer(
        result={"total": page.total, "data": rows},
        text=listed(_COLUMNS, rows, page.total, nothing), source="royal", as_of=now,
        view=table(_COLUMNS), next_cursor=page.next_cursor, label="Decisions",
        query=f"GET /v1/decisions?{query}", link="/approvals",
    )  # fmt: skip


def decision(asked: Asked, given: DecisionIn) -> Answer:
    """One decision: grounds, prediction, verdict, undo, history; with its card while it waits."""
    with reading(asked.platform) as books:
        found = decision_of(books.connection, books.store_id, given.decision)
        changes = cards.shown_changes(found, books.connection)
        effect = Effects(books.store_id).get(books.connection, found.id)
        history = read_after(
            books.connection, books.store_id, 0, _HISTORY_MAX, subject=found.id
        )  # fmt: skip
        now = books.now
    proposal = found.proposal
    result = {
        **row(found), "subject_id": proposal.subject.id, "changes": changes,
        "argument_hash": found.argument_hash, "arguments": plain(proposal.arguments),
        "precondition": plain(proposal.precondition), "rationale": proposal.rationale,
        "evidence": [
            {"label": each.label, "value": plain(each.value), "unit": each.unit,
             "source": each.source, "query": each.query, "as_of": plain(each.as_of)}
            for each in proposal.evidence
        ],
        "prediction": _prediction(proposal.prediction),
        "risk": {
            "score": proposal.risk.score,
            "factors": [
                {"name": each.name, "contribution": each.contribution, "reason": each.reason}
                for each in proposal.risk.factors
            ],
        },
        "hits": [cards.hit(each) for each in found.verdict.hits],
        "undo": {"kind": proposal.inverse.kind, "explanation": proposal.inverse.explanation},
        "cost": plain(proposal.cost), "expires_at": plain(proposal.expires_at),
        "decided_by": found.decided_by, "decided_at": plain(found.decided_at),
        "executed_at": plain(found.executed_at), "failure": found.failure,
        "reverts": found.reverts, "reverted_by": found.reverted_by, "run_id": proposal.run_id,
        "effect": measured(effect),
        "history": [
            {"at": plain(each.occurred_at), "type": each.type, "actor": each.actor}
            for each in history
        ],
    }  # fmt: skip
    waits = found.status is Status.PROPOSED
    return Answer(
        result=result, text=_explained(found, result, effect), source="royal", as_of=now,
        view={"type": "facts"}, label=proposal.subject.title,
        query=f"GET /v1/decisions/{found.id}", link=page_of("approvals", found.id),
        cards=(cards.decision(asked, found, "approve"),) if waits else (),
    )  # fmt: skip


def row(found: Decision) -> Json:
    """A decision in one row."""
    proposal = found.proposal
    return {
        "id": found.id, "kind": proposal.kind, "subject": proposal.subject.title,
        "change": cards.change_line(found), "money_at_stake": plain(proposal.money_at_stake),
        "ruling": found.verdict.ruling.value, "status": found.status.value,
        "agent": proposal.agent_id, "created_at": plain(found.created_at),
        "expires_at": plain(proposal.expires_at), "link": page_of("approvals", found.id),
    }  # fmt: skip


def _statuses(text: str) -> tuple[str, ...]:
    wanted = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    unknown = [part for part in wanted if part not in set(Status)]
    if unknown:
        raise Invalid(
            f"There is no status {unknown[0]!r}.",
            remedy=f"Use {', '.join(Status)}, or all.",
        )
    return wanted


def _prediction(told: Prediction | None) -> Json | None:
    if told is None:
        return None
    return {
        "metric": told.metric, "unit": told.unit, "point": plain(told.point),
        "low": plain(told.low), "high": plain(told.high), "horizon_days": told.horizon_days,
    }  # fmt: skip


def _explained(found: Decision, told: Json, effect: StoredEffect | None) -> str:
    proposal = found.proposal
    paragraphs = [
        f"**{safe(proposal.subject.title)}** ({proposal.kind}, `{found.id}`): "
        f"{safe(told['change'])}. **{found.status.value}**"
        + (f" by {safe(found.decided_by)}" if found.decided_by else "")
        + (f". {safe(found.failure)}" if found.failure else "."),
        safe(proposal.rationale),
        f"Predicted: {predicted(proposal.prediction)}.",
        "Grounds:\n\n" + "\n".join(
            f"- {safe(each['label'])}: {safe(_value(each['value']))} {safe(each['unit'])} "
            f"({each['source']}, as of {each['as_of'][:16].replace('T', ' ')} UTC)"
            for each in told["evidence"]
        ),
        f"The gate: **{found.verdict.ruling.value}**." + "".join(
            f"\n- {each['rule']}: {safe(each['message'])}{_numbers(each)}" for each in told["hits"]
        ),
        f"Risk index {proposal.risk.score:.2f}" + (
            ": " + "; ".join(f"{safe(each.reason)} ({each.contribution:.2f})"
                             for each in proposal.risk.factors) + "."
            if proposal.risk.factors else "."
        ),
        f"Undo: {safe(proposal.inverse.explanation)}",
    ]  # fmt: skip
    if found.executed_at is not None:
        paragraphs.append(
            f"Executed {found.executed_at:%Y-%m-%d %H:%M} UTC. Effect: {came_of(effect, found)}."
        )
    paragraphs.append(
        "History:\n\n" + "\n".join(
            f"- {each['at'][:16].replace('T', ' ')} {each['type']} by {safe(each['actor'])}"
            for each in told["history"]
        )
    )  # fmt: skip
    return "\n\n".join(paragraphs)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {item}" for name, item in value.items())
    return "unknown" if value is None else str(value)


def _numbers(told: Json) -> str:
    if told["limit"] is None and told["actual"] is None:
        return ""
    parts = [f"{name} {told[name]}" for name in ("limit", "actual") if told[name] is not None]
    return f" ({', '.join(parts)} {told['unit'] or ''}".rstrip() + ")"


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "decisions", "Decisions",
        "Decisions by status (those that wait for a person when nothing is said), words, kind or "
        "agent, the most money at stake first.",
        "decisions:read", DecisionsIn, decisions, aliases=("approvals", "waiting_decisions"),
        completes={"status": "statuses", "agent": "agents"},
        usage="/decisions [STATUS|all] [text=…] [kind=…] [agent=…] [order=newest]",
    ),
    Tool(
        "decision", "One decision",
        "Explains a decision: evidence with sources, prediction, the gate's verdict with its "
        "rules, risk, undo plan, history and outcome.",
        "decisions:read", DecisionIn, decision, aliases=("explain", "why"), rest="decision",
        completes={"decision": "decisions"},
    ),
)  # fmt: skip
