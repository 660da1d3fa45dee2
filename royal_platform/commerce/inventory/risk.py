"""Stock at risk: days of cover, until when to order, what is lost, what lies dead."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from royal_platform.commerce.forecasting.model import Floats, Integers, Panel
from royal_platform.commerce.inventory import calendar, classes, cover, rules
from royal_platform.commerce.inventory.demand import exceeded, over_random_time
from royal_platform.commerce.inventory.model import StockRisk, SupplyTerms
from royal_platform.commerce.inventory.weighing import Weighed


def stock_at_risk(weighed: Weighed, panel: Panel) -> tuple[StockRisk, ...]:
    """Every judged variant, the most pressing first: late, then by the day to order, then by money.

    ``panel`` are the sales the forecast was made from.
    """
    point, low, high = cover.days_of_cover(
        weighed.available.astype(float), weighed.expected, weighed.cumulative_sd
    )
    waits = _days_to_order(weighed)
    reach = over_random_time(
        weighed.supply.lead, weighed.supply.lead_sd, weighed.expected, weighed.cumulative_sd
    )
    runs_out = exceeded(reach, np.maximum(weighed.position, 0).astype(float))
    lost = _lost_ahead(weighed)
    past = _past(weighed, panel)
    found = [
        _one(
            weighed, row, past,
            days=(int(point[row]), int(low[row]), int(high[row])),
            wait=int(waits[row]), runs_out=float(runs_out[row]), lost=float(lost[row]),
        )
        for row in range(len(weighed.variants))
    ]  # fmt: skip
    return tuple(sorted(found, key=_urgency))


class _Past:
    """What the sales say of the judged variants, in their order."""

    def __init__(self, panel: Panel, rows: np.ndarray, available: Floats) -> None:
        everywhere = np.full(len(panel.variant_ids), np.nan)
        everywhere[rows] = available
        abc = classes.abc(classes.recent_value(panel))
        self.abc = [abc[row] for row in rows]
        xyz = classes.xyz(panel)
        self.xyz = [xyz[row] for row in rows]
        self.dead = classes.dead(panel, everywhere)[rows]
        self.lost = classes.lost_sales(panel)[rows]


def _past(weighed: Weighed, panel: Panel) -> _Past:
    at = {variant_id: row for row, variant_id in enumerate(panel.variant_ids)}
    rows = np.array([at[variant.id] for variant in weighed.variants], dtype=np.int64)
    return _Past(panel, rows, weighed.available.astype(float))


def _days_to_order(weighed: Weighed) -> Integers:
    supply = weighed.supply
    return cover.days_to_order(
        weighed.position.astype(float), supply.lead, supply.lead_sd,
        weighed.expected, weighed.cumulative_sd, service=weighed.service,
    )  # fmt: skip


def _lost_ahead(weighed: Weighed) -> Floats:
    lost = np.zeros(len(weighed.variants))
    rows = np.flatnonzero(weighed.wanted > 0)
    if len(rows):
        slices = rules.lost_without(
            weighed.position[rows], weighed.expected[rows], weighed.cumulative_sd[rows],
            weighed.supply.of(rows),
        )  # fmt: skip
        lost[rows] = slices.mean(axis=1)
    return lost


def _one(
    weighed: Weighed,
    row: int,
    past: _Past,
    *,
    days: tuple[int, int, int],
    wait: int,
    runs_out: float,
    lost: float,
) -> StockRisk:
    variant, terms = weighed.variants[row], weighed.terms[row]
    price, cost = variant.price, variant.unit_cost
    unit = price - cost if cost is not None and cost.amount < price.amount else price
    available = int(weighed.available[row])
    before = float(past.lost[row])
    point, low, high = (None if day >= cover.NEVER else day for day in days)
    return StockRisk(
        variant_id=variant.id,
        title=variant.title,
        vendor=variant.vendor,
        available=available,
        on_order=int(weighed.position[row]) - available,
        per_week=float(weighed.expected[row, :4].mean()),
        cover=point,
        cover_low=low,
        cover_high=high,
        runs_out=runs_out,
        order_by=_order_by(weighed.today, wait, terms),
        late=wait < 0,
        reorder_point=float(weighed.levels.point[row]),
        order_up_to=float(weighed.levels.up_to[row]),
        wanted=int(weighed.wanted[row]),
        lost_ahead=lost,
        lost_before=before if np.isfinite(before) else None,
        at_stake=(unit * Decimal(f"{lost:.3f}")).rounded(),
        tied_up=None if cost is None else (cost * max(available, 0)).rounded(),
        abc=past.abc[row],
        xyz=past.xyz[row],
        dead=bool(past.dead[row]),
        terms=terms,
    )


def _order_by(today: date, wait: int, terms: SupplyTerms) -> date | None:
    """The supplier's last working day that is in time; the next one where that is past."""
    if wait >= cover.NEVER:
        return None
    day = np.array([today + timedelta(days=max(wait, 0))], dtype="datetime64[D]")
    last: date = calendar.working_day(day, terms.calendar, before=True)[0].astype(object)
    if last >= today:
        return last
    coming: date = calendar.working_day(day, terms.calendar)[0].astype(object)
    return coming


def _urgency(risk: StockRisk) -> tuple[bool, date, Decimal, str]:
    return (
        not risk.late, risk.order_by or date.max, -risk.at_stake.amount, risk.variant_id,
    )  # fmt: skip
