"""What stands out, what is foretold, what was reported, and how good that was."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from app.schemas.analytics import Unit
from app.schemas.common import Amount, Given, Model, Provenance

Verdict = Literal["confirmed", "dismissed"]
WhyNoForecast = Literal["not_a_sum", "short_history", "not_loaded", "grain"]


class CauseOut(Model):
    """A value of the driving dimension; it explains ``power`` percent of the difference."""

    key: str | None
    label: str | None
    power: Amount
    value: Amount
    expected: Amount


class AnomalyOut(Model):
    """A day of a metric that chance does not explain; 80 % of such days lie in low to high.

    ``also`` names metrics that tell of the same thing, ``dimension`` what drives it (null: nothing
    alone). ``decision_id`` is the newest decision about raising an alert.
    """

    id: str
    metric: str
    day: date
    unit: Unit
    currency: str | None
    better: Literal["up", "down"]
    value: Amount
    expected: Amount
    low: Amount
    high: Amount
    probability: str
    also: list[str]
    dimension: str | None
    causes: list[CauseOut]
    found_at: datetime
    raised: bool
    decision_id: str | None
    decision_status: str | None
    verdict: Verdict | None
    verdict_by: str | None
    verdict_at: datetime | None


class AnomalyPage(Model):
    """``watched_until`` is the last day that was looked at, null before the first look."""

    data: list[AnomalyOut]
    next_cursor: str | None
    total: int
    watched_until: date | None
    false_percent: Amount
    provenance: Provenance


class AnomalyQuery(BaseModel):
    cursor: str | None = None
    limit: int = Field(default=10, ge=1, le=100)


class AnomalyPath(BaseModel):
    anomaly_id: str


class VerdictIn(Given):
    """Whether it was one."""

    verdict: Verdict


class MetricForecastQuery(BaseModel):
    """``metric`` by ``grain`` for the coming ``weeks``."""

    metric: str = "revenue_net"
    grain: str = "day"
    weeks: int = Field(default=4, ge=1, le=12)


class MetricForecastPoint(Model):
    """One period by its first day, with 80 % bounds."""

    period: date
    expected: Amount
    low: Amount
    high: Amount


class MetricForecastOut(Model):
    """``points`` are empty when nothing can be foretold, and ``why`` says so.

    ``scored`` past forecasts are behind the bounds; 0: they are assumed.
    """

    metric: str
    grain: str
    unit: Unit
    currency: str | None
    points: list[MetricForecastPoint]
    why: WhyNoForecast | None
    method: str | None
    scored: int
    provenance: Provenance


class ReportOut(Model):
    """A week's report; it may be read once it is published."""

    id: str
    first: date
    last: date
    composed_at: datetime
    published_at: datetime | None
    withdrawn_at: datetime | None
    decision_id: str | None
    decision_status: str | None


class ReportList(Model):
    data: list[ReportOut]
    provenance: Provenance


class ReportPath(BaseModel):
    report_id: str


class ReportQuery(BaseModel):
    language: Literal["en", "nl"] = "en"


class MetricAccuracy(Model):
    """Forecasts of single days against what came: weighted error and days inside 80 %."""

    metric: str
    days: int
    error_percent: Amount | None
    covered_percent: Amount


class AccuracyOut(Model):
    """The agent's own past: ``confirmed_percent`` of what people judged; null: not yet known."""

    days_watched: int
    figures_judged: int
    anomalies: int
    confirmed: int
    dismissed: int
    open: int
    confirmed_percent: Amount | None
    forecasts: list[MetricAccuracy]
    provenance: Provenance
