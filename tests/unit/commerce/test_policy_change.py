"""A change of the policy: what it says, who must agree, and that it never judges itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.decisions.limits import (
    NAMES,
    contradiction,
    difference,
    told,
    unit_of,
    widened,
    with_limits,
)
from royal_platform.commerce.decisions.model import (
    Autonomy,
    Evidence,
    GateState,
    Policy,
    Ruling,
)
from royal_platform.commerce.decisions.policy_change import PolicyRequest, policy_proposal
from royal_platform.commerce.decisions.rules import changes, judge, persons_needed

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
SAFE = Policy()
_WHOLE = st.integers(0, 1000)
_DECIMALS = st.decimals(0, 10_000, places=2)
POLICIES = st.builds(
    Policy,
    margin_floor_percent=_DECIMALS, price_step_max_percent=_DECIMALS, cooldown_days=_WHOLE,
    actions_per_day=_WHOLE, spend_per_day=_DECIMALS, unit_cost_max=st.none() | _DECIMALS,
    two_persons_above=st.none() | _DECIMALS, risk_auto_max=st.floats(0, 0.5),
    risk_deny_min=st.floats(0.5, 1), price_ending=st.sampled_from([None, ".99", ".95"]),
    messages_per_week=_WHOLE, quiet_from_hour=st.integers(0, 23),
    quiet_to_hour=st.integers(0, 23),
)  # fmt: skip


def asked(before: Policy = SAFE, **limits: object):
    after = replace(before, **limits)  # type: ignore[arg-type]
    said = Evidence("Asked for", "/limit", "", "person", "ada", NOW)
    request = PolicyRequest(
        "person", before, 3, after, "EUR", "ada asks to", "a sale", said, "person"
    )  # fmt: skip
    return policy_proposal(request, now=NOW)


def state(**changed: object) -> GateState:
    return GateState(NOW, "EUR", autonomy=Autonomy.AUTO, **changed)  # type: ignore[arg-type]


def rules_of(verdict):
    return {hit.rule: hit.ruling for hit in verdict.hits}


def test_it_says_what_changes_from_what_in_which_unit_and_how_it_is_undone():
    made = asked(margin_floor_percent=D("12.5"), spend_per_day=D(9000))
    lines = {each.field: (each.now, each.proposed, each.unit) for each in changes(made)}
    assert lines == {
        "margin_floor_percent": ("15", "12.5", "percent"),
        "spend_per_day": ("5000", "9000", "EUR"),
    }
    assert made.precondition == {"margin_floor_percent": "15", "spend_per_day": "5000"}
    assert made.inverse.arguments == {"limits": made.precondition, "currency": "EUR"}
    assert "Agents may do more than before: margin_floor_percent, spend_per_day." in made.rationale
    assert "Because: a sale." in made.rationale
    assert "do nothing that they may not do now" in asked(cooldown_days=9).rationale
    with pytest.raises(ValueError, match="in force already"):
        asked()


@pytest.mark.parametrize("name", NAMES)
def test_every_limit_survives_the_way_into_arguments_and_back(name: str):
    assert with_limits(Policy(), {name: told(Policy(), name)}) == Policy()


@given(POLICIES, POLICIES)
def test_the_difference_put_on_one_policy_gives_the_other(before: Policy, after: Policy):
    assert with_limits(before, difference(before, after)) == after
    assert with_limits(after, difference(after, before)) == before


@given(POLICIES, POLICIES)
def test_no_policy_lets_a_change_of_itself_pass_without_a_person(before: Policy, after: Policy):
    if before == after:
        return
    made = asked(before, **{name: getattr(after, name) for name in NAMES})
    verdict = judge(made, before, state())
    assert verdict.ruling is not Ruling.ALLOW
    # Nor may one lock its owner out: only what contradicts itself is denied.
    assert (verdict.ruling is Ruling.DENY) == (contradiction(after) is not None)


@given(POLICIES, POLICIES)
def test_what_widens_one_way_and_stays_wide_does_not_widen_back(before: Policy, after: Policy):
    both = set(widened(before, after)) & set(widened(after, before))
    assert both <= {"quiet_from_hour", "quiet_to_hour"}


@pytest.mark.parametrize(
    ("limits", "wider"),
    [
        ({"margin_floor_percent": D(10)}, True), ({"margin_floor_percent": D(20)}, False),
        ({"unit_cost_max": None}, True), ({"unit_cost_max": D(5)}, False),
        ({"cooldown_days": 1}, True), ({"risk_deny_min": 0.9}, True),
        ({"quiet_from_hour": 23}, True), ({"quiet_from_hour": 20}, False),
        ({"payment_fee_percent": D(1)}, False), ({"price_ending": ".99"}, False),
    ],
)  # fmt: skip
def test_which_change_gives_agents_more_room(limits: dict[str, object], wider: bool):
    assert bool(widened(SAFE, replace(SAFE, **limits))) is wider  # type: ignore[arg-type]


@pytest.mark.parametrize(("amount", "persons"), [(D(20_000), 2), (None, 2), (D(5000), 1)])
def test_the_rule_of_two_persons_is_weakened_by_two(amount: D | None, persons: int):
    made = asked(two_persons_above=amount)
    assert persons_needed(made, SAFE) == persons
    verdict = judge(made, SAFE, state())
    assert ("policy.two_persons" in rules_of(verdict)) is (persons == 2)
    assert persons_needed(asked(replace(SAFE, two_persons_above=None), cooldown_days=1), SAFE) == 1


def test_a_stop_of_the_store_leaves_the_policy_open_and_a_stop_of_who_asks_does_not():
    made = asked(cooldown_days=9)
    assert judge(made, SAFE, state(stopped=("store", "all"))).ruling is Ruling.ASK
    assert judge(made, SAFE, state(stopped=("agent:person",))).ruling is Ruling.DENY
    assert judge(made, SAFE, state(stopped=("agent:pricing",))).ruling is Ruling.ASK


@pytest.mark.parametrize(
    "arguments",
    [
        {}, {"limits": {}}, {"limits": None}, {"limits": ["cooldown_days"]},
        {"limits": {"cooldown": 3}}, {"limits": {"cooldown_days": True}},
        {"limits": {"cooldown_days": -1}}, {"limits": {"cooldown_days": "1.5"}},
        {"limits": {"spend_per_day": None}}, {"limits": {"spend_per_day": "NaN"}},
        {"limits": {"risk_auto_max": "2"}}, {"limits": {"cooldown_days": {"a": 1}}},
        {"limits": {"cooldown_days": 3}, "currency": "USD"},
    ],
)  # fmt: skip
def test_what_is_no_limit_is_denied_before_anything_is_compared(arguments: dict[str, object]):
    made = replace(asked(cooldown_days=9), arguments={"currency": "EUR", **arguments})
    assert judge(made, SAFE, state()).ruling is Ruling.DENY
    assert persons_needed(made, SAFE) == 1


def test_limits_that_contradict_each_other_are_denied():
    low = asked(price_band_low_percent=D(140))
    assert rules_of(judge(low, SAFE, state()))["policy.sound"] is Ruling.DENY
    wide = replace(SAFE, price_band_high_percent=D(200))
    assert judge(low, wide, state()).ruling is Ruling.ASK, "judged with the policy in force"
    assert judge(asked(risk_auto_max=0.9), SAFE, state()).ruling is Ruling.DENY


def test_a_persons_undo_asks_nobody_else_unless_it_weakens_the_rule_of_two():
    assert judge(asked(cooldown_days=3), SAFE, state(is_revert=True)).ruling is Ruling.ALLOW
    weaker = judge(asked(two_persons_above=None), SAFE, state(is_revert=True))
    assert weaker.ruling is Ruling.ASK


def test_an_expired_wish_is_denied():
    late = GateState(NOW + timedelta(days=8), "EUR")
    assert rules_of(judge(asked(cooldown_days=9), SAFE, late))["expiry"] is Ruling.DENY


def test_units():
    units = {name: unit_of(name, "EUR") for name in NAMES}
    assert units["two_persons_above"] == "EUR"
    assert units["cooldown_days"] == "days"
    assert units["messages_per_week"] == "messages"
    assert units["quiet_to_hour"] == "o'clock"
    assert units["risk_auto_max"] == "index 0-1"
    assert units["price_ending"] == ""
