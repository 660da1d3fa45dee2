"""Codes: how deep they may be, and that no code ever leaves less than the margin's floor."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.decisions.model import (
    Autonomy,
    CostToServe,
    GateState,
    MandateState,
    Policy,
    Proposal,
)
from royal_platform.commerce.decisions.rules import judge
from royal_platform.commerce.marketing.model import Arm, Enrolment, Offer, Place
from royal_platform.commerce.marketing.offers import (
    Good,
    Stakes,
    code_of,
    depth,
    discount_proposal,
)
from tests.unit.commerce.test_marketing import FLOW

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
OFFER = Offer(15, 7)
IN = Enrolment("hello:o1", "hello", 1, "o1", "c1", Arm.TREATED, NOW, Place.WAITING, "one", NOW, {})
MANDATE = MandateState(None, 0, 100, 0, 10)
NOTHING = {"v1": CostToServe()}
amounts = st.decimals("1", "500", places=2)


def stakes(price: D = D(60), cost: D | None = D(20), at_risk: D = D(200)) -> Stakes:
    return Stakes((Good("v1", price, cost, 1),), at_risk, "-")


def proposal(found: Stakes, percent: int) -> Proposal:
    step = replace(FLOW.steps[0], offer=OFFER)
    return discount_proposal(
        FLOW, IN, step, found, percent=percent, code=code_of("s", "hello", IN.id, "one"), days=7,
        mandate_id="m", source="sandbox", currency="EUR", now=NOW,
    )  # fmt: skip


def verdict(found: Stakes, percent: int, tax: D = D("0.21")) -> str:
    state = GateState(
        now=NOW, currency="EUR", autonomy=Autonomy.PROPOSE, tax_rate=tax, mandate=MANDATE
    )
    return judge(proposal(found, percent), Policy(), state).ruling.value


def test_a_code_gives_a_tenth_of_what_is_at_risk_within_flow_and_margin() -> None:
    assert depth(OFFER, stakes(), NOTHING, Policy()) == 15
    assert depth(OFFER, stakes(at_risk=D(48)), NOTHING, Policy()) == 8
    assert depth(OFFER, stakes(at_risk=D(12)), NOTHING, Policy()) is None
    assert depth(OFFER, stakes(cost=D(45)), NOTHING, Policy()) == 8
    assert depth(OFFER, stakes(cost=None), NOTHING, Policy()) is None
    assert depth(OFFER, Stakes((), D(100), "-"), NOTHING, Policy()) is None


@given(amounts, amounts, amounts, st.sampled_from([D(0), D("0.09"), D("0.21")]))
def test_what_is_offered_is_never_refused_for_its_margin(
    price: D, cost: D, at_risk: D, tax: D
) -> None:
    found = stakes(price, cost, at_risk)
    percent = depth(OFFER, found, {"v1": CostToServe(tax)}, Policy())
    if percent is None:
        return
    assert verdict(found, percent, tax) == "allow"
    policy, left = Policy(), price * (100 - percent) / 100
    net = left / (1 + tax)
    margin = net - left * policy.payment_fee_percent / 100 - policy.payment_fee_fixed - cost
    assert margin * 100 >= policy.margin_floor_percent * net - D("0.0001")


def test_the_gate_refuses_what_leaves_too_little_and_asks_where_a_cost_is_unknown() -> None:
    assert verdict(stakes(cost=D(45)), 15) == "deny"
    assert verdict(stakes(cost=None), 10) == "ask"
    wrong = replace(proposal(stakes(), 10), subject=replace(proposal(stakes(), 10).subject, id="X"))
    state = GateState(now=NOW, currency="EUR", mandate=MANDATE)
    assert judge(wrong, Policy(), state).ruling.value == "deny"
    for name, value in (("percent", 51), ("percent", True), ("variants", []), ("ends_at", "soon"),
                        ("ends_at", (NOW + timedelta(days=90)).isoformat())):  # fmt: skip
        told = proposal(stakes(), 10)
        bad = replace(told, arguments={**told.arguments, name: value})
        assert judge(bad, Policy(), state).ruling.value == "deny", (name, value)


def test_a_code_is_of_one_step_of_one_customer() -> None:
    codes = {code_of("s", "f", who, step) for who in ("a", "b") for step in ("x", "y")}
    assert len(codes) == 4
    assert code_of("s", "f", "a", "x") in codes
