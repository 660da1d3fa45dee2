"""Flows: read with every problem named, arms that never change, lift that knows what it knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.core.flows import parsed
from royal_platform.commerce.decisions.model import (
    Autonomy,
    GateState,
    MandateState,
    MessageState,
    Policy,
    Ruling,
)
from royal_platform.commerce.decisions.rules import judge
from royal_platform.commerce.marketing.model import Arm, Place, Signal, Trigger
from royal_platform.commerce.marketing.rules import (
    FlowError,
    arm_of,
    due_step,
    enrolment_of,
    flow_of,
    is_drop,
    lift,
    step_after,
)
from royal_platform.commerce.marketing.service import mandate_proposal
from royal_platform.messaging.composing import template_names
from tests.unit.commerce.test_messages import NOON, proposal

PLAIN = {
    "flow": "hello", "name": "Hello", "trigger": "order_placed", "holdout_percent": 20,
    "horizon_days": 30, "per_day": 10, "total": 100, "window_days": 30,
    "steps": [{"id": "one", "wait": "1h", "template": "letter"},
              {"id": "two", "wait": "2d", "template": "letter"}],
}  # fmt: skip
FLOW = flow_of(PLAIN, ["letter"])


def test_a_flow_is_read() -> None:
    assert [step.wait for step in FLOW.steps] == [timedelta(hours=1), timedelta(days=2)]
    assert FLOW.stops_on_purchase
    assert flow_of({**PLAIN, "audience": "orders > 2"}, ["letter"]).audience is not None


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"flow": "Hello World"}, "flow is"), ({"trigger": "moon"}, "trigger is one of"),
        ({"holdout_percent": 0}, "holdout_percent"), ({"holdout_percent": True}, "holdout_percent"),
        ({"colour": "red"}, "colour"), ({"steps": []}, "steps is a list"),
        ({"audience": "orders >"}, "audience"), ({"stops_on_purchase": "yes"}, "stops_on_purchase"),
        ({"steps": [{"id": "a", "wait": "soon", "template": "letter"}]}, "wait is a number"),
        ({"steps": [{"id": "a", "wait": "1h", "template": "none"}]}, "template is one of"),
        ({"steps": [PLAIN["steps"][1], PLAIN["steps"][0]]}, "longer than"),
        ({"steps": [PLAIN["steps"][0], PLAIN["steps"][0]]}, "same id"),
        ({"steps": [{"id": "a", "wait": "99999d", "template": "letter"}]}, "at most 400"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(changes: dict, problem: str) -> None:
    with pytest.raises(FlowError, match=problem):
        flow_of({**PLAIN, **changes}, ["letter"])


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(FlowError) as told:
        flow_of({}, ["letter"])
    assert len(told.value.problems) == 9


def test_the_flows_an_installation_starts_with_are_flows() -> None:
    from orchestrator.core.flows import _shipped

    assert [parsed(text).id for _name, text in _shipped()] == [name for name, _ in _shipped()]
    assert {step.template for _n, text in _shipped() for step in parsed(text).steps} <= set(
        template_names()
    )


@given(st.text(min_size=1, max_size=20), st.integers(1, 90))
def test_an_arm_is_for_ever_and_a_larger_holdout_only_adds(customer: str, percent: int) -> None:
    arm = arm_of("f", customer, percent)
    assert arm_of("f", customer, percent) is arm
    if arm is Arm.HOLDOUT:
        assert arm_of("f", customer, percent + 1) is Arm.HOLDOUT


def test_arms_are_as_large_as_they_should_be_and_differ_between_flows() -> None:
    held = [number for number in range(10_000) if arm_of("f", str(number), 20) is Arm.HOLDOUT]
    assert 1_880 < len(held) < 2_120
    again = sum(arm_of("g", str(number), 20) is Arm.HOLDOUT for number in held)
    assert 0.15 < again / len(held) < 0.25


def test_of_several_overdue_steps_the_latest_is_sent() -> None:
    entered = datetime(2026, 11, 2, tzinfo=UTC)
    assert due_step(FLOW, entered, "one", entered + timedelta(hours=2)).id == "one"
    assert due_step(FLOW, entered, "one", entered + timedelta(days=3)).id == "two"
    assert due_step(FLOW, entered, "two", entered).id == "two"
    after = step_after(FLOW, "one")
    assert after is not None
    assert after.id == "two"
    assert step_after(FLOW, "two") is None


def test_lift_is_not_known_from_a_few_and_known_when_it_leaves_zero() -> None:
    few = lift([D(10)] * 30, [D(0)] * 5)
    assert not few.known
    assert few.estimate is None
    random = Random(1)
    buys = [D(random.choice([0, 0, 0, 50])) for _ in range(60)]
    same = lift(buys[:30], buys[30:])
    assert not same.known
    assert same.low is not None
    assert same.high is not None
    assert same.low < 0 < same.high
    clear = lift([D(40 + n % 5) for n in range(30)], [D(n % 5) for n in range(30)])
    assert clear.known
    assert clear.low is not None
    assert clear.low > 30


def test_the_interval_holds_the_true_difference_about_as_often_as_it_says() -> None:
    random = Random(7)
    held = 0
    for _ in range(300):
        treated = [D(50 if random.random() < 0.30 else 0) for _ in range(150)]
        holdout = [D(50 if random.random() < 0.20 else 0) for _ in range(150)]
        found = lift(treated, holdout)
        assert found.low is not None
        assert found.high is not None
        held += found.low <= D(5) <= found.high
    assert 0.91 < held / 300 < 0.99


@pytest.mark.parametrize(
    ("mandate", "ruling"),
    [
        (MandateState(None, 5, 100, 1, 10), Ruling.ALLOW),
        (MandateState(None, 100, 100, 1, 10), Ruling.ASK),
        (MandateState(None, 5, 100, 10, 10), Ruling.ASK),
        (MandateState("It was revoked.", 5, 100, 1, 10), Ruling.ASK),
    ],
)
def test_a_mandate_speaks_for_a_person_within_its_caps(mandate, ruling) -> None:
    message = MessageState(consent="subscribed", zones=("Europe/Berlin",), mandate=mandate)
    state = GateState(now=NOON, currency="EUR", autonomy=Autonomy.PROPOSE, message=message)
    assert judge(proposal(), Policy(), state).ruling is ruling
    # It never lifts what a customer said, nor an agent that only observes.
    denied = GateState(
        now=NOON, currency="EUR", message=MessageState(consent="unsubscribed", mandate=mandate)
    )
    assert judge(proposal(), Policy(), denied).ruling is Ruling.DENY
    watching = GateState(now=NOON, currency="EUR", autonomy=Autonomy.OBSERVE, message=message)
    assert judge(proposal(), Policy(), watching).ruling is Ruling.DENY


def test_a_mandate_is_always_a_persons_word() -> None:
    asked = mandate_proposal(FLOW, 1, "h", text="-", source="sandbox", now=NOON)
    state = GateState(now=NOON, currency="EUR", autonomy=Autonomy.AUTO)
    assert judge(asked, Policy(), state).ruling is Ruling.ASK
    wrong = mandate_proposal(FLOW, 0, "h", text="-", source="sandbox", now=NOON)
    assert judge(wrong, Policy(), state).ruling is Ruling.DENY


def test_a_wait_counts_from_the_expected_day_where_there_is_one() -> None:
    ordered, expected = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    signal = Signal(Trigger.ORDER_EXPECTED, "o1", "c1", ordered, {}, waits_from=expected)
    everybody = replace(FLOW, holdout_percent=0)
    entered = enrolment_of(everybody, 1, signal, outside=None)
    assert (entered.entered_at, entered.due_at) == (ordered, expected + timedelta(hours=1))
    assert entered.begins_at == expected
    outside = enrolment_of(everybody, 1, signal, outside="without_consent")
    assert (outside.arm, outside.due_at, outside.place) == (Arm.OUTSIDE, None, Place.STOPPED)


@given(st.decimals("0.01", "10000", places=2), st.integers(0, 100))
def test_a_price_fell_when_it_fell_by_a_twentieth(before: D, percent: int) -> None:
    now = before * (100 - percent) / 100
    assert is_drop(before, now) is (percent >= 5)


def test_a_campaign_says_its_authors_words() -> None:
    steps = [{"id": "one", "wait": "0m", "template": "campaign"}]
    words = {"title": "Open day", "body": "Come on Saturday."}
    campaign = {**PLAIN, "trigger": "campaign", "steps": steps, "says": words}
    assert flow_of(campaign, ["campaign"]).says == words
    for wrong in ({"title": ""}, {"link": "x"}, {"body": 3}, [], {"title": "x" * 121}):
        with pytest.raises(FlowError, match="says"):
            flow_of({**campaign, "says": wrong}, ["campaign"])
    with pytest.raises(FlowError, match="says"):
        flow_of({**campaign, "says": {}}, ["campaign"])
