"""A decision: one intended change to the outside world, with its grounds and its undo."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from royal_platform.commerce.shared.model import Money

JsonObject = Mapping[str, Any]


class Status(StrEnum):
    """Where a decision stands; ``TRANSITIONS`` says which moves exist."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    EXECUTING = "executing"
    EXECUTED = "executed"
    FAILED = "failed"
    CONFLICTED = "conflicted"
    MEASURED = "measured"
    REVERTING = "reverting"
    REVERTED = "reverted"


TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.PROPOSED: frozenset(
        {Status.APPROVED, Status.REJECTED, Status.EXPIRED, Status.SUPERSEDED}
    ),
    Status.APPROVED: frozenset({Status.EXECUTING, Status.EXPIRED, Status.REJECTED}),
    Status.EXECUTING: frozenset({Status.EXECUTED, Status.FAILED, Status.CONFLICTED}),
    Status.EXECUTED: frozenset({Status.MEASURED, Status.REVERTING}),
    Status.MEASURED: frozenset({Status.REVERTING}),
    # A revert that cannot be carried out leaves the change in force.
    Status.REVERTING: frozenset({Status.REVERTED, Status.EXECUTED}),
}


class Ruling(StrEnum):
    """What the gate says."""

    ALLOW = "allow"
    ASK = "ask"
    DENY = "deny"


class Autonomy(StrEnum):
    """How far an agent may go for one kind of decision."""

    OBSERVE = "observe"
    PROPOSE = "propose"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact a decision rests on. ``value`` is JSON; ``query`` says how to look it up again."""

    label: str
    value: Any
    unit: str
    source: str
    query: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the change should do: ``metric`` in ``unit`` over ``horizon_days``, 80 % interval."""

    metric: str
    unit: str
    point: Decimal
    low: Decimal
    high: Decimal
    horizon_days: int


@dataclass(frozen=True, slots=True)
class RiskFactor:
    """One contribution to the risk index; contributions sum to it."""

    name: str
    contribution: float
    reason: str


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk index between 0 and 1 with the factors it is made of."""

    score: float
    factors: tuple[RiskFactor, ...] = ()


@dataclass(frozen=True, slots=True)
class Inverse:
    """The change that undoes a decision, or the reason there is none and what compensates."""

    kind: str | None
    arguments: JsonObject | None
    explanation: str


@dataclass(frozen=True, slots=True)
class RuleHit:
    """One rule that spoke, with the numbers it compared (``limit`` and ``actual`` in ``unit``)."""

    rule: str
    ruling: Ruling
    message: str
    limit: str | None = None
    actual: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer: the strictest ruling among ``hits``."""

    ruling: Ruling
    hits: tuple[RuleHit, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a decision changes: an opaque id, its type (``variant``, ``order``) and its name."""

    type: str
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an agent hands to the gate; the ledger turns it into a stored decision.

    ``arguments`` and ``precondition`` are canonical JSON: strings, integers, booleans, None,
    lists and objects; amounts are decimal strings, never floats.
    """

    agent_id: str
    kind: str
    subject: Subject
    arguments: JsonObject
    precondition: JsonObject
    evidence: tuple[Evidence, ...]
    rationale: str
    prediction: Prediction | None
    risk: Risk
    cost: Money | None
    money_at_stake: Money | None
    inverse: Inverse
    expires_at: datetime
    run_id: str | None = None
    provenance: str = "agent"

    @property
    def argument_hash(self) -> str:
        """SHA-256 of the canonical JSON of kind, subject, arguments and precondition."""
        return argument_hash(self.kind, self.subject.id, self.arguments, self.precondition)


@dataclass(frozen=True, slots=True)
class Decision:
    """A proposal that was stored: an id, a status, a verdict, and its history's moments."""

    id: str
    store_id: str
    proposal: Proposal
    status: Status
    verdict: Verdict
    created_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    executed_at: datetime | None = None
    reverts: str | None = None
    reverted_by: str | None = None
    failure: str | None = None
    argument_hash: str = field(default="")


def canonical_json(value: object) -> str:
    """Canonical JSON: sorted keys, no white space, no floats (RFC 8785 on our value set)."""
    _refuse_floats(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def argument_hash(
    kind: str, subject_id: str, arguments: JsonObject, precondition: JsonObject
) -> str:
    """The hash an approval binds to: any change to the four parts changes it."""
    document = {
        "arguments": dict(arguments),
        "kind": kind,
        "precondition": dict(precondition),
        "subject": subject_id,
    }
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("decision arguments carry decimal strings, not floats")
    if isinstance(value, Mapping):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _refuse_floats(item)
