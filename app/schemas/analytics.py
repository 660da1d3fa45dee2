"""Metrics as the Analytics page explores them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from app.schemas.common import Amount, Model, Provenance
from app.schemas.store import Day

Unit = Literal["money", "count", "percent", "ratio", "hours"]
Unknown = Literal["no_rows", "not_yet", "no_spend", "no_cases", "no_facts", "zero"]
Grain = Literal["day", "week", "month", "quarter"]
Compare = Literal["previous", "year", "none"]
# "?" stands for the rows whose dimension is not known: no value of a store is only that.
UNKNOWN_KEY = "?"


class MetricOut(Model):
    """One metric's definition; ``dimensions`` are those it can be told by."""

    name: str
    unit: Unit
    formula: str
    unknown: str
    owner: str
    better: Literal["up", "down"]
    additive: bool
    by_currency: bool
    dimensions: list[str]


class MetricList(Model):
    data: list[MetricOut]


class ExploreQuery(BaseModel):
    """Store-local days, both ends included; without ``from`` the ``days`` up to ``to``.

    Without ``to`` the last complete day is the last one.

    ``filter`` narrows to one value of ``filter_by``; ``?`` means "not known".
    """

    metric: str = "revenue_net"
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    days: int = Field(default=28, ge=1, le=3660)
    grain: Grain = "day"
    dimension: str | None = None
    compare: Compare = "previous"
    filter_by: str | None = None
    filter: str | None = None


class RowsQuery(ExploreQuery):
    """The same question; ``next_cursor`` of one page is the ``cursor`` of the next."""

    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=250)


class ValueOut(Model):
    """``amount`` null is unknown, and ``why`` says so; ``left_out`` rows had no known value."""

    amount: Amount | None
    currency: str | None
    why: Unknown | None
    left_out: int


class PointOut(Model):
    """One period, by its first day."""

    period: date
    value: ValueOut


class SliceOut(Model):
    """One value of the dimension in one currency; ``key`` null is "not known"."""

    key: str | None
    label: str | None
    total: ValueOut
    compared: ValueOut | None
    change_percent: Amount | None
    points: list[PointOut]
    compared_points: list[PointOut]


class ExploredOut(Model):
    """A figure by period and dimension.

    Amounts in a currency without a stated rate are slices of their own. ``sql`` with
    ``parameters`` is what the engine ran for the series. ``loaded`` false: the warehouse holds
    nothing yet. ``partial``: the last day is not over. ``cut``: there are more slices than told.
    """

    metric: MetricOut
    from_: date = Field(alias="from", serialization_alias="from")
    to: date
    grain: Grain
    dimension: str | None
    compare_from: date | None
    compare_to: date | None
    timezone: str
    currency: str
    slices: list[SliceOut]
    sql: str
    parameters: dict[str, str]
    engine: str | None
    loaded: bool
    loaded_as_of: datetime | None
    partial: bool
    cut: bool
    provenance: Provenance


class FactRowOut(Model):
    """One stored row behind a figure, in its own currency; ``side`` is numerator or denominator."""

    side: Literal["top", "bottom"]
    fact: str
    row: str
    day: date
    currency: str | None
    amount: Amount | None


class FactRowPage(Model):
    data: list[FactRowOut]
    next_cursor: str | None
    sql: str
