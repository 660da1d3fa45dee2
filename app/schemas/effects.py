"""What executed decisions did, and the record they make, as the page reads them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from app.schemas.agents import Autonomy
from app.schemas.common import Amount, ChangeOut, Model, PageQuery, Provenance, SubjectOut

EffectStatus = Literal["pending", "known", "never"]


class EstimateOut(Model):
    """A figure in the effect's unit with its 80 % interval."""

    point: Amount
    low: Amount
    high: Amount


class EffectOut(Model):
    """``pending``: not yet known, until ``due_at``. ``never``: ``detail`` says why.

    ``predicted`` is the prediction for the days from ``first_day`` to ``last_day``; ``realised``
    what was measured on them. ``inside`` compares the two, the measurement's own error allowed for.
    ``cut``: the days end early because the change was ``reverted`` or ``changed_again``.
    """

    decision_id: str
    agent_id: str
    kind: str
    subject: SubjectOut
    changes: list[ChangeOut]
    status: EffectStatus
    executed_at: datetime
    due_at: datetime
    measured_at: datetime | None
    first_day: date
    last_day: date
    cut: Literal["reverted", "changed_again"] | None
    unit: str
    predicted: EstimateOut
    realised: EstimateOut | None
    inside: bool | None
    method: str
    sample: dict[str, Any]
    reason: str | None
    detail: str | None


class EffectPage(Model):
    data: list[EffectOut]
    next_cursor: str | None
    total: int
    provenance: Provenance


class EffectQuery(PageQuery):
    """Latest executed first."""

    agent: str | None = None
    kind: str | None = None
    status: EffectStatus | None = None
    subject: str | None = None


class PooledOut(Model):
    """The mean effect of one decision, and what all of them add up to; 80 % intervals."""

    measured: int
    each: EstimateOut
    together: EstimateOut


class CalibrationOut(Model):
    """Outcomes inside the predicted 80 % intervals; shares are fractions.

    ``noise_share`` is the part of the compared width that is the measurement's own error: near 1
    the outcomes say little about the predictions yet.
    """

    measured: int
    inside: int
    share: float
    share_low: float
    share_high: float
    predicted_mean: Amount
    realised_mean: Amount
    noise_share: float


class ConditionOut(Model):
    """One condition of acting alone: ``measured``, ``coverage``, ``effect`` or ``rules``."""

    name: Literal["measured", "coverage", "effect", "rules"]
    met: bool
    actual: str
    wanted: str


class RecordOut(Model):
    """One agent's record for one kind over the last ``days`` days.

    ``recommended`` is a level that a person may confirm with ``PATCH /v1/agents/{agent_id}``;
    ``why`` says why the record took a level away.
    """

    agent_id: str
    kind: str
    unit: str | None
    level: Autonomy
    changed_by: str | None
    changed_at: datetime | None
    why: str | None
    days: int
    known: int
    pending: int
    never: int
    next_due_at: datetime | None
    pooled: PooledOut | None
    calibration: CalibrationOut | None
    rules_broken: int
    conditions: list[ConditionOut]
    recommended: Autonomy | None


class RecordList(Model):
    data: list[RecordOut]
    provenance: Provenance


class RecordQuery(BaseModel):
    agent: str | None = None
