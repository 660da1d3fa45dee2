"""From a store's rows to the effects of its executed decisions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from royal_platform.commerce.catalog.model import Collection, DiscountRun, Variant
from royal_platform.commerce.effects import rules
from royal_platform.commerce.effects.model import Effect, Fees, NotKnown, PriceCase, Window
from royal_platform.commerce.forecasting.model import Days, Floats, Forecast, Panel
from royal_platform.commerce.forecasting.ports import StockDay
from royal_platform.commerce.forecasting.service import (
    NoHistoryError,
    build_days,
    build_panel,
    forecast_demand,
)
from royal_platform.commerce.orders.model import VariantDay
from royal_platform.commerce.pricing.belief import believe
from royal_platform.commerce.pricing.rules import return_rates

# Stock-outs are inferred from how a variant sold in the weeks around.
_LEAD_DAYS = 56
# Smoothing at the rates in use has forgotten most of what lies further back.
_BASE_WEEKS = 8


@dataclass(frozen=True, slots=True)
class Sight:
    """All that is known of a store's sales and stock; ``touched`` maps a variant to the days on
    which decisions changed its price, ``collections`` and ``discounts`` are those of today (None:
    the discounts are not told)."""

    variants: Sequence[Variant]
    sales: Sequence[VariantDay]
    snapshots: Sequence[StockDay]
    touched: Mapping[str, Sequence[date]]
    collections: Sequence[Collection] = ()
    discounts: Sequence[DiscountRun] | None = None


@dataclass(frozen=True, slots=True)
class _Before:
    """What the time before the change says, and the days since."""

    panel: Panel
    forecast: Forecast
    base: rules.Base
    days: Days


def week_of(day: date) -> date:
    """The Monday of a day's week: price changes of one week are held against one forecast."""
    return day - timedelta(days=day.weekday())


def measure_prices(
    cases: Sequence[PriceCase], sight: Sight, fees: Fees
) -> dict[str, Effect | NotKnown]:
    """The effect of every price change of one week, by decision.

    Their windows begin the day after the change; the forecast sees nothing from the week of the
    change on. Raises ``ValueError`` when they were made in different weeks.
    """
    if not cases:
        return {}
    weeks = {week_of(case.window.first - timedelta(days=1)) for case in cases}
    if len(weeks) > 1:
        raise ValueError("price changes of different weeks have different forecasts")
    monday = weeks.pop()
    last = max(case.window.last for case in cases)
    try:
        before = _before(sight, monday, last)
    except NoHistoryError:
        nothing = NotKnown("no_history", "There was no complete week of sales before the change.")
        return {case.decision_id: nothing for case in cases}
    rows = {variant_id: row for row, variant_id in enumerate(before.panel.variant_ids)}
    product = rules.products_of([variant.product_id for variant in sight.variants])
    returns = return_rates(before.panel)
    found: dict[str, Effect | NotKnown] = {}
    for window in {case.window for case in cases}:
        expected = rules.expect(
            window, before.days, before.forecast, before.base,
            touched=_touched(sight, monday - timedelta(days=28), window),
        )  # fmt: skip
        busy = rules.level(expected, product, before.panel.category)
        for case in cases:
            if case.window != window:
                continue
            row = rows.get(case.variant_id)
            found[case.decision_id] = (
                NotKnown("gone", "The variant is no longer in the store.")
                if row is None
                else rules.price_effect(
                    case, row, expected, busy, fees=fees, return_rate=float(returns[row])
                )
            )
    return found


def _before(sight: Sight, monday: date, last: date) -> _Before:
    stock = _stock_at(sight.snapshots, monday)
    panel = build_panel(
        sight.variants, [sale for sale in sight.sales if sale.day < monday], monday,
        snapshots=[each for each in sight.snapshots if each.day < monday],
        available_now=_assumed_in_stock(sight.variants, stock),
    )  # fmt: skip
    horizon = math.ceil(((last - monday).days + 1) / 7)
    days = build_days(
        sight.variants, sight.sales, monday - timedelta(days=_LEAD_DAYS), last,
        snapshots=sight.snapshots,
        available_now=_assumed_in_stock(sight.variants, _stock_at(sight.snapshots, last)),
    )  # fmt: skip
    found = believe(panel, sight.variants, sight.collections, sight.discounts).elasticity
    base = rules.Base(_base_price(panel), found.mean, found.sd)
    return _Before(panel, forecast_demand(panel, max(horizon, 12)), base, days)


def _base_price(panel: Panel) -> Floats:
    """The price that a forecast rests on: what was asked for the units of its last weeks."""
    price, units = panel.price[:, -_BASE_WEEKS:], panel.units[:, -_BASE_WEEKS:]
    known = np.isfinite(price) & (units > 0)
    sold = (units * known).sum(axis=1)
    mean = np.where(known, price * units, 0.0).sum(axis=1) / np.maximum(sold, 1)
    return np.where(sold > 0, mean, panel.price[:, -1])


def _stock_at(snapshots: Sequence[StockDay], day: date) -> dict[str, int]:
    """The last stock counted on or before ``day``, at most a week old, by variant."""
    newest: dict[str, StockDay] = {}
    for each in snapshots:
        if day - timedelta(days=7) <= each.day <= day and (
            each.variant_id not in newest or each.day > newest[each.variant_id].day
        ):
            newest[each.variant_id] = each
    return {variant_id: each.available for variant_id, each in newest.items()}


def _assumed_in_stock(
    variants: Sequence[Variant], counted: Mapping[str, int]
) -> dict[str, int | None]:
    """Nobody counted it: a run without a sale at the very end is then taken for slow sales."""
    return {variant.id: counted.get(variant.id, 1) for variant in variants}


def _touched(sight: Sight, since: date, window: Window) -> frozenset[str]:
    """Variants whose product a decision repriced lately: neither they nor siblings are placebos."""
    product = {variant.id: variant.product_id for variant in sight.variants}
    repriced = {
        product[variant_id]
        for variant_id, days in sight.touched.items()
        if variant_id in product and any(since <= day <= window.last for day in days)
    }
    return frozenset(v.id for v in sight.variants if v.product_id in repriced)
