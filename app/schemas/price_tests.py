"""Price tests on the wire: the prices in turn, what became of each week, and what was read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from app.schemas.common import Amount, Model, PageQuery, Provenance
from app.schemas.decisions import Status
from app.schemas.effects import EstimateOut
from royal_platform.commerce.pricing.trial_weeks import WeekState

PriceTestStatus = Literal["waiting", "running", "ending", "settling", "known", "never"]


class PriceTestSettingOut(Model):
    """The decision about a price of the test; ``why`` it was not set, or what it waits for."""

    decision_id: str
    status: Status
    why: str | None


class PriceTestWeekOut(Model):
    """One week, Monday to Sunday in the store's calendar.

    ``price`` was drawn for it; ``in_force`` is the price at its end, or now. ``units`` are those
    sold in it so far, None where it has not begun or the test was over. ``counts``: it is the last
    week of its turn; in those before it some still answer to the earlier price. ``setting`` is None
    where the price was in force already, or nothing was decided.
    """

    number: int
    first_day: date
    price: Amount
    in_force: Amount | None
    state: WeekState
    counts: bool
    is_over: bool
    units: int | None
    setting: PriceTestSettingOut | None


class TestedPriceOut(Model):
    """Units sold in the weeks that count, are over, and in which the price stood as drawn."""

    price: Amount
    weeks: int
    units: int


class PriceTestReadingOut(Model):
    """The elasticity with its 80 % interval, in percent of units per percent of price.

    ``carried`` is the chance that the draw alone makes the price of the turn before look as if it
    mattered; ``remembers``: that chance is so small that the reading is not used.
    """

    elasticity: EstimateOut
    blocks: int
    units: int
    carried: float
    remembers: bool


class PriceTestOut(Model):
    """``waiting``: for its first Monday. ``ending``: its price is to be put back. ``settling``:
    over, read on ``due_day``. ``never``: ``reason`` and ``detail`` say why nothing was read.

    ``reason`` is also why a test ended early: ``stopped``, ``changed_by_other``, ``gone``.
    ``prices`` begin with the one before the test. ``predicted`` is what was believed before.
    ``may_end``: undoing ``decision_id`` ends it.
    """

    decision_id: str
    product_id: str
    variant_id: str
    title: str
    currency: str
    prices: list[Amount]
    status: PriceTestStatus
    reason: str | None
    detail: str | None
    started_at: datetime
    ended_at: datetime | None
    first_day: date
    last_day: date
    due_day: date | None
    weeks: list[PriceTestWeekOut]
    by_price: list[TestedPriceOut]
    put_back: PriceTestSettingOut | None
    predicted: EstimateOut | None
    reading: PriceTestReadingOut | None
    may_end: bool


class PriceTestPage(Model):
    data: list[PriceTestOut]
    next_cursor: str | None
    total: int
    provenance: Provenance


class PriceTestQuery(PageQuery):
    """Latest begun first."""
