"""When to reorder and how much, for a whole catalogue: order points, order-up-to levels, packs.

Where the cost of ordering, holding and missing a sale is known the cheapest policy is taken, never
below the service level the merchant asks for; elsewhere the service level alone decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from royal_platform.commerce.forecasting.model import Flags, Floats, Integers
from royal_platform.commerce.inventory.demand import (
    deviate,
    over_random_time,
    probability,
    quantile,
    slices,
)
from royal_platform.commerce.inventory.economics import (
    best_levels,
    best_lot,
    economic_quantity,
    enough_for_once,
    expected_cost,
)
from royal_platform.commerce.inventory.model import LeadTimeDemand, StockLevel, SupplyTerms

ORDER_CYCLE_DAYS = 28
_GRID = 120
_DAYS_A_YEAR = 365.25
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Supply:
    """The terms of all variants as arrays: days, units, money; nan where a cost is unknown.

    ``lead`` is the lead time with what closed days add; ``short`` is the contribution a missed
    sale costs, ``holding`` what a unit costs to keep for a day.
    """

    lead: Floats
    lead_sd: Floats
    review: Floats
    minimum: Integers
    pack: Integers
    order_cost: Floats
    holding: Floats
    short: Floats

    def of(self, rows: Integers) -> Supply:
        """The same of some variants."""
        return Supply(*(getattr(self, each.name)[rows] for each in fields(self)))

    @property
    def costed(self) -> Flags:
        """Variants whose holding and whose missed sale have a known cost above zero."""
        costs = np.stack([self.holding, self.short])
        return np.asarray((np.nan_to_num(costs) > 0).all(axis=0))


@dataclass(frozen=True, slots=True)
class Levels:
    """Per variant: order when the position is at or below ``point``, up to ``up_to``."""

    point: Floats
    up_to: Floats
    cheapest: Flags


def supply_of(
    terms: Sequence[SupplyTerms], added_days: Floats, unit_cost: Floats, contribution: Floats
) -> Supply:
    """Arrays of ``terms``; ``added_days`` by closed days; costs nan where unknown."""
    percent = _numbers([t.holding_percent for t in terms])
    return Supply(
        lead=_numbers([t.lead_time_days for t in terms]) + added_days,
        lead_sd=_numbers([t.lead_time_sd_days for t in terms]),
        review=_numbers([t.review_days for t in terms]),
        minimum=np.array([t.minimum_order for t in terms], dtype=np.int64),
        pack=np.array([max(t.pack_size, 1) for t in terms], dtype=np.int64),
        order_cost=_numbers([t.order_cost.amount if t.order_cost else None for t in terms]),
        holding=unit_cost * percent / 100 / _DAYS_A_YEAR,
        short=contribution,
    )


def wanted_now(position: Integers, expected: Floats, levels: Levels, supply: Supply) -> Integers:
    """Units to order now, 0 where the position is above the order point or nothing is asked for.

    ``position`` is what is available plus what is on its way.
    """
    due = (position <= levels.point) & (expected.sum(axis=1) > 0)
    short = np.where(due, levels.up_to - position, 0.0)
    return packed(short, supply.minimum, supply.pack)


def reorder_levels(
    expected: Floats, cumulative_sd: Floats, supply: Supply, service: float
) -> Levels:
    """Order point and order-up-to level of every variant.

    ``service`` (0 to 1) is the wanted probability of no stock-out until an order placed at the
    next review arrives; ``expected`` and ``cumulative_sd`` are weekly forecasts by variant.
    """
    protection = supply.lead + supply.review
    guarded = over_random_time(protection, supply.lead_sd, expected, cumulative_sd)
    ahead = over_random_time(protection + ORDER_CYCLE_DAYS, supply.lead_sd, expected, cumulative_sd)
    point = quantile(guarded, service)
    up_to = point + ahead.mean - guarded.mean
    costed = supply.costed & (guarded.mean > 0)
    lots = costed & (np.nan_to_num(supply.order_cost) > 0)
    for chosen, cheapest in (
        (costed & ~lots, _base_stock),
        (lots & (supply.review > 0), _least_cost_levels),
        (lots & (supply.review <= 0), _least_cost_lot),
    ):
        rows = np.flatnonzero(chosen)
        if not len(rows):
            continue
        low, high = cheapest(_grid(rows, guarded, supply))
        raised = np.maximum(point[rows], low)
        # Where the cost of an order is not known, how much to order at once stays as it was.
        span = np.where(high > low, high - low, up_to[rows] - point[rows])
        up_to[rows] = raised + span
        point[rows] = raised
    return Levels(point, up_to, costed)


def packed(wanted: Floats, minimum: Integers, pack: Integers) -> Integers:
    """``wanted`` units rounded up to whole packs, at least the smallest order; 0 stays 0."""
    least = np.maximum(wanted, minimum)
    packs = np.ceil(least / pack - 1e-9).astype(np.int64)
    return np.asarray(np.where(wanted > 0, packs * pack, 0), dtype=np.int64)


def lost_without(
    position: Integers, expected: Floats, cumulative_sd: Floats, supply: Supply
) -> Floats:
    """Units lost without an order of today: variants by equally likely slices.

    Lost until the end of the next cycle, less what is lost anyhow before the order can arrive.
    """

    def beyond(days: Floats) -> Floats:
        demand = over_random_time(days, supply.lead_sd, expected, cumulative_sd)
        return np.maximum(slices(demand) - np.maximum(position, 0)[:, None], 0.0)

    return beyond(supply.lead + supply.review + ORDER_CYCLE_DAYS) - beyond(supply.lead)


def total_available(levels: Sequence[StockLevel]) -> int | None:
    """Units available over all locations; None when no location says."""
    known = [level.available for level in levels if level.available is not None]
    return sum(known) if known else None


@dataclass(frozen=True, slots=True)
class _Grid:
    """Costed variants on equal lots of units: a period is the review interval, or one day.

    A unit short at a period's end costs its contribution, a unit left its holding.
    """

    lot: Floats
    each: LeadTimeDemand  # of one period, in lots
    chances: Floats  # of the demand an order has to cover, in lots
    order_cost: Floats
    short: Floats
    holding: Floats

    @property
    def positions(self) -> Floats:
        return np.arange(_GRID + 1, dtype=float)

    @property
    def cost(self) -> Floats:
        return expected_cost(self.chances, self.positions, self.short, self.holding)


def _grid(rows: Integers, guarded: LeadTimeDemand, supply: Supply) -> _Grid:
    mean, sd = guarded.mean[rows], guarded.sd[rows]
    days = supply.lead[rows] + supply.review[rows]
    period = np.where(supply.review[rows] > 0, supply.review[rows], 1.0)
    each = mean / np.maximum(days, _LEAST) * period
    order_cost, holding = np.nan_to_num(supply.order_cost[rows]), supply.holding[rows] * period
    # An economic lot may last longer than the lead time: the grid holds both.
    reach = mean + 4 * sd + 2 * economic_quantity(each, order_cost, holding)
    lot = np.maximum(1.0, np.ceil(reach / _GRID))
    share = each / np.maximum(mean, _LEAST)
    return _Grid(
        lot,
        LeadTimeDemand(each / lot, sd * np.sqrt(share) / lot),
        _chances(LeadTimeDemand(mean / lot, sd / lot)),
        order_cost,
        supply.short[rows] * lot,
        holding * lot,
    )


def _base_stock(grid: _Grid) -> tuple[Floats, Floats]:
    level = enough_for_once(grid.chances, grid.short, grid.holding) * grid.lot
    return level, level


def _least_cost_levels(grid: _Grid) -> tuple[Floats, Floats]:
    best = best_levels(_chances(grid.each), grid.cost, grid.positions, grid.order_cost, _GRID)
    return best.low * grid.lot, best.high * grid.lot


def _least_cost_lot(grid: _Grid) -> tuple[Floats, Floats]:
    best = best_lot(grid.cost, grid.positions, grid.each.mean, grid.order_cost)
    return best.low * grid.lot, best.high * grid.lot


def _chances(demand: LeadTimeDemand) -> Floats:
    """The chance of 0, 1, 2, ... lots: the gamma's share between the halves around each."""
    edges = np.broadcast_to(np.arange(_GRID + 1) + 0.5, (len(demand.mean), _GRID + 1))
    wide = LeadTimeDemand(
        np.broadcast_to(demand.mean[:, None], edges.shape),
        np.broadcast_to(demand.sd[:, None], edges.shape),
    )
    below = probability(deviate(wide, edges))
    below[:, -1] = 1.0
    return np.asarray(np.diff(below, axis=1, prepend=0.0))


def _numbers(values: Sequence[object]) -> Floats:
    return np.array([np.nan if value is None else float(str(value)) for value in values])
