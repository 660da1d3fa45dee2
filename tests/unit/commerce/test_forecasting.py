"""Forecasts: panel, stock-outs, coverage, coherence."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal as D

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from royal_platform.commerce.forecasting import stockouts
from royal_platform.commerce.forecasting.model import Panel, corrected
from royal_platform.commerce.forecasting.service import (
    NoHistoryError,
    build_panel,
    forecast_demand,
    last_complete_week,
)
from royal_platform.commerce.orders.model import VariantDay


@dataclass(frozen=True)
class Snapshot:
    variant_id: str
    day: date
    available: int


def panel_of(units, in_stock=None, alive=None, categories=1):
    n, weeks = units.shape
    return Panel(
        variant_ids=tuple(f"v{i}" for i in range(n)),
        weeks=tuple(date(2025, 6, 2) + timedelta(weeks=w) for w in range(weeks)),
        units=units,
        revenue=units * 10.0,
        returned=np.zeros_like(units),
        in_stock=np.ones_like(units) if in_stock is None else in_stock,
        alive=np.ones(units.shape, dtype=bool) if alive is None else alive,
        price=np.full(units.shape, 10.0),
        category=np.arange(n) % categories,
        categories=tuple(f"c{c}" for c in range(categories)),
    )


def test_the_last_complete_week_ended_before_today():
    assert last_complete_week(date(2026, 11, 22)) == date(2026, 11, 9)  # a Sunday is not over
    assert last_complete_week(date(2026, 11, 23)) == date(2026, 11, 16)


def test_the_panel_holds_every_unit_of_complete_weeks(shop, panel):
    inside = [s for s in shop.sales if s.day >= panel.weeks[0]]
    assert panel.weeks[-1] == date(2026, 11, 16)
    assert panel.units.sum() == sum(s.units for s in inside)
    assert panel.revenue.sum() == pytest.approx(float(sum(s.revenue for s in inside)))
    assert panel.returned.sum() == sum(s.returned_units for s in inside)


def test_unknown_variants_and_running_weeks_are_left_out(shop):
    extra = [VariantDay("ghost", date(2026, 11, 1), 5, D(5)),
             VariantDay("v0", date(2026, 11, 23), 99, D(99))]  # fmt: skip
    again = build_panel(shop.variants, [*shop.sales, *extra], shop.today)
    assert again.units.sum() == build_panel(shop.variants, shop.sales, shop.today).units.sum()


def test_no_sale_is_no_history(shop):
    with pytest.raises(NoHistoryError):
        build_panel(shop.variants, [], shop.today)


def test_long_gaps_of_fast_movers_are_found_and_few_others(shop, panel):
    weekly_out = shop.out.reshape(len(shop.out), -1, 7).mean(axis=2)[:, -len(panel.weeks) :]
    fast = (shop.usual > 7)[:, None] & (weekly_out == 1)
    assert (panel.in_stock[fast] < 0.5).mean() > 0.7
    false_alarm = (panel.in_stock < 1) & (weekly_out == 0)
    assert false_alarm.mean() < 0.01


def test_stock_on_hand_contradicts_a_gap_that_reaches_today():
    units = np.ones((3, 100))
    units[:2, -20:] = 0
    alive = np.ones(units.shape, dtype=bool)
    found = stockouts.infer_stockouts(units, alive, np.array([True, False, True]))
    assert found.sum(axis=1).tolist() == [0, 20, 0]


def test_a_season_that_ends_is_not_a_stockout():
    rng = np.random.default_rng(3)
    rate = np.concatenate([np.full(100, 3.0), np.linspace(3, 0.05, 60), np.full(60, 0.05)])
    units = np.stack([rng.poisson(rate) for _ in range(20)] + [np.ones(220)]).astype(float)
    found = stockouts.infer_stockouts(units, np.ones(units.shape, bool), np.ones(21, bool))
    assert found.mean() < 0.02


def test_snapshots_overrule_inference(shop):
    day = date(2026, 11, 18)
    quiet = next(v.id for v in shop.variants if not any(
        s.variant_id == v.id and s.day == day for s in shop.sales))  # fmt: skip
    panel = build_panel(shop.variants, shop.sales, shop.today, snapshots=[Snapshot(quiet, day, 0)])
    assert panel.in_stock[panel.row(quiet), -1] == pytest.approx(6 / 7)
    assert panel.seen_stockouts > 0


def test_correction_scales_to_a_full_week_and_never_beyond_seven_thirds():
    units = np.array([[6.0, 6.0, 6.0, 6.0]])
    share = np.array([[1.0, 6 / 7, 3 / 7, 2 / 7]])
    full = corrected(units, share, np.ones((1, 4), bool))
    assert full[0, :3] == pytest.approx([6, 7, 14])
    assert np.isnan(full[0, 3])


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 6), st.integers(1, 70)),
               elements=st.integers(0, 500).map(float)),
    st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_forecasts_are_finite_not_negative_ordered_and_coherent(units, seed):
    rng = np.random.default_rng(seed)
    in_stock = rng.choice([1.0, 1.0, 0.5, 0.0], units.shape)
    alive = np.sort(rng.random(units.shape) < 0.9, axis=1)
    got = forecast_demand(panel_of(units, in_stock, alive, categories=2), horizon=8)
    for values in (got.expected, got.low, got.high, got.cumulative_sd, got.total_high):
        assert np.isfinite(values).all()
    assert (got.low >= 0).all()
    assert (got.low <= got.expected).all()
    assert (got.expected <= got.high).all()
    assert (got.total_low <= got.total_expected).all()
    assert (got.total_expected <= got.total_high).all()
    assert got.total_expected == pytest.approx(got.expected.sum(axis=0))
    assert len(got.weeks) == 8


def test_eighty_percent_intervals_cover_seasonal_poisson_demand(make_economy):
    covered, total = [], []
    for seed in (11, 12, 13):
        made = make_economy(seed=seed, variants=150)
        panel = build_panel(made.variants, made.sales, made.today)
        got = forecast_demand(panel)
        future = made.usual[:, None] * made.season[made.type_of, 78:82]
        actual = np.random.default_rng(seed).poisson(future)
        covered.append((actual >= got.low[:, :4]) & (actual <= got.high[:, :4]))
        total.append(got.total_expected[:4].sum() / future.sum())
    assert 0.70 <= np.mean(covered) <= 0.90
    assert total == pytest.approx([1, 1, 1], abs=0.12)


def test_seasons_and_smoothing_beat_last_week_and_the_mean(make_economy):
    made = make_economy(seed=21, variants=150)
    panel = build_panel(made.variants, made.sales, made.today)
    got = forecast_demand(panel)
    future = made.usual[:, None] * made.season[made.type_of, 78:82]
    actual = np.random.default_rng(1).poisson(future)

    def loss(values):
        return np.sqrt(((actual - values) ** 2).mean())

    ours = loss(got.expected[:, :4])
    assert ours < 0.9 * loss(panel.units[:, -1:])
    assert ours < loss(panel.units[:, -13:].mean(axis=1, keepdims=True))


def test_deviation_of_summed_demand_is_neither_blown_up_nor_lost(make_economy):
    made = make_economy(seed=31, variants=200)
    got = forecast_demand(build_panel(made.variants, made.sales, made.today))
    future = made.usual[:, None] * made.season[made.type_of, 78:82]
    actual = np.random.default_rng(2).poisson(future).sum(axis=1)
    z = (actual - got.expected[:, :4].sum(axis=1)) / got.cumulative_sd[:, 3]
    assert 0.6 < z.std() < 1.3


def test_no_season_is_claimed_from_less_than_a_year():
    units = np.random.default_rng(1).poisson(5, (20, 40)).astype(float)
    assert not forecast_demand(panel_of(units)).seasonal


def test_a_variant_nobody_bought_is_expected_to_sell_nothing():
    units = np.zeros((2, 30))
    units[1] = 4
    got = forecast_demand(panel_of(units))
    assert got.expected[0] == pytest.approx(0)
    assert got.expected[1] == pytest.approx(4, rel=0.05)


def test_five_thousand_series_take_about_a_second_of_processor_time():
    units = np.random.default_rng(1).poisson(3, (5000, 78)).astype(float)
    panel = panel_of(units, categories=20)
    started = time.process_time()
    forecast_demand(panel)
    assert time.process_time() - started < 3  # three times the goal: the machine is shared


def days_of(prices, gross=True):
    """One unit every Wednesday at each week's (asked, paid) price; None is a week without."""
    first = date(2026, 11, 23) - timedelta(weeks=len(prices))
    return [
        VariantDay(
            "v0", first + timedelta(days=7 * week + 2), 1, D(pair[1]), 0,
            D(pair[0]) if gross else None,
        )
        for week, pair in enumerate(prices) if pair is not None
    ]  # fmt: skip


def test_a_customers_discount_code_is_not_a_price_change(shop):
    rows = days_of([("20", "20"), ("20", "18"), ("20", "20")])
    assert build_panel(shop.variants[:1], rows, shop.today).price[0].tolist()[-2:] == [20, 20]


def test_in_a_gap_between_two_prices_the_price_is_unknown(shop):
    rows = days_of([("20", "20")] * 2 + [None, ("20", "20"), None, ("25", "25")], gross=False)
    price = build_panel(shop.variants[:1], rows, shop.today).price[0]
    assert price[-5:-2].tolist() == [20, 20, 20]
    assert np.isnan(price[-2])
    assert price[-1] == 25
