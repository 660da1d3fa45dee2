"""Sales rows as they should not be: forecasts stay finite, ordered, and say what they left out."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from royal_platform.commerce.forecasting.model import Panel
from royal_platform.commerce.forecasting.service import (
    NoHistoryError,
    build_panel,
    forecast_demand,
    unreadable_days,
)
from royal_platform.commerce.orders.model import VariantDay

TODAY = date(2026, 11, 23)

odd_amounts = st.one_of(
    st.decimals(-500, 500, places=2), st.sampled_from([D("NaN"), D("Infinity"), D("-Infinity")])
)
rows = st.builds(
    VariantDay,
    variant_id=st.sampled_from(["v0", "v1", "v2", "gone"]),
    day=st.dates(TODAY - timedelta(days=200), TODAY + timedelta(days=3)),
    units=st.integers(-50, 200),
    revenue=odd_amounts,
    returned_units=st.integers(-5, 400),
    gross=st.none() | odd_amounts,
)


def check(got):
    for grid in (
        got.expected, got.low, got.high, got.cumulative_sd, got.daily, got.total_low,
        got.total_high, *(sums.high for sums in got.groups),
    ):  # fmt: skip
        assert np.isfinite(grid).all()
        assert (grid >= 0).all()
    assert (got.low <= got.expected).all()
    assert (got.expected <= got.high).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(rows, min_size=1, max_size=80))
def test_any_rows_give_a_sane_forecast_or_no_history(shop, sales):
    try:
        panel = build_panel(shop.variants[:3], sales, TODAY)
    except NoHistoryError:
        return
    assert (panel.units >= 0).all()
    assert (panel.revenue >= 0).all()
    assert (panel.returned >= 0).all()
    assert not (panel.price <= 0).any()
    check(forecast_demand(panel, 6))


odd = st.sampled_from([0.0, 1.0, 7.0, -3.0, math.nan, math.inf, -math.inf])


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(1, 60), st.data())
def test_a_panel_with_holes_gives_a_sane_forecast(n, weeks, data):
    def grid():
        flat = data.draw(st.lists(odd, min_size=12, max_size=12))
        return np.resize(np.array(flat), (n, weeks))

    panel = Panel(
        tuple(map(str, range(n))), tuple(TODAY - timedelta(weeks=weeks - w) for w in range(weeks)),
        grid(), grid(), grid(), grid(), grid() > 0, grid(), np.zeros(n, dtype=np.int64), ("a",),
    )  # fmt: skip
    check(forecast_demand(panel, 6))


def test_one_day_of_history_is_a_forecast_once_its_week_is_over(shop):
    sale = [VariantDay("v0", date(2026, 11, 16), 4, D(80))]
    check(forecast_demand(build_panel(shop.variants[:3], sale, TODAY), 6))
    with pytest.raises(NoHistoryError):
        build_panel(shop.variants[:3], [replace(sale[0], day=date(2026, 11, 18))], TODAY)


def test_a_refund_larger_than_the_orders_of_its_day_sells_less_than_nothing_nowhere(shop):
    base = [VariantDay("v0", TODAY - timedelta(days=d), 2, D(40)) for d in range(1, 60)]
    day = TODAY - timedelta(days=10)
    refund = VariantDay("v0", day, 0, D(-900), returned_units=45)
    panel = build_panel(shop.variants[:1], [*base, refund], TODAY)
    plain = build_panel(shop.variants[:1], base, TODAY)
    assert panel.units.tolist() == plain.units.tolist()
    assert panel.returned.sum() == 45
    assert (panel.revenue >= 0).all()


def test_rows_of_one_day_add_up_before_they_are_believed(shop):
    day = date(2026, 11, 17)
    base = [VariantDay("v0", date(2026, 11, 9), 1, D(20))]
    parts = [VariantDay("v0", day, 5, D(100)), VariantDay("v0", day, -2, D(-40))]
    assert build_panel(shop.variants[:1], [*base, *parts], TODAY).units[0, -1] == 3


def test_the_price_of_weeks_in_another_currency_is_unknown_and_their_units_count(shop):
    """A store that went from one currency to another halved no price by it."""
    days = sorted({each.day for each in shop.sales})
    change = days[len(days) // 2]
    changed = [
        replace(each, revenue=D(0), gross=D(0), foreign=True) if each.day < change else each
        for each in shop.sales
    ]
    before, after = (build_panel(shop.variants, sales, TODAY) for sales in (shop.sales, changed))
    week = sum(monday + timedelta(days=6) < change for monday in after.weeks)
    assert (after.units == before.units).all()
    assert np.isnan(after.price[:, : week - 1]).all()
    assert np.isfinite(after.price[:, week + 1 :][before.units[:, week + 1 :] > 0]).all()
    check(forecast_demand(after))


def test_a_renamed_sku_keeps_its_history(shop):
    renamed = [replace(v, sku=f"{v.sku}-2027", title=f"{v.title} new") for v in shop.variants]
    before = forecast_demand(build_panel(shop.variants, shop.sales, shop.today))
    after = forecast_demand(build_panel(renamed, shop.sales, shop.today))
    assert np.array_equal(before.expected, after.expected)


@pytest.mark.parametrize("changed", [date(2026, 3, 29), date(2025, 10, 26)])
def test_a_day_of_23_or_25_hours_is_one_day(shop, changed):
    days = [changed + timedelta(days=d) for d in range(-20, 21)]
    sales = [VariantDay("v0", day, 1, D(20)) for day in days]
    panel = build_panel(shop.variants[:1], sales, changed + timedelta(days=30))
    assert panel.units[0].max() == 7
    assert panel.units[0, panel.weeks.index(changed - timedelta(days=6))] == 7


def test_what_cannot_be_is_counted(shop):
    fine = VariantDay("v0", TODAY, 1, D(20), 0, D(20))
    wrong = [
        replace(fine, units=-1), replace(fine, revenue=D("NaN")),
        replace(fine, gross=D("Infinity")), replace(fine, returned_units=-2),
    ]  # fmt: skip
    assert unreadable_days([fine, *wrong, replace(fine, gross=None)]) == 4
