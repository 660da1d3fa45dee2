"""From a store's rows to a panel and its forecast."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import isfinite

import numpy as np

from royal_platform.commerce.catalog.model import Collection, Variant
from royal_platform.commerce.forecasting import rules, stockouts
from royal_platform.commerce.forecasting.model import (
    DAYS_OF_A_WEEK,
    Days,
    Flags,
    Floats,
    Forecast,
    Groups,
    Integers,
    Level,
    Panel,
)
from royal_platform.commerce.forecasting.ports import StockDay
from royal_platform.commerce.orders.model import VariantDay

_SAME_PRICE = 0.005  # asked prices differ by rounding and by weeks that saw two
# A category of this many units speaks as loudly about its weekdays as the whole store does.
_WEEKDAY_PRIOR = 200.0
UNCATEGORISED = "(none)"
PRODUCT: Level = "product"
CATEGORY: Level = "category"
COLLECTION: Level = "collection"


class NoHistoryError(ValueError):
    """The store has not completed one week with a sale yet: there is nothing to learn from."""


def last_complete_week(today: date) -> date:
    """The Monday of the last week that ended before ``today``."""
    return today - timedelta(days=today.weekday() + DAYS_OF_A_WEEK)


def build_panel(
    variants: Sequence[Variant],
    sales: Sequence[VariantDay],
    today: date,
    *,
    snapshots: Sequence[StockDay] = (),
    available_now: Mapping[str, int | None] | None = None,
    collections: Sequence[Collection] = (),
    max_weeks: int = 104,
) -> Panel:
    """Arrange sales by variant and complete week, with stock-outs seen or inferred.

    ``available_now`` holds the units available by variant, None or absent where the store does
    not count, ``collections`` are forecast with them. Raises ``NoHistoryError`` when no
    complete week has a sale.
    """
    last = last_complete_week(today)
    known = {variant.id: row for row, variant in enumerate(variants)}
    rows = [
        s for s in sales if s.variant_id in known and s.day < last + timedelta(days=DAYS_OF_A_WEEK)
    ]
    if not rows:
        raise NoHistoryError("no sale of a known variant in a complete week")
    earliest = min(s.day for s in rows)
    # A week that began before the first sale is not complete.
    first = earliest + timedelta(days=-earliest.weekday() % DAYS_OF_A_WEEK)
    first = max(first, last - timedelta(weeks=max_weeks - 1))
    n_weeks = (last - first).days // DAYS_OF_A_WEEK + 1
    if n_weeks < 1:
        raise NoHistoryError("no complete week lies between the first sale and today")
    units, revenue, returned, gross = _daily(rows, known, first, n_weeks * DAYS_OF_A_WEEK)
    alive = _alive(variants, units, first)
    out, seen = _stockouts(
        units, alive, known, first=first, snapshots=snapshots, available_now=available_now or {}
    )
    category, categories = _categories(variants)
    weekly_units = _weekly(units)
    return Panel(
        variant_ids=tuple(variant.id for variant in variants),
        weeks=tuple(first + timedelta(weeks=w) for w in range(n_weeks)),
        units=weekly_units,
        revenue=_weekly(revenue),
        returned=_weekly(returned),
        in_stock=1 - _weekly(out.astype(np.float64)) / DAYS_OF_A_WEEK,
        alive=_weekly(alive.astype(np.float64)) == DAYS_OF_A_WEEK,
        price=_known_price(weekly_units, _weekly(gross)),
        category=category,
        categories=categories,
        seen_stockouts=seen,
        product=_products(variants),
        weekday=_weekdays(units, category, len(categories)),
        groups=groups_of(variants, collections),
    )


def build_days(
    variants: Sequence[Variant],
    sales: Sequence[VariantDay],
    first: date,
    last: date,
    *,
    snapshots: Sequence[StockDay] = (),
    available_now: Mapping[str, int | None] | None = None,
) -> Days:
    """Arrange sales by variant and day, both ends included, with stock-outs seen or inferred.

    ``available_now`` is the stock after ``last``; a stock-out is only inferred from the days given,
    so let them begin some weeks before those that matter.
    """
    known = {variant.id: row for row, variant in enumerate(variants)}
    rows = [s for s in sales if s.variant_id in known and first <= s.day <= last]
    length = (last - first).days + 1
    units, revenue, _, gross = (
        _daily(rows, known, first, length) if rows else np.zeros((4, len(known), length))
    )
    alive = _alive(variants, units, first)
    out, _ = _stockouts(
        units, alive, known, first=first, snapshots=snapshots, available_now=available_now or {}
    )
    return Days(tuple(known), first, units, gross, revenue, out)


def forecast_demand(panel: Panel, horizon: int = 12) -> Forecast:
    """Expected weekly demand of every variant and of the store, with 80 % intervals."""
    return rules.forecast(panel, horizon)


def _daily(
    rows: Sequence[VariantDay], known: Mapping[str, int], first: date, days: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Units, revenue, returned and gross by variant and day; rows of one day add up.

    What cannot be is not believed: amounts that are no number, and those below zero after a day's
    rows were added up, count as nothing. Returns may exceed sales: they are of earlier ones.
    """
    start = first.toordinal()
    row = np.array([known[s.variant_id] for s in rows])
    day = np.array([s.day.toordinal() - start for s in rows])
    values = np.array(
        [
            (s.units, s.revenue, s.returned_units, s.revenue if s.gross is None else s.gross)
            for s in rows
        ],
        dtype=float,
    )
    inside = (day >= 0) & (day < days)
    grids = np.zeros((4, len(known), days))
    for grid, column in zip(grids, np.where(np.isfinite(values), values, 0.0).T, strict=True):
        np.add.at(grid, (row[inside], day[inside]), column[inside])
    units, revenue, returned, gross = np.maximum(grids, 0.0)
    return units, revenue, returned, gross


