"""Decisions as the approvals page and an auditor read them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from app.schemas.common import (
    Amount,
    ChangeOut,
    Given,
    Model,
    MoneyOut,
    PageQuery,
    PhraseOut,
    Source,
    SubjectOut,
)
from app.schemas.effects import EffectOut

Status = Literal[
    "proposed", "approved", "rejected", "expired", "superseded", "executing", "executed",
    "failed", "conflicted", "measured", "reverting", "reverted",
]  # fmt: skip


class EvidenceOut(Model):
    label: str
    value: Any
    unit: str
    source: str
    query: str
    as_of: datetime


class PredictionOut(Model):
    """80 % interval of what the change should do over ``horizon_days``."""

    metric: str
    unit: str
    point: Amount
    low: Amount
    high: Amount
    horizon_days: int


class RiskFactorOut(Model):
    name: str
    contribution: float
    reason: str


class RiskOut(Model):
    score: float
    factors: list[RiskFactorOut]


class RuleHitOut(Model):
    rule: str
    ruling: Literal["allow", "ask", "deny"]
    message: str
    limit: str | None
    actual: str | None
    unit: str | None


class VerdictOut(Model):
    ruling: Literal["allow", "ask", "deny"]
    hits: list[RuleHitOut]


class InverseOut(Model):
    """``kind`` is null when nothing undoes it; ``explanation`` then says what compensates."""

    kind: str | None
    arguments: dict[str, Any] | None
    explanation: str


class DecisionSummary(Model):
    """``said``: title and remedy of the finding that an alert is about; empty for all else."""

    id: str
    kind: str
    agent_id: str
    subject: SubjectOut
    status: Status
    rationale: str
    changes: list[ChangeOut]
    prediction: PredictionOut | None
    risk_score: float
    ruling: Literal["allow", "ask", "deny"]
    cost: MoneyOut | None
    money_at_stake: MoneyOut | None
    revertible: bool
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    executed_at: datetime | None
    reverts: str | None
    reverted_by: str | None
    failure: str | None
    source: Source
    said: dict[str, PhraseOut]


class TimelineEntry(Model):
    """One event in the decision's life, from the audit log."""

    seq: int
    type: str
    at: datetime
    actor: str
    detail: dict[str, Any]


class DecisionDetail(DecisionSummary):
    run_id: str | None
    arguments: dict[str, Any]
    precondition: dict[str, Any]
    argument_hash: str
    evidence: list[EvidenceOut]
    risk: RiskOut
    verdict: VerdictOut
    inverse: InverseOut
    timeline: list[TimelineEntry]
    effect: EffectOut | None


class DecisionPage(Model):
    data: list[DecisionSummary]
    next_cursor: str | None
    total: int


class DecisionQuery(PageQuery):
    """``status`` takes a comma-separated list; ``stake`` orders by money at stake, most first."""

    status: str | None = None
    agent: str | None = None
    kind: str | None = None
    q: str | None = None
    order: Literal["stake", "newest"] = "stake"


class DecisionPath(BaseModel):
    decision_id: str = Field(min_length=1)


class ApproveIn(Given):
    """``argument_hash`` is what the person saw; another hash is refused with 409."""

    argument_hash: str


class RejectIn(Given):
    reason: str = Field(default="", max_length=1000)


class BatchItem(Given):
    id: str
    argument_hash: str


class BatchIn(Given):
    action: Literal["approve", "reject"]
    decisions: list[BatchItem] = Field(min_length=1, max_length=250)
    reason: str = Field(default="", max_length=1000)


class BatchResult(Model):
    id: str
    status: Status | None
    error: str | None


class BatchOut(Model):
    results: list[BatchResult]
