"""Clearing a stock by a date: paths stay inside their limits and sell more than holding."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from royal_platform.commerce.catalog.clearing import clear_by
from royal_platform.commerce.decisions.model import Autonomy, GateState, Policy, PriorPrice
from royal_platform.commerce.decisions.rules import judge
from royal_platform.commerce.forecasting.service import build_panel, forecast_demand
from royal_platform.commerce.pricing.markdown import Clearance, best_path
from royal_platform.commerce.pricing.model import Economics, PriceHistory
from royal_platform.commerce.pricing.service import propose_prices

CHEAP = Economics(40.0, 0.19, 0.029, 0.3, 0.05)
LASTS = np.arange(70.0, 100.0)


def case(stock=200, weeks=8, per_week=10.0, salvage=0.0):
    return Clearance(100.0, np.full(weeks, per_week), 0.2, stock, salvage, 0.10, 7)


def path(elasticity=-2.5, **changed):
    return best_path(case(**changed), (elasticity, 0.3), CHEAP, LASTS[LASTS >= 90], LASTS)


def test_too_much_stock_is_marked_down_and_leaves_less():
    found = path()
    assert 90 <= found.first < 100
    assert found.last < found.first
    assert found.left < found.left_held
    assert found.gain.low > 0


def test_a_stock_that_sells_out_anyway_gains_nothing_from_a_lower_price():
    assert path(stock=20).gain.point < 0


def test_what_is_worth_as_much_afterwards_is_not_given_away():
    assert path(salvage=75.0).gain.point < path().gain.point
    assert path(elasticity=-1.2, salvage=75.0).gain.low <= 0


@settings(max_examples=40)
@given(st.integers(1, 500), st.integers(1, 26), st.floats(0, 60), st.floats(-5, -0.1))
def test_no_path_sells_more_than_there_is_or_leaves_its_limits(stock, weeks, per_week, beta):
    found = path(beta, stock=stock, weeks=weeks, per_week=per_week)
    assert 0 <= found.left <= found.left_held + 1e-6 <= stock + 1e-6
    assert 70 <= found.last <= found.first < 100
    assert found.first >= 90
    assert found.gain.low <= found.gain.point + 1e-6 or found.gain.point < 0


@pytest.mark.parametrize(
    ("tags", "day"),
    [
        (["sale", "Clear-By: 2026-12-31"], date(2026, 12, 31)),
        (["clear-by:2027-01-31", "clear-by:2026-12-31"], date(2026, 12, 31)),
        (["clear-by:2026-02-30"], None), (["clear-by:soon"], None), ([], None),
    ],
)  # fmt: skip
def test_a_tag_says_the_day(tags, day):
    assert clear_by(tags) == day


@pytest.fixture(scope="module")
def cleared(make_economy):
    shop = make_economy(seed=3, variants=60)
    day = shop.today + timedelta(weeks=8)
    tagged = [replace(v, clear_by=day) if n < 30 else v for n, v in enumerate(shop.variants)]
    panel = build_panel(shop.variants, shop.sales, shop.today)
    history = {
        v.id: PriceHistory(v.price.amount, prior=PriorPrice(v.price.amount, 30 if n % 2 else 12))
        for n, v in enumerate(tagged)
    }
    outcome = propose_prices(
        tagged, panel, forecast_demand(panel), Policy(), store=shop.terms, now=shop.now,
        today=shop.today, history=history, limit=100,
        available_now={v.id: 2000 for v in tagged},
    )  # fmt: skip
    return shop, tagged, history, outcome


def test_tagged_products_are_marked_down_and_never_raised(cleared):
    _, tagged, _, outcome = cleared
    by_id = {v.id: v for v in tagged}
    marked = [p for p in outcome.proposals if p.kind == "price.markdown"]
    assert marked
    assert all(by_id[p.subject.id].clear_by for p in marked)
    assert all(D(p.arguments["price"]) < D(p.precondition["price"]) for p in marked)
    others = [p for p in outcome.proposals if p.kind == "price.set"]
    assert all(by_id[p.subject.id].clear_by is None for p in others)


def test_the_gate_denies_none_of_them_and_the_rationale_says_what_is_crossed_out(cleared):
    shop, _, history, outcome = cleared
    costs = {v.id: v.unit_cost for v in shop.variants}
    shown = set()
    for p in outcome.proposals:
        past = history[p.subject.id]
        state = GateState(
            shop.now, "EUR", autonomy=Autonomy.AUTO, price_now=past.reference, prior=past.prior,
            unit_cost=costs[p.subject.id].amount, tax_rate=shop.terms.tax_rate,
        )  # fmt: skip
        assert judge(p, Policy(), state).ruling.value != "deny"
        if p.kind == "price.markdown":
            crossed = p.arguments["compare_at"]
            shown.add(crossed is not None)
            assert (crossed is not None) == (past.prior.known_days == 30)
            assert ("days, is crossed out" in p.rationale) != (
                "No price is crossed out" in p.rationale
            )
            assert any("Lowest price" in fact.label for fact in p.evidence)
    assert shown == {True, False}
