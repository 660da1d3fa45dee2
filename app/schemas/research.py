"""The shortlist of product research, as its last run left it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from app.schemas.common import Model, MoneyOut


class ArticleFactorOut(Model):
    """One of the five: ``score`` 0 to 1, null where nothing is known, with its evidence."""

    name: Literal["margin", "trend", "viability", "reliability", "shipping"]
    weight: float
    score: float | None
    detail: str


class TwinOut(Model):
    """What the shop sells that is nearly the same."""

    product_id: str
    title: str
    similarity: float
    how: Literal["meaning", "words"]


class ArticleOut(Model):
    """An article that could be sold. ``quality`` is the weight of the factors that are known;
    ``why_not`` null: nothing speaks against it. ``decision_id`` is the import, once proposed.
    """

    handle: str
    title: str
    supplier: str
    supplier_id: str
    supplier_sku: str
    category: str | None
    image_url: str | None
    price: MoneyOut | None
    cost: MoneyOut | None
    lead_days: int | None
    margin: float | None
    phase: Literal["rising", "steady", "falling", "unknown"]
    twin: TwinOut | None
    factors: list[ArticleFactorOut]
    score: float
    quality: float
    badge: Literal["good", "fair", "poor"]
    why: str
    why_not: str | None
    decision_id: str | None
    decision_status: str | None


class HitRateOut(Model):
    """Of picks that buyers saw for 28 days, the share that sold, with its 80 % interval."""

    picks: int
    judged: int
    hits: int
    share: float | None
    low: float | None
    high: float | None


class ResearchOut(Model):
    """``run_id`` null: the agent has not run yet."""

    run_id: str | None
    as_of: datetime | None
    considered: int
    twins_by: Literal["meaning", "words"] | None
    candidates: list[ArticleOut]
    hit_rate: HitRateOut
