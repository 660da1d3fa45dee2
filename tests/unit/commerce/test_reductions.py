"""A crossed-out price is the lowest one of the days before, or it is not shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.decisions.ladder import is_ladder, price_points
from royal_platform.commerce.decisions.limits import changed, widened
from royal_platform.commerce.decisions.model import (
    Autonomy,
    CostToServe,
    GateState,
    Inverse,
    Policy,
    PriorPrice,
    Proposal,
    Risk,
    Subject,
)
from royal_platform.commerce.decisions.reductions import prior_price
from royal_platform.commerce.decisions.rules import changes, judge

TODAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
PRICES = st.decimals(D("0.01"), D("999.99"), places=2)
SEEN = st.lists(
    st.tuples(st.integers(0, 90).map(lambda n: TODAY - timedelta(days=n)), PRICES), max_size=12
)


def in_force(seen: list[tuple[date, D]], day: date) -> set[D]:
    """Every price that could have been asked on a day: those that began on it, and the one
    before, of which no more than the day is known."""
    earlier = [each for each, _ in seen if each < day]
    last = max(earlier, default=None)
    return {price for each, price in seen if each in {day, last}}


@given(SEEN, st.integers(1, 60))
def test_no_price_in_force_on_any_of_the_days_is_lower(seen, days):
    found = prior_price(seen, TODAY, days)
    asked = set().union(*(in_force(seen, TODAY - timedelta(days=n)) for n in range(days + 1)))
    assert found.lowest == min(asked, default=None)


@given(SEEN, st.integers(1, 60))
def test_the_history_is_as_long_as_its_oldest_price(seen, days):
    found = prior_price(seen, TODAY, days)
    oldest = min((day for day, _ in seen), default=TODAY)
    assert found.known_days == min((TODAY - oldest).days, days)


@given(SEEN, st.integers(1, 60), PRICES)
def test_an_older_price_than_the_one_before_the_days_changes_nothing(seen, days, price):
    first = TODAY - timedelta(days=days)
    before = [day for day, _ in seen if day < first]
    if before:
        older = [*seen, (max(before) - timedelta(days=1), price)]
        assert prior_price(older, TODAY, days).lowest == prior_price(seen, TODAY, days).lowest


def markdown(price="90.00", compare_at="100.00", **more):
    return Proposal(
        agent_id="inventory_pricing", kind="price.markdown", subject=Subject("variant", "v", "Bit"),
        arguments={"product_id": "p", "variant_id": "v", "price": price, "currency": "EUR",
                   "compare_at": compare_at, **more},
        precondition={"price": "100.00", "compare_at": None}, evidence=(), rationale="Clear it.",
        prediction=None, risk=Risk(0.1), cost=None, money_at_stake=None,
        inverse=Inverse(None, None, ""), expires_at=NOW + timedelta(days=1),
    )  # fmt: skip


def around(**changes):
    values = {
        "now": NOW, "currency": "EUR", "autonomy": Autonomy.AUTO, "price_now": D(100),
        "unit_cost": D(20), "prior": PriorPrice(D(100), 30),
        "served": {"v": CostToServe(return_rate=D(0))}, **changes,
    }  # fmt: skip
    return GateState(**values)


def said(proposal, policy=None, **changes):
    verdict = judge(
        proposal, replace(policy or Policy(), shipping_cost_per_order=D(0)), around(**changes)
    )
    return verdict.ruling.value, {hit.rule for hit in verdict.hits}


def test_the_lowest_price_of_the_days_may_be_crossed_out():
    assert said(markdown()) == ("allow", set())
    assert said(markdown(compare_at=None), prior=PriorPrice(D(50), 3)) == ("allow", set())


@pytest.mark.parametrize(
    ("prior", "rules"),
    [
        (PriorPrice(D("95.00"), 30), {"reduction.misleads"}),
        (PriorPrice(D(100), 29), {"reduction.unknown"}),
        (PriorPrice(None, 0), {"reduction.unknown"}),
        (None, {"reduction.unknown"}),
    ],
)
def test_what_would_mislead_or_cannot_be_known_is_refused(prior, rules):
    assert said(markdown(), prior=prior) == ("deny", rules)
    assert said(markdown(), prior=prior, is_revert=True) == ("ask", rules)
    assert said(markdown(), Policy(prior_price_days=None), prior=prior) == ("allow", set())


def test_a_crossed_out_price_that_stands_already_counts_too():
    plain = replace(markdown(), kind="price.set", arguments={
        "product_id": "p", "variant_id": "v", "price": "95.00", "currency": "EUR"})  # fmt: skip
    assert said(plain) == ("allow", set())
    assert said(plain, compare_at_now=D(120)) == ("deny", {"reduction.misleads"})
    assert said(plain, compare_at_now=D(94)) == ("allow", set())


@given(PRICES, PRICES, PRICES, st.integers(0, 30))
def test_no_shown_reduction_above_the_lowest_price_ever_passes(price, crossed, lowest, known):
    policy = Policy(price_step_max_percent=D(1000),
                    price_band_low_percent=D(0), price_band_high_percent=D(10**6))  # fmt: skip
    proposal = markdown(str(price), str(crossed))
    ruling, _ = said(proposal, policy, prior=PriorPrice(lowest, known), unit_cost=None)
    honest = crossed <= price or (known >= 30 and crossed <= lowest)
    assert (ruling != "deny") == honest


@pytest.mark.parametrize("compare_at", ["", "-1", "0", "1.234", 5, "NaN"])
def test_a_crossed_out_price_that_is_none_is_malformed(compare_at):
    ruling, rules = said(markdown(compare_at=compare_at))
    assert (ruling, rules) == ("deny", {"arguments.invalid"})


def test_the_diff_shows_both_prices_and_what_they_rest_on():
    lines = [(c.field, c.now, c.proposed) for c in changes(markdown(prior_price="100.00"))]
    assert lines == [
        ("price", "100.00", "90.00"), ("compare_at", None, "100.00"),
        ("prior_price", "100.00", "100.00"),
    ]  # fmt: skip


def test_between_the_price_points_only_a_person_may_ask():
    policy = Policy(price_points="89.95 90.00")
    assert said(markdown(), policy) == ("allow", set())
    assert said(markdown("91.00"), policy) == ("deny", {"price.ladder"})
    assert said(replace(markdown("91.00"), provenance="person"), policy)[0] == "ask"
    assert said(markdown("91.00"), policy, is_revert=True)[0] == "allow"


@given(st.lists(PRICES, min_size=1, max_size=20))
def test_a_ladder_reads_back_sorted_whoever_typed_it(points):
    typed = "; ".join(map(str, points))
    kept = changed(Policy(), "price_points", typed).price_points
    assert kept is not None
    assert is_ladder(kept)
    assert price_points(kept) == tuple(sorted(set(points)))


@pytest.mark.parametrize(
    ("before", "after", "wider"),
    [
        ({}, {"prior_price_days": None}, True), ({}, {"prior_price_days": 20}, True),
        ({"prior_price_days": None}, {}, False), ({}, {"prior_price_days": 60}, False),
        ({"price_points": "5 9"}, {}, True), ({}, {"price_points": "5 9"}, False),
        ({"price_points": "5 9"}, {"price_points": "5"}, False),
        ({"price_points": "5 9"}, {"price_points": "5 8"}, True),
    ],
)  # fmt: skip
def test_it_is_known_which_change_gives_agents_more_room(before, after, wider):
    assert bool(widened(Policy(**before), Policy(**after))) == wider


@pytest.mark.parametrize("text", ["cheap", "", "9,95", "-1", "1 2 x"])
def test_what_is_no_ladder_is_refused(text):
    with pytest.raises(ValueError, match="price_points"):
        changed(Policy(), "price_points", text)
