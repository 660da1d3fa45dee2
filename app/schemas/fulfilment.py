"""Orders on their way, on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from app.schemas.common import Amount, Model, MoneyOut, Provenance
from app.schemas.decisions import RiskFactorOut

Level = Literal["low", "medium", "high"]


class OrderRiskOut(Model):
    """The probability of fraud, 0 to 1, by a scorecard that learned from so many outcomes.

    ``outcome`` null: what became of it is not known yet.
    """

    score: float
    base: float
    level: Level
    factors: list[RiskFactorOut]
    learned_bad: int
    learned_good: int
    outcome: Literal["bad", "good", "gone"] | None
    outcome_why: str | None


class RouteOptionOut(Model):
    """A way to serve a line. ``on_time``: the share of promises it keeps, cautiously; null:
    unknown. ``expected_cost`` counts what waiting and a broken promise are expected to cost.
    """

    source: str
    source_name: str
    own: bool
    line_id: str
    article: str
    unit_cost: Amount
    shipping: Amount | None
    expected_cost: Amount
    arrives_by: datetime
    capacity: int | None
    on_time: float | None
    quantity: int | None
    reason: str | None


class SubstituteOut(Model):
    variant_id: str
    title: str
    price: Amount
    available: int | None


class UnservedOut(Model):
    line_id: str
    title: str
    quantity: int
    substitutes: list[SubstituteOut]


class RouteOut(Model):
    """Where the goods come from, what was passed over and why, and what nobody can send."""

    routed_at: datetime
    promised_at: datetime | None
    currency: str
    parts: list[RouteOptionOut]
    left: list[RouteOptionOut]
    unserved: list[UnservedOut]


class SnagLineOut(Model):
    """Units of an article at a supplier: ordered, left it, and will not come."""

    title: str
    ordered: int
    shipped: int
    gone: int


class SnagOut(Model):
    """What goes wrong: late, stuck, lost, partial, refused or unserved.

    ``lines`` are told of a partial order whose supplier says what became of them, else empty.
    """

    trouble: Literal["late", "stuck", "lost", "partial", "refused", "unserved"]
    since: datetime
    reason: str
    remedy: str
    reference: str | None
    decision_id: str | None
    lines: list[SnagLineOut]


class MomentOut(Model):
    """One entry of an order's timeline; ``what`` is a word, ``detail`` names what it is about."""

    at: datetime
    what: str
    detail: str
    decision_id: str | None
    status: str | None


class OrderWayOut(Model):
    """One order's way to the door. ``risk`` null: not judged; ``route`` null: not routed yet."""

    order_id: str
    risk: OrderRiskOut | None
    route: RouteOut | None
    snags: list[SnagOut]
    timeline: list[MomentOut]
    provenance: Provenance


class OpenOrderOut(Model):
    order_id: str
    name: str
    processed_at: datetime
    total: MoneyOut
    score: float
    level: Level
    held: bool
    promised_at: datetime | None
    snags: list[str]


class RiskBinOut(Model):
    """Orders whose score lay between ``low`` and ``high``, and how many of them were bad."""

    low: float
    high: float
    orders: int
    mean_score: float
    bad: int


class ScoreRecordOut(Model):
    """Scores given before the outcome was known, against it. Null: not yet known."""

    orders: int
    bad: int
    flagged: int
    caught: int
    threshold: float
    precision: float | None
    recall: float | None
    brier: float | None
    bins: list[RiskBinOut]


class PromiseRecordOut(Model):
    """How a supplier kept its promises; ``low`` and ``high`` bound 80 %."""

    supplier_id: str
    name: str
    judged: int
    on_time: int
    share: float | None
    low: float | None
    high: float | None


class PromisesKeptOut(Model):
    """What customers were promised at ordering against the moment all of it arrived.

    By cut-off, working days and lead time, of orders of the last ``days`` days. ``overdue`` ones
    count as broken already; ``unknown`` ones are past their promise and nobody tells when they
    arrived: they count neither way. ``low`` and ``high`` bound 80 %.
    """

    days: int
    judged: int
    kept: int
    overdue: int
    unknown: int
    share: float | None
    low: float | None
    high: float | None


class FulfilmentOut(Model):
    """Open orders that want a look, and how good scores and promises were.

    ``open`` counts all open orders that were judged; ``orders`` are those at risk, held, or with
    something wrong, the riskiest first, at most a hundred.
    """

    open: int
    learned_bad: int
    learned_good: int
    orders: list[OpenOrderOut]
    record: ScoreRecordOut
    promises: list[PromiseRecordOut]
    kept: PromisesKeptOut
    provenance: Provenance


class OrderWayPath(BaseModel):
    order_id: str
