"""Price tests: drawn fairly, inside the policy, worth their cost, and read without a model."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from royal_platform.commerce.decisions.model import (
    GateState,
    Inverse,
    MandateState,
    Policy,
    Proposal,
    Risk,
    Ruling,
    Status,
    Subject,
)
from royal_platform.commerce.decisions.price_tests import turn_weeks
from royal_platform.commerce.decisions.rules import judge
from royal_platform.commerce.pricing.elasticity import with_tests
from royal_platform.commerce.pricing.model import Demand, Economics, Elasticity
from royal_platform.commerce.pricing.rules import reach, window
from royal_platform.commerce.pricing.trial import (
    STEP_MAX,
    TrialQuestion,
    assignment,
    plan,
    within_steps,
)
from royal_platform.commerce.pricing.trial_account import week_proposal
from royal_platform.commerce.pricing.trial_reading import (
    TrialEstimate,
    TrialUnknown,
    TrialWeek,
    reading,
    stood,
)
from royal_platform.commerce.pricing.trial_turn import turn
from royal_platform.commerce.pricing.trial_weeks import PriceSeen, week_state

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PRICE = Decimal("49.95")


def question(units=150.0, mean=-1.8, sd=0.6, cost=18.0, price=PRICE, policy=Policy()):  # noqa: B008
    limits = window(price, price, (), policy, 2)
    return TrialQuestion(
        price, Demand(units, (units + (0.25 * units) ** 2) ** 0.5), (mean, sd),
        Economics(cost, 0.21, 0.029, 0.3, 0.05), limits, reach(price, policy, limits),
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=20), st.integers(2, 3), st.integers(1, 6), st.integers(1, 2))
def test_every_block_has_each_price_once_and_the_draw_repeats(seed, arms, blocks, turn):
    drawn = assignment(seed, arms, blocks, turn)
    assert drawn == assignment(seed, arms, blocks, turn)
    assert turn_weeks(drawn) == turn
    turns = [drawn[at : at + turn] for at in range(0, len(drawn), turn)]
    assert all(len(set(each)) == 1 for each in turns)
    for at in range(0, len(turns), arms):
        assert sorted(each[0] for each in turns[at : at + arms]) == list(range(arms))


def test_the_draw_favours_no_order():
    first = Counter(assignment(str(seed), 3, 1, 1) for seed in range(3000))
    assert len(first) == 6
    assert max(first.values()) < 1.25 * min(first.values())


@settings(max_examples=60, deadline=None)
@given(
    st.decimals("2", "300", places=2), st.floats(0.1, 1.1), st.floats(5, 2000),
    st.floats(-3.5, -0.6), st.floats(0.1, 1.5), st.integers(2, 25), st.integers(0, 40),
)  # fmt: skip
def test_a_test_stays_inside_the_policy_and_above_the_floor(
    price, cost_share, units, mean, sd, step, floor
):
    policy = Policy(
        price_step_max_percent=Decimal(step), margin_floor_percent=Decimal(floor),
    )  # fmt: skip
    asked = question(units, mean, sd, float(price) * cost_share, price, policy)
    found = plan(asked, policy)
    if found is None:
        return
    assert found.prices[0] == price
    assert within_steps(found.prices, policy)
    for each in found.prices:
        assert asked.economics.costs.keeps(each, policy.margin_floor_percent)
        assert abs(each - price) * 100 <= STEP_MAX * price
        assert asked.limits.low <= each <= asked.limits.high
    assert found.worth > found.cost


def test_what_is_known_well_is_not_tested_and_what_is_not_is():
    assert plan(question(sd=0.6), Policy()) is not None
    assert plan(question(sd=0.05), Policy()) is None
    assert plan(question(units=2), Policy()) is None


TWO_WEEKS = ["105.00", "105.00", "100.00", "100.00", "100.00", "100.00", "105.00", "105.00"]


def proposal(prices=("100.00", "105.00"), weeks=None, **changes):
    weeks = weeks or [*prices] * 4
    values = {
        "agent_id": "inventory_pricing", "kind": "price.test",
        "subject": Subject("variant", "v1", "Saddle"),
        "arguments": {"product_id": "p1", "currency": "EUR", "prices": list(prices),
                      "weeks": list(weeks)},
        "precondition": {"price": "100.00"}, "evidence": (), "rationale": "", "prediction": None,
        "risk": Risk(0.1), "cost": None, "money_at_stake": None,
        "inverse": Inverse(None, None, "-"), "expires_at": NOW + timedelta(days=1),
    }  # fmt: skip
    return Proposal(**{**values, **changes})


def state(**changes):
    values = {
        "now": NOW, "currency": "EUR", "price_now": Decimal(100), "unit_cost": Decimal(20),
        "tax_rate": Decimal("0.21"),
    }  # fmt: skip
    return GateState(**{**values, **changes})


def rules(verdict, ruling):
    return {hit.rule for hit in verdict.hits if hit.ruling is ruling}


@pytest.mark.parametrize(("weeks", "days"), [(None, 7), (TWO_WEEKS, 14)])
def test_a_test_is_a_persons_to_approve_and_nothing_else_speaks_against_it(weeks, days):
    verdict = judge(proposal(weeks=weeks), Policy(cooldown_days=days), state())
    assert verdict.ruling is Ruling.ASK
    assert rules(verdict, Ruling.DENY) == set()


@pytest.mark.parametrize(
    ("asked", "around", "policy", "rule"),
    [
        (proposal(("100.00", "115.00")), {}, {}, "price.step"),
        (proposal(("100.00", "94.00", "108.00")), {}, {}, "price.step"),
        (proposal(("100.00", "105.00")), {"unit_cost": Decimal(75)}, {}, "margin.floor"),
        (proposal(), {"unit_cost": None}, {}, "unit_cost.unknown"),
        (proposal(), {"compare_at_now": Decimal(120)}, {}, "test.crossed_out"),
        (proposal(), {"in_test": True}, {}, "test.running"),
        (proposal(), {}, {"cooldown_days": 8}, "test.pace"),
        (proposal(weeks=TWO_WEEKS), {}, {"cooldown_days": 15}, "test.pace"),
        (proposal(), {"reference_price": Decimal(80)}, {}, "price.band"),
        (proposal(weeks=["100.00", "100.00"]), {}, {}, "arguments.invalid"),
        (proposal(weeks=[*TWO_WEEKS[:-1], "100.00"]), {}, {}, "arguments.invalid"),
        (proposal(weeks=["100.00"] * 3 + ["105.00"] * 3), {}, {}, "arguments.invalid"),
        (proposal(weeks=TWO_WEEKS * 4), {}, {}, "arguments.invalid"),
        (proposal(("100.00", "100.00")), {}, {}, "arguments.invalid"),
        (proposal(("99.00", "100.00")), {}, {}, "arguments.invalid"),
    ],
)
def test_a_test_that_leaves_the_policy_is_denied(asked, around, policy, rule):
    verdict = judge(asked, Policy(**policy), state(**around))
    assert rule in rules(verdict, Ruling.DENY)


def week(**changes):
    values = {
        "test_of": "d1", "product_id": "p1", "variant_id": "v1", "title": "Saddle",
        "currency": "EUR", "wanted": Decimal("105.00"), "price": Decimal("100.00"),
        "cost": Decimal(20), "week": 1, "weeks": 8, "now": NOW,
    }  # fmt: skip
    return week_proposal(**{**values, **changes})


def test_a_weeks_price_needs_no_second_word_inside_its_test_and_one_outside_it():
    lately = NOW - timedelta(days=6, hours=23)
    inside = state(test=MandateState(None, 1, 9, 0, 1), last_change_at=lately)
    assert judge(week(), Policy(), inside).ruling is Ruling.ALLOW
    outside = state(test=MandateState("The test has no such week now.", of="test"))
    assert judge(week(), Policy(), outside).ruling is Ruling.ASK
    late = replace(outside, last_change_at=lately)
    assert "cooldown" in rules(judge(week(), Policy(), late), Ruling.DENY)


def test_a_weeks_price_below_the_floor_or_under_a_stop_is_denied_whatever_was_approved():
    dearer = state(test=MandateState(None, 1, 9, 0, 1), unit_cost=Decimal(90))
    assert rules(judge(week(), Policy(), dearer), Ruling.DENY) == {"margin.floor"}
    stopped = state(test=MandateState(None, 1, 9, 0, 1), stopped=("all",))
    assert rules(judge(week(), Policy(), stopped), Ruling.DENY) == {"stop"}


@pytest.mark.parametrize(
    ("price", "number", "stopped", "found"),
    [
        ("10", 0, False, (0, "11", None)), ("11", 0, False, (0, None, None)),
        ("11", 1, False, (1, "10", None)), ("11", 2, False, (None, "10", None)),
        ("10", 2, False, (None, None, None)), ("11", 0, True, (None, "10", None)),
        ("12", 0, False, (None, None, "changed_by_other")), (None, 0, False, (None, None, "gone")),
    ],
)  # fmt: skip
def test_whose_turn_it_is(price, number, stopped, found):
    weeks = [Decimal(11), Decimal(10)]
    at = None if price is None else Decimal(price)
    step = turn(weeks, Decimal(10), at, week=number, stopped=stopped)
    wanted = None if found[1] is None else Decimal(found[1])
    assert (step.week, step.price, step.reason) == (found[0], wanted, found[2])


def test_a_price_stood_if_no_other_was_in_force_after_its_first_day():
    monday, sunday = date(2026, 3, 2), date(2026, 3, 8)
    seen = [(date(2026, 2, 1), Decimal(10)), (monday, Decimal(11))]
    assert stood(seen, Decimal(11), monday, sunday)
    assert not stood([*seen, (date(2026, 3, 4), Decimal(12))], Decimal(11), monday, sunday)
    assert not stood(seen[:1], Decimal(11), monday, sunday)
    assert stood([*seen, (date(2026, 3, 9), Decimal(12))], Decimal(11), monday, sunday)


def simulated(rng, beta, *, carry=0.0, arms=2, blocks=6, units=120, turn=2):
    """``carry`` is the answer to last week's price, on top of ``beta``, this week's."""
    ratios = (1.0, 1.10) if arms == 2 else (1.0, 0.95, 1.05)
    drawn = assignment(str(rng.integers(1 << 60)), arms, blocks, turn)
    level = units * np.exp(np.cumsum(rng.normal(0, 0.08, len(drawn))))
    before, weeks = 1.0, []
    for number, arm in enumerate(drawn):
        mean = level[number] * ratios[arm] ** beta * before**carry * rng.gamma(40, 1 / 40)
        weeks.append(TrialWeek(50 * ratios[arm], float(rng.poisson(mean)), 1.0, stood=True))
        before = ratios[arm]
    return weeks


def held(rng, *, late=0.0, turn=2, arms=2, blocks=6, tests=120):
    """The share of intervals that hold the lasting answer, ``late`` of which is a week late."""
    hits = []
    for _ in range(tests):
        beta = rng.normal(-2, 0.8)
        weeks = simulated(
            rng, (1 - late) * beta, carry=late * beta, arms=arms, blocks=blocks, turn=turn
        )
        found = reading(weeks, arms, turn)
        if isinstance(found, TrialEstimate):
            hits.append(found.low <= beta <= found.high)
    assert len(hits) > 100
    return np.mean(hits)


@pytest.mark.parametrize(("arms", "blocks", "late"), [(2, 6, 0.0), (2, 6, 0.5), (3, 3, 0.5)])
def test_the_interval_holds_the_truth_as_often_as_it_says(arms, blocks, late):
    share = held(np.random.default_rng(7), late=late, arms=arms, blocks=blocks)
    # 80 % of 120 with a standard error of 3.7: three of them on either side.
    assert 0.69 <= share <= 0.92


def test_turns_of_one_week_are_read_as_they_were_approved_and_miss_what_comes_late():
    assert 0.69 <= held(np.random.default_rng(7), turn=1) <= 0.92
    assert held(np.random.default_rng(7), late=0.5, turn=1) < 0.69


def test_the_first_week_of_a_turn_counts_for_nothing_but_must_have_stood():
    weeks = simulated(np.random.default_rng(3), -2)
    whole = reading(weeks, 2, 2)
    others = [replace(w, units=w.units * 3, in_stock=0.1) if n % 2 == 0 else w
              for n, w in enumerate(weeks)]  # fmt: skip
    assert reading(others, 2, 2) == whole
    spoiled = reading([replace(w, stood=n != 4) for n, w in enumerate(weeks)], 2, 2)
    assert isinstance(whole, TrialEstimate)
    assert isinstance(spoiled, TrialEstimate)
    assert (whole.blocks, spoiled.blocks) == (6, 5)


def test_a_block_that_did_not_go_as_drawn_is_left_out_whole():
    weeks = simulated(np.random.default_rng(3), -2)
    spoiled = [replace(each, stood=n != 7) for n, each in enumerate(weeks)]
    found = reading(spoiled, 2, 2)
    assert isinstance(found, TrialEstimate)
    assert found.blocks == 5
    rest = reading([each for n, each in enumerate(weeks) if n not in range(4, 8)], 2, 2)
    assert isinstance(rest, TrialEstimate)
    assert (found.low, found.high) == (rest.low, rest.high)


def test_too_little_is_said_to_be_unknown():
    weeks = simulated(np.random.default_rng(3), -2)
    short = reading(weeks[:12], 2, 2)
    assert isinstance(short, TrialUnknown)
    assert short.reason == "few_blocks"
    none_sold = reading([replace(each, units=0.0) for each in weeks], 2, 2)
    assert isinstance(none_sold, TrialUnknown)
    assert none_sold.reason == "nothing_sold"
    assert isinstance(reading([], 2, 2), TrialUnknown)


def test_a_demand_that_remembers_last_weeks_price_is_told():
    rng = np.random.default_rng(11)
    remembered, usual = (
        [reading(simulated(rng, -2, carry=carry, units=4000, turn=1), 2, 1) for _ in range(40)]
        for carry in (4.0, 0.0)
    )
    share = [
        np.mean([each.remembers for each in found if isinstance(each, TrialEstimate)])
        for found in (remembered, usual)
    ]
    assert share[0] > 0.3
    assert share[1] < 0.15


def test_a_reading_moves_its_own_variant_most_and_the_others_through_what_they_share():
    ones = np.ones(3)
    known = Elasticity(
        -2 * ones, 0.7 * ones, 0 * ones, np.ones(3, dtype=np.int64), -2 * ones, 0.0, 0.25
    )
    after = with_tests(known, [(0, -3.0, 0.5)])
    assert after.mean[0] < after.mean[1] < -2
    assert after.mean[1] == after.mean[2]
    # Against the two-component normal model worked out by its covariance matrix.
    prior = np.full((3, 3), 0.25) + np.diag(np.full(3, 0.24))
    gain = prior[:, 0] / (prior[0, 0] + 0.25)
    assert np.allclose(after.mean, -2 - gain)
    assert np.allclose(after.sd**2, np.diag(prior) - gain * prior[0])
    assert with_tests(known, []) is known


MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("decision", "around", "found"),
    [
        (None, {"today": date(2026, 3, 1)}, "coming"),
        (None, {}, "missed"),
        (None, {"seen": [(date(2026, 2, 1), PRICE)]}, "held"),
        (Status.EXECUTED, {"seen": [(MONDAY, PRICE)]}, "held"),
        (Status.EXECUTED, {"seen": [(MONDAY, PRICE), (date(2026, 3, 5), PRICE + 1)]}, "changed"),
        (Status.REJECTED, {}, "denied"),
        (Status.EXPIRED, {}, "expired"),
        (Status.CONFLICTED, {}, "failed"),
        (Status.PROPOSED, {"today": MONDAY}, "waiting"),
        (Status.APPROVED, {"today": MONDAY}, "under_way"),
        (None, {"today": MONDAY, "begun": 0}, "under_way"),
        (None, {"today": MONDAY, "begun": 0, "stopped": True}, "stopped"),
        (Status.EXECUTED, {"seen": [(MONDAY, PRICE)], "over": date(2026, 3, 8)}, "ended"),
        (Status.EXECUTED, {"seen": [(MONDAY, PRICE)], "over": date(2026, 3, 9)}, "held"),
        (Status.REJECTED, {"over": date(2026, 3, 3)}, "denied"),
        (None, {"over": date(2026, 2, 20)}, "ended"),
    ],
)
def test_what_became_of_a_week_is_told(decision, around, found):
    known = {"today": date(2026, 4, 1), "seen": [], "begun": 1, "over": None, "stopped": False}
    assert week_state(0, MONDAY, PRICE, decision, PriceSeen(**{**known, **around})) == found
