"""How forecasts are made: classes, promotions, the calendar, new variants, sums, weekdays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import numpy as np
import pytest

from royal_platform.commerce.catalog.model import Collection
from royal_platform.commerce.forecasting import combination, season, series
from royal_platform.commerce.forecasting.backtest import ShortHistoryError, backtest
from royal_platform.commerce.forecasting.combination import Past
from royal_platform.commerce.forecasting.model import SERIES_CLASSES, Panel
from royal_platform.commerce.forecasting.promotions import depths
from royal_platform.commerce.forecasting.service import build_panel, forecast_demand, groups_of
from royal_platform.commerce.orders.model import VariantDay

MONDAY = date(2024, 1, 1)


def panel_of(units, **changes):
    n, weeks = units.shape
    made = Panel(
        variant_ids=tuple(f"v{i}" for i in range(n)),
        weeks=tuple(MONDAY + timedelta(weeks=w) for w in range(weeks)),
        units=units,
        revenue=units * 10.0,
        returned=np.zeros_like(units),
        in_stock=np.ones_like(units),
        alive=np.ones(units.shape, dtype=bool),
        price=np.full(units.shape, 10.0),
        category=np.zeros(n, dtype=np.int64),
        categories=("all",),
    )
    return replace(made, **changes)


def test_series_are_told_apart_by_how_often_and_how_unevenly_they_sell():
    weeks = np.arange(40)
    demand = np.stack(
        [
            np.full(40, 5.0),
            np.where(weeks % 2, 1.0, 19.0),
            np.where(weeks % 4 == 0, 3.0, 0.0),
            np.where(weeks % 4 == 0, np.where(weeks % 8 == 0, 1.0, 20.0), 0.0),
            np.where(weeks < 35, np.nan, 5.0),
        ]
    )
    found = series.classes(demand, [40])[0]
    assert [SERIES_CLASSES[c] for c in found] == [
        "smooth", "erratic", "intermittent", "lumpy", "new",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("year", "sunday"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)),
     (2038, date(2038, 4, 25))],
)  # fmt: skip
def test_easter_is_where_the_church_puts_it(year, sunday):
    assert season.easter(year) == sunday


def test_an_event_that_moves_is_found_in_its_week_next_year():
    weeks = [MONDAY + timedelta(weeks=w) for w in range(120)]
    easter = season.event_weeks(weeks)[:, 0] == 1
    assert [weeks[w] + timedelta(days=6) for w in np.flatnonzero(easter)] == [
        season.easter(2024), season.easter(2025), season.easter(2026),
    ][: easter.sum()]  # fmt: skip
    demand = np.where(easter, 300.0, 100.0)[None, :104]
    index = season.seasonal_index(demand, np.zeros(1, dtype=np.int64), 1, weeks, until=104)[:, 0]
    coming = np.flatnonzero(easter[104:])[0] + 104
    assert index[coming] > 1.3 * index[coming - 1]


def test_a_discount_is_measured_from_the_highest_price_of_the_quarter():
    units = np.ones((1, 30))
    price = np.full((1, 30), 20.0)
    price[0, 10:] = 16.0
    revenue = price.copy()
    revenue[0, 5] = 15.0
    found = depths(panel_of(units, price=price, revenue=revenue))[0]
    assert found[5] == pytest.approx(0.25)
    assert found[[4, 6]] == pytest.approx([0, 0])
    assert found[10:22] == pytest.approx(0.2)
    assert found[23:] == pytest.approx(0)  # by now it is the usual price


def test_the_week_after_a_promotion_is_not_expected_to_sell_like_it():
    rng = np.random.default_rng(5)
    n, weeks = 200, 60
    offer = np.repeat(rng.random((n, weeks // 3)) < 0.15, 3, axis=1)
    usual = rng.uniform(20, 60, n)[:, None]
    units = rng.poisson(usual * np.where(offer, 2.0, 1.0)).astype(float)
    plain = panel_of(units)
    told = panel_of(units, revenue=units * np.where(offer, 6.0, 10.0))
    future = (usual * 1.15).ravel()

    def loss(panel):
        path = forecast_demand(panel, 4).expected
        return np.sqrt((((path - future[:, None]) / np.sqrt(future[:, None])) ** 2).mean())

    assert loss(told) < 0.95 * loss(plain)


def test_a_new_variant_leans_on_the_others_of_its_product(shop):
    now = datetime(2026, 11, 20, tzinfo=UTC)
    sibling = shop.variants[0]
    others = [replace(v, created_at=datetime(2024, 1, 1, tzinfo=UTC)) for v in shop.variants]
    newborn = replace(sibling, id="new", sku="new", created_at=now)
    draft = replace(newborn, id="draft", status="draft")
    got = forecast_demand(build_panel([*others, newborn, draft], shop.sales, shop.today), 4)
    rows = {variant_id: row for row, variant_id in enumerate(got.variant_ids)}
    assert got.series_class[rows["new"]] == "new"
    assert got.expected[rows["new"]].min() > 0
    assert got.high[rows["new"]].min() > got.expected[rows["new"]].max() * 0.99
    assert got.expected[rows["draft"]].max() < 0.01 * got.expected[rows["new"]].max()


def test_the_levels_of_the_catalogue_agree(shop):
    rng = np.random.default_rng(2)
    units = rng.poisson(rng.uniform(0.2, 9, (30, 1)), (30, 60)).astype(float)
    category = (np.arange(30) % 3).astype(np.int64)
    catalogue = [
        replace(variant, id=f"v{row}", product_id=f"p{row // 2}", product_type="abc"[row % 3])
        for row, variant in enumerate([shop.variants[0]] * 30)
    ]
    collections = [
        Collection("new", "New", ("p0", "p1")), Collection("sale", "Sale", ("p1", "p2", "unknown")),
        Collection("empty", "Empty", ()),
    ]  # fmt: skip
    got = forecast_demand(panel_of(
        units, product=np.arange(30) // 2, category=category, categories=("a", "b", "c"),
        groups=groups_of(catalogue, collections),
    ))  # fmt: skip
    total = got.expected.sum(axis=0)
    products, categories, within = got.groups
    assert products.expected.shape == (15, 12)
    assert products.expected.sum(axis=0) == pytest.approx(total)
    assert categories.ids == ("a", "b", "c")
    assert categories.expected.sum(axis=0) == pytest.approx(total)
    assert within.ids == ("new", "sale")
    assert within.expected[1] == pytest.approx(got.expected[2:6].sum(axis=0))
    assert got.total_expected == pytest.approx(total)
    for sums in got.groups:
        assert (sums.low <= sums.expected).all()
        assert (sums.expected <= sums.high).all()


def test_a_week_falls_on_its_days_as_it_used_to(shop):
    sunday = [s for s in shop.sales if s.day.weekday() == 6]
    other = [s for s in shop.sales if s.day.weekday() != 6]
    busy = [replace(s, units=s.units * 10) for s in sunday]
    got = forecast_demand(build_panel(shop.variants, [*busy, *other], shop.today), 2)
    assert got.daily.shape == (len(shop.variants), 14)
    assert got.daily.reshape(len(shop.variants), 2, 7).sum(axis=2) == pytest.approx(got.expected)
    store = got.daily.sum(axis=0)
    assert store[6] > 4 * store[5]


def test_what_came_after_an_origin_changes_nothing_it_was_told():
    """The combination's weights at an origin rest on weeks that were over by then."""
    rng = np.random.default_rng(9)
    demand = rng.poisson(4, (300, 40)).astype(float)
    origins = (40, 38, 36, 34, 32, 30, 28)
    levels = rng.uniform(2, 6, (7, len(origins), 300)).astype(np.float32)

    def told(values):
        past = Past(
            values, origins, series.classes(demand, origins), np.full(levels.shape[1:], 2.0),
            np.ones((len(origins), 4, 300)),
        )  # fmt: skip
        return combination.combined(levels, past)

    later = demand.copy()
    later[:, 36:] = 99.0
    assert np.array_equal(told(demand)[2:], told(later)[2:], equal_nan=True)
    assert not np.array_equal(told(demand)[0], told(later)[0])


