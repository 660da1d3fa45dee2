"""A price beside the cheapest competitor's: the gate's bounds, and prices that keep to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.decisions.competition import bounds
from royal_platform.commerce.decisions.limits import changed, widened
from royal_platform.commerce.decisions.model import CompetitorAsk, Policy
from royal_platform.commerce.decisions.rules import judge
from royal_platform.commerce.pricing.model import PriceWindow
from royal_platform.commerce.pricing.rules import beside, candidates
from tests.unit.commerce.test_gate import NOW, proposal, rules_of, state, told

ASKED = CompetitorAsk("other-shop.example", D("10.00"), NOW - timedelta(days=2))
WIDE = {"price_step_max_percent": D(1000), "price_week_max_percent": D(1000),
        "price_band_low_percent": D(0), "price_band_high_percent": D(1000)}  # fmt: skip
cents = st.integers(1_00, 60_00).map(lambda each: D(each) / 100)
percents = st.none() | st.integers(0, 60).map(D)


@pytest.mark.parametrize(
    ("price", "now", "limits", "rule"),
    [
        ("10.50", "10.00", {"competitor_above_max_percent": D(5)}, None),
        ("10.51", "10.00", {"competitor_above_max_percent": D(5)}, "competitor.above"),
        ("9.00", "10.00", {"competitor_below_max_percent": D(10)}, None),
        ("8.99", "10.00", {"competitor_below_max_percent": D(10)}, "competitor.below"),
        # From far away it comes nearer in steps, and never goes further.
        ("14.00", "15.00", {"competitor_above_max_percent": D(5)}, None),
        ("15.00", "15.00", {"competitor_above_max_percent": D(5)}, "competitor.above"),
        ("7.00", "6.00", {"competitor_below_max_percent": D(10)}, None),
        ("5.99", "6.00", {"competitor_below_max_percent": D(10)}, "competitor.below"),
        ("99.00", "98.00", {}, None),
    ],
)
def test_a_price_stays_beside_the_cheapest_competitor(price, now, limits, rule):
    around = state(price_now=D(now), competitor=ASKED, unit_cost=D("1.00"))
    made = proposal(price=price, before={"price": now, "unit_cost": "1.00"})
    assert rules_of(judge(made, told(**limits, **WIDE), around)) == ({rule} if rule else set())
    assert rules_of(judge(made, told(**limits, **WIDE), replace(around, competitor=None))) == set()


def test_the_verdict_names_who_asked_when_and_how_far_the_price_is():
    made = proposal(price="10.80")
    policy = told(competitor_above_max_percent=D(5))
    [hit] = judge(made, policy, state(competitor=ASKED)).hits
    assert "10.00, which other-shop.example asked on 2026-10-31" in hit.message
    assert (hit.limit, D(hit.actual), hit.unit) == ("5", D(8), "percent")


def test_a_competitor_below_the_margin_floor_makes_no_price_pass_below_it():
    cheap = replace(ASKED, price=D("4.00"))
    policy = told(competitor_above_max_percent=D(5), margin_floor_percent=D(15), **WIDE)
    verdict = judge(proposal(price="4.20"), policy, state(competitor=cheap))
    assert "margin.floor" in rules_of(verdict)
    # The dearer price that keeps the floor is one that comes nearer: it may be asked.
    assert rules_of(judge(proposal(price="9.00"), policy, state(competitor=cheap))) == set()


def test_whoever_undoes_a_change_is_asked():
    around = state(competitor=ASKED, price_now=D("9.00"), is_revert=True)
    verdict = judge(proposal(price="12.00"), told(competitor_above_max_percent=D(5)), around)
    [hit] = [hit for hit in verdict.hits if hit.rule == "competitor.above"]
    assert hit.ruling.value == "ask"


@given(cents, cents, percents, percents, cents, cents)
def test_what_is_weighed_is_what_the_gate_allows(now, asked, below, above, one, other):
    policy = told(
        competitor_below_max_percent=below, competitor_above_max_percent=above,
        margin_floor_percent=D(0), **WIDE,
    )  # fmt: skip
    window = PriceWindow(min(one, other), max(one, other), None, 2)
    limits = beside(now, bounds(policy, asked), window)
    around = state(
        price_now=now, unit_cost=D("0.01"), competitor=CompetitorAsk("s", asked, NOW),
        reference_price=D(20),
    )  # fmt: skip
    for price in candidates(now, limits):
        made = proposal(price=format(price, "f"), before={"price": format(now, "f")})
        hits = rules_of(judge(made, policy, around))
        assert not hits & {"competitor.above", "competitor.below"}


@pytest.mark.parametrize(
    ("name", "before", "after", "wider"),
    [
        ("competitor_above_max_percent", "5", "none", True),
        ("competitor_above_max_percent", "none", "5", False),
        ("competitor_below_max_percent", "5", "8", True),
        ("competitor_max_age_days", "7", "3", True),
        ("competitor_max_age_days", "7", "14", False),
    ],
)
def test_a_limit_that_is_lifted_gives_agents_more_room(name, before, after, wider):
    old = changed(Policy(), name, before)
    assert (widened(old, changed(old, name, after)) == (name,)) is wider
