"""Stock at risk: cover with its interval, the day to order, calendars, lead times, classes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.inventory import budget, calendar, classes, cover
from royal_platform.commerce.inventory.lead_times import learned
from royal_platform.commerce.inventory.model import (
    Delivery,
    EnteredTerms,
    StockLevel,
    SupplierCalendar,
    SupplyTerms,
)
from royal_platform.commerce.inventory.risk import stock_at_risk
from royal_platform.commerce.inventory.terms import terms_by_variant
from royal_platform.commerce.inventory.weighing import weigh_stock

EXPECTED = np.full((1, 12), 14.0)
SPREAD = np.sqrt(np.arange(1, 13) * 14.0)[None, :]
WEEK = SupplierCalendar((True,) * 5 + (False,) * 2)
TERMS = SupplyTerms(D(14), D(4))


def one(value):
    return np.array([value], dtype=float)


def test_cover_and_its_interval_agree_with_simulated_demand():
    point, low, high = (int(days[0]) for days in cover.days_of_cover(one(40), EXPECTED, SPREAD))
    rng = np.random.default_rng(5)
    gone = (rng.poisson(2.0, (20_000, 60)).cumsum(axis=1) <= 40).sum(axis=1)
    assert point == pytest.approx(np.quantile(gone, 0.5), abs=1)
    assert low == pytest.approx(np.quantile(gone, 0.1), abs=1)
    assert high == pytest.approx(np.quantile(gone, 0.9), abs=1)


def test_nothing_left_covers_nothing_and_no_demand_covers_for_ever():
    assert [int(d[0]) for d in cover.days_of_cover(one(0), EXPECTED, SPREAD)] == [0, 0, 0]
    never = cover.days_of_cover(one(5), EXPECTED * 0, SPREAD * 0)
    assert [int(d[0]) for d in never] == [cover.NEVER] * 3


@given(st.integers(0, 400), st.integers(0, 400))
def test_more_stock_lasts_no_shorter_and_may_wait_no_shorter(few, more):
    few, more = sorted((few, more))

    def days(stock):
        lasts = cover.days_of_cover(one(stock), EXPECTED, SPREAD)
        wait = cover.days_to_order(one(stock), one(14), one(4), EXPECTED, SPREAD, service=0.95)
        return [int(each[0]) for each in (*lasts, wait)]

    assert all(a <= b for a, b in zip(days(few), days(more), strict=True))
    point, low, high, _ = days(more)
    assert low <= point <= high


def test_an_order_on_the_last_day_keeps_the_service_level_and_a_day_later_does_not():
    wait = int(cover.days_to_order(one(80), one(14), one(4), EXPECTED, SPREAD, service=0.95)[0])
    rng = np.random.default_rng(11)

    def kept(days):
        length = np.maximum(days + rng.normal(14, 4, 60_000), 0)
        return (rng.poisson(length * 2.0) <= 80).mean()

    assert kept(wait) > 0.93
    assert kept(wait + 2) < 0.96
    assert wait > 0


def test_closed_days_move_the_order_and_the_delivery():
    friday, saturday = date(2026, 11, 27), date(2026, 11, 28)
    assert calendar.added_days(friday, 3, SupplierCalendar()) == 0
    assert calendar.added_days(saturday, 5, WEEK) == 4  # taken Monday, due and come on Saturday
    shut = replace(WEEK, holidays=(date(2026, 11, 30),))
    assert calendar.added_days(friday, 3, shut) == 1  # due on the Monday that is a holiday


@given(
    st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.integers(0, 90),
    st.lists(st.booleans(), min_size=7, max_size=7).filter(any),
    st.lists(st.dates(date(2026, 1, 1), date(2027, 6, 1)), max_size=12),
)  # fmt: skip
def test_a_delivery_comes_on_a_working_day_and_never_early(today, lead, weekdays, holidays):
    open_on = SupplierCalendar(tuple(weekdays), tuple(holidays))
    added = calendar.added_days(today, lead, open_on)
    comes = today + timedelta(days=lead + added)
    assert added >= 0
    assert weekdays[comes.weekday()]
    assert comes not in holidays


def test_deliveries_move_an_assumption_and_many_replace_it():
    assert learned(TERMS, []) is TERMS
    once = learned(TERMS, [20.0])
    assert TERMS.lead_time_days < once.lead_time_days < 20
    often = learned(TERMS, [20.0, 21.0, 19.0] * 40)
    assert float(often.lead_time_days) == pytest.approx(20, abs=0.3)
    assert float(often.lead_time_sd_days) == pytest.approx(1.4, abs=0.5)
    assert often.observed == 120
    assert often.source == "policy"
    assert learned(TERMS, [float("nan"), -3.0]) is TERMS


def test_a_variants_own_terms_come_before_its_suppliers(shop):
    some = [replace(variant, vendor="Gerven") for variant in shop.variants[:3]]
    some[2] = replace(some[2], vendor=None)
    found = terms_by_variant(
        some, Policy(),
        of_vendors={"Gerven": EnteredTerms(lead_time_days=D(30), weekdays=WEEK.weekdays)},
        of_variants={some[0].id: EnteredTerms(minimum_order=50, pack_size=10)},
        deliveries=[Delivery(some[1].id, 40.0)],
    )  # fmt: skip
    first, second, alone = (found[variant.id] for variant in some)
    assert (first.minimum_order, first.pack_size, second.minimum_order) == (50, 10, 1)
    assert first.calendar == second.calendar == WEEK
    assert first.lead_time_days == second.lead_time_days > 30
    assert first.observed == 1
    assert first.source == "entered"
    assert (alone.source, alone.observed, alone.lead_time_days) == ("policy", 0, D(14))


def test_abc_covers_the_value_and_the_largest_is_a():
    assert classes.abc(np.array([80.0, 15.0, 4.0, 1.0, 0.0])) == ("A", "B", "C", "C", "C")
    assert classes.abc(np.array([1000.0])) == ("A",)
    assert classes.abc(np.array([0.0, np.nan])) == ("C", "C")


def test_steadiness_death_and_loss_are_read_from_the_sales(panel):
    flat, wild = np.full(13, 10.0), np.array([0.0] * 10 + [80.0, 0.0, 50.0])
    units = np.stack([flat, wild, np.zeros(13), np.r_[flat[:-2], 4.0, 0.0]])
    in_stock = np.ones_like(units)
    in_stock[3, -2:] = [4 / 7, 0.0]
    made = replace(
        panel, variant_ids=("x", "z", "dead", "out"), units=units, revenue=units,
        in_stock=in_stock, alive=units >= 0,
    )  # fmt: skip
    assert classes.xyz(made)[:3] == ("X", "Z", None)
    assert classes.dead(made, np.full(4, 5.0)).tolist() == [False, False, True, False]
    assert classes.dead(made, np.array([5, 5, np.nan, 0])).tolist() == [False] * 4
    # Of a week with four days in stock three sevenths are missing; of one without, all of it.
    assert classes.lost_sales(made)[:3].tolist() == [0, 0, 0]
    assert classes.lost_sales(made)[3] == pytest.approx(3 + 10, abs=0.5)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9), st.integers(1, 30),
                          st.floats(0.5, 90), st.floats(0.1, 90)), min_size=1, max_size=6),
       st.floats(0, 4000), st.floats(1, 2000))  # fmt: skip
def test_a_budget_is_never_overdrawn_and_packs_stay_whole(lines, total, each):
    packs = np.array([line[1] for line in lines])
    least = np.array([line[2] for line in lines])
    wanted = np.where(
        [line[0] > 0 for line in lines],
        -(-np.maximum([line[0] for line in lines], least) // packs) * packs, 0,
    )  # fmt: skip
    cost = np.array([line[3] for line in lines])
    given_ = budget.allocate(
        wanted, least, packs, cost=cost, worth=np.array([line[4] for line in lines]),
        loss=np.repeat(wanted[:, None] * 1.0, 4, axis=1), budget=total, most_each=each,
    )  # fmt: skip
    assert (given_ * cost).sum() <= total + 1e-6
    assert (given_ * cost <= each + 1e-6).all()
    for units, want, pack, low in zip(given_, wanted, packs, least, strict=True):
        assert units % pack == 0
        assert units == 0 or low <= units <= want


def test_the_most_pressing_stock_comes_first_and_every_figure_is_of_one_piece(shop, panel, demand):
    levels = [
        StockLevel(v.id, v.inventory_item_id, "loc", k % 60, k % 60, 0, 0, shop.now)
        for k, v in enumerate(shop.variants)
    ]
    terms = {v.id: replace(TERMS, calendar=WEEK) for v in shop.variants}
    weighed = weigh_stock(
        shop.variants, demand, levels, Policy(), store=shop.terms, now=shop.now, today=shop.today,
        terms=terms,
    )  # fmt: skip
    found = stock_at_risk(weighed, panel)
    assert len(found) == len(weighed.variants)
    lates = [risk.late for risk in found]
    assert lates == sorted(lates, reverse=True)
    assert True in lates
    for risk in found:
        assert (risk.cover_low or 0) <= (risk.cover if risk.cover is not None else 999)
        assert 0 <= risk.runs_out <= 1
        assert (risk.wanted > 0) or risk.lost_ahead == 0
        if risk.order_by is not None:
            assert risk.order_by >= shop.today
            assert WEEK.weekdays[risk.order_by.weekday()]
    assert {risk.abc for risk in found} == {"A", "B", "C"}