def test_an_untracked_variant_that_stops_selling_is_not_taken_for_sold_out(shop):
    first = date(2026, 11, 23) - timedelta(weeks=30)
    steady = [VariantDay("v0", first + timedelta(days=d), 3, D(60)) for d in range(140)]
    other = [VariantDay("v1", first + timedelta(days=d), 3, D(60)) for d in range(210)]
    variants = shop.variants[:2]
    unknown = build_panel(variants, [*steady, *other], shop.today)
    empty = build_panel(variants, [*steady, *other], shop.today, available_now={"v0": 0})
    assert unknown.in_stock[0, -1] == 1
    assert empty.in_stock[0, -1] == 0
    assert forecast_demand(unknown).expected[0, 0] < forecast_demand(empty).expected[0, 0] / 2


def test_the_scorecard_beats_last_week_on_a_shop_and_refuses_a_short_history(panel):
    card = backtest(panel)
    assert card.origins == 4
    assert card.rmsse["royal"] < card.rmsse["ses"] < card.rmsse["last week"]
    assert 0.7 <= card.inside <= 0.9
    assert abs(card.bias) < 0.15
    with pytest.raises(ShortHistoryError, match="13 complete weeks"):
        backtest(panel.until(13))
    assert backtest(panel.until(14)).origins == 1


def test_the_scorecard_never_sees_the_weeks_it_is_held_against(panel):
    last = slice(len(panel.weeks) - 4, None)
    shaken = panel.units.copy()
    shaken[:, last] += 50
    forecast = forecast_demand(panel.until(len(panel.weeks) - 4), 4)
    again = forecast_demand(replace(panel, units=shaken).until(len(panel.weeks) - 4), 4)
    assert np.array_equal(forecast.expected, again.expected)
    assert backtest(replace(panel, units=shaken)).bias < backtest(panel).bias