def unreadable_days(sales: Sequence[VariantDay]) -> int:
    """Days of a variant whose units are below zero or whose amounts are no number."""
    return sum(
        not (each.units >= 0 and each.returned_units >= 0 and isfinite(each.revenue))
        or (each.gross is not None and not isfinite(each.gross))
        for each in sales
    )


def _weekly(daily: Floats) -> Floats:
    return np.asarray(daily.reshape(len(daily), -1, DAYS_OF_A_WEEK).sum(axis=2))


def _alive(variants: Sequence[Variant], units: Floats, first: date) -> Flags:
    """A variant lives from its first sale, or from its creation where that is known and earlier.

    One that never sold and is not for sale, or was made nobody knows when, lived all along: nothing
    says that it is new, and what is not new and never sold is expected to sell nothing.
    """
    days = units.shape[1]
    sold = units > 0
    fresh = np.array([v.status.lower() == "active" and v.created_at is not None for v in variants])
    start = np.where(sold.any(axis=1), sold.argmax(axis=1), np.where(fresh, days, 0))
    created = np.array(
        [(v.created_at.date() - first).days if v.created_at is not None else days for v in variants]
    )
    born = np.maximum(np.minimum(start, created), 0)
    return np.asarray(np.arange(days)[None, :] >= born[:, None])


def _stockouts(
    units: Floats,
    alive: Flags,
    known: Mapping[str, int],
    *,
    first: date,
    snapshots: Sequence[StockDay],
    available_now: Mapping[str, int | None],
) -> tuple[Flags, float]:
    """Out-of-stock days, and the share of them that snapshots saw."""
    # Where the store does not count, a gap that reaches today may as well be a lost interest.
    now = np.array([_maybe_in_stock(available_now.get(variant_id)) for variant_id in known])
    out = stockouts.infer_stockouts(units, alive, now)
    seen = np.zeros_like(out)
    days = units.shape[1]
    for snapshot in snapshots:
        row = known.get(snapshot.variant_id)
        day = (snapshot.day - first).days
        if row is None or not 0 <= day < days:
            continue
        # A day that ended empty but sold something was in stock for part of it: count it as in.
        empty = snapshot.available <= 0 and units[row, day] <= 0
        out[row, day], seen[row, day] = empty, empty
    return out, float(seen.sum() / max(out.sum(), 1))


def _weekdays(units: Floats, category: Integers, n_categories: int) -> Floats:
    """Shares of a week's units by day; a category with few sales takes the store's."""
    sold = units.reshape(len(units), -1, DAYS_OF_A_WEEK).sum(axis=1)
    store = sold.sum(axis=0) + 1 / DAYS_OF_A_WEEK
    store = store / store.sum()
    own = np.stack([np.bincount(category, day, n_categories) for day in sold.T], axis=1)
    own += _WEEKDAY_PRIOR * store
    return np.asarray(own / own.sum(axis=1, keepdims=True))


def _maybe_in_stock(available: int | None) -> bool:
    return available is None or available > 0


def _categories(variants: Sequence[Variant]) -> tuple[Integers, tuple[str, ...]]:
    names = [variant.product_type or UNCATEGORISED for variant in variants]
    categories = tuple(sorted(set(names)))
    place = {name: i for i, name in enumerate(categories)}
    return np.array([place[name] for name in names], dtype=np.int64), categories


def groups_of(variants: Sequence[Variant], collections: Sequence[Collection]) -> tuple[Groups, ...]:
    """Products, categories (product types) and collections as groups of the variants' rows."""
    of_product: defaultdict[str, list[int]] = defaultdict(list)
    of_category: defaultdict[str, list[int]] = defaultdict(list)
    for row, variant in enumerate(variants):
        of_product[variant.product_id].append(row)
        of_category[variant.product_type or UNCATEGORISED].append(row)
    of_collection = {
        each.id: [row for product in each.product_ids for row in of_product.get(product, ())]
        for each in collections
    }
    levels: dict[Level, Mapping[str, Sequence[int]]] = {
        PRODUCT: of_product,
        CATEGORY: of_category,
        COLLECTION: {name: rows for name, rows in of_collection.items() if rows},
    }
    return tuple(_grouped(level, members) for level, members in levels.items() if members)


def _grouped(level: Level, members: Mapping[str, Sequence[int]]) -> Groups:
    pairs = [(row, group) for group, rows in enumerate(members.values()) for row in rows]
    rows, group = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Groups(level, tuple(members), rows, group)


def _products(variants: Sequence[Variant]) -> Integers:
    place: dict[str, int] = {}
    return np.array([place.setdefault(v.product_id, len(place)) for v in variants], dtype=np.int64)


def _known_price(units: Floats, gross: Floats) -> Floats:
    """Mean price asked per week. A gap without sales takes the price that held on both sides.

    Where the price changed somewhere inside a gap nobody knows when: nan. Carrying the old price
    on would book the lost sales of a higher price on the lower one.
    """
    asked = np.where((units > 0) & (gross > 0), gross / np.maximum(units, 1), np.nan)
    before, after = _carried(asked), _carried(asked[:, ::-1])[:, ::-1]
    after = np.where(np.isfinite(after), after, before)
    same = np.abs(before - after) <= _SAME_PRICE * before
    return np.where(same, before, np.nan)


def _carried(asked: Floats) -> Floats:
    """Each week's value, or the last one before it; nan before the first."""
    last = np.where(np.isfinite(asked), np.arange(asked.shape[1])[None, :], -1)
    last = np.maximum.accumulate(last, axis=1)
    carried = np.take_along_axis(asked, np.maximum(last, 0), axis=1)
    return np.where(last >= 0, carried, np.nan)
