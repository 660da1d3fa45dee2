"""How a decision is written to its row and read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from royal_platform.commerce.decisions.model import (
    Decision,
    Evidence,
    Inverse,
    Prediction,
    Proposal,
    Risk,
    RiskFactor,
    RuleHit,
    Ruling,
    Status,
    Subject,
    Verdict,
)
from royal_platform.commerce.shared.model import Money


def jsonable(value: Any) -> Any:
    """``value`` with decimals as strings and times as ISO text, ready for a JSON column."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): jsonable(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(item) for item in value]
    return value


def proposal_columns(proposal: Proposal) -> dict[str, Any]:
    """The columns that hold the proposal itself."""
    prediction = proposal.prediction
    return {
        "agent_id": proposal.agent_id,
        "run_id": proposal.run_id,
        "kind": proposal.kind,
        "subject_type": proposal.subject.type,
        "subject_id": proposal.subject.id,
        "subject_title": proposal.subject.title,
        "arguments": jsonable(proposal.arguments),
        "precondition": jsonable(proposal.precondition),
        "argument_hash": proposal.argument_hash,
        "evidence": [jsonable(asdict(item)) for item in proposal.evidence],
        "rationale": proposal.rationale,
        "prediction": None if prediction is None else jsonable(asdict(prediction)),
        "risk_score": proposal.risk.score,
        "risk_factors": [asdict(factor) for factor in proposal.risk.factors],
        **_money("cost", proposal.cost),
        **_money("stake", proposal.money_at_stake),
        "inverse": jsonable(asdict(proposal.inverse)),
        "provenance": proposal.provenance,
        "expires_at": proposal.expires_at,
    }


def verdict_columns(verdict: Verdict) -> dict[str, Any]:
    """The columns that keep the gate's answer for ever."""
    hits = [{**asdict(hit), "ruling": hit.ruling.value} for hit in verdict.hits]
    return {"ruling": verdict.ruling.value, "verdict": {"hits": hits}}


def read_decision(row: Row[Any]) -> Decision:
    """The decision of a full row."""
    return Decision(
        id=row.id,
        store_id=row.store_id,
        proposal=_proposal(row),
        status=Status(row.status),
        verdict=_verdict(row),
        created_at=row.created_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        executed_at=row.executed_at,
        reverts=row.reverts,
        reverted_by=row.reverted_by,
        failure=row.failure,
        argument_hash=row.argument_hash,
    )


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        agent_id=row.agent_id,
        kind=row.kind,
        subject=Subject(row.subject_type, row.subject_id, row.subject_title),
        arguments=row.arguments,
        precondition=row.precondition,
        evidence=tuple(
            Evidence(**{**item, "as_of": datetime.fromisoformat(item["as_of"])})
            for item in row.evidence
        ),
        rationale=row.rationale,
        prediction=_prediction(row.prediction),
        risk=Risk(row.risk_score, tuple(RiskFactor(**item) for item in row.risk_factors)),
        cost=_read_money(row.cost, row.cost_currency),
        money_at_stake=_read_money(row.stake, row.stake_currency),
        inverse=Inverse(**row.inverse),
        expires_at=row.expires_at,
        run_id=row.run_id,
        provenance=row.provenance,
    )


def _prediction(value: Mapping[str, Any] | None) -> Prediction | None:
    if value is None:
        return None
    numbers = {name: Decimal(value[name]) for name in ("point", "low", "high")}
    return Prediction(**{**value, **numbers})


def _verdict(row: Row[Any]) -> Verdict:
    hits = tuple(RuleHit(**{**hit, "ruling": Ruling(hit["ruling"])}) for hit in row.verdict["hits"])
    return Verdict(Ruling(row.ruling), hits)


def _money(name: str, value: Money | None) -> dict[str, Any]:
    return {
        name: None if value is None else value.amount,
        f"{name}_currency": None if value is None else value.currency,
    }


def _read_money(value: Decimal | None, currency: str | None) -> Money | None:
    return None if value is None or currency is None else Money(value, currency)
