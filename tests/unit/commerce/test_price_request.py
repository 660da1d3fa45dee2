"""A price somebody asks for is a proposal like any other: bound, undoable, and never alone."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.decisions.limits import NAMES, changed
from royal_platform.commerce.decisions.model import Autonomy, GateState, Policy, Ruling
from royal_platform.commerce.decisions.rules import judge
from royal_platform.commerce.pricing.request import (
    ASSISTANT,
    PriceRequest,
    Voice,
    Wording,
    price_proposal,
)
from royal_platform.commerce.shared.model import Money

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CENTS = st.integers(1, 10_000_000).map(lambda cents: Decimal(cents) / 100)


def request(now: Decimal, wanted: Decimal, voice: Voice = Voice.PERSON) -> PriceRequest:
    return PriceRequest(
        product_id="1", variant_id="2", title="Oak shelf", price_now=Money(now, "EUR"),
        unit_cost=Money(Decimal(1) / 100, "EUR"), wanted=wanted,
        asked=Wording(voice, "Ada", '/price "Oak shelf" 9'), reason="Too dear", evidence=(),
    )  # fmt: skip


@given(now=CENTS, wanted=CENTS, voice=st.sampled_from(Voice))
def test_no_autonomy_lets_a_wish_act_alone(now: Decimal, wanted: Decimal, voice: Voice) -> None:
    policy = Policy()
    proposal = price_proposal(request(now, wanted, voice), policy, now=NOW)
    state = GateState(
        now=NOW, currency="EUR", autonomy=Autonomy.AUTO, price_now=now,
        unit_cost=Decimal(1) / 100,
    )  # fmt: skip
    verdict = judge(proposal, policy, state)
    assert verdict.ruling is not Ruling.ALLOW
    assert proposal.agent_id == ASSISTANT
    assert proposal.provenance == voice.provenance
    assert proposal.prediction is None
    assert policy.risk_auto_max < proposal.risk.score < policy.risk_deny_min
    assert sum(each.contribution for each in proposal.risk.factors) == pytest.approx(
        proposal.risk.score
    )


def test_it_says_who_asked_for_what_and_how_it_is_undone() -> None:
    proposal = price_proposal(request(Decimal("10.00"), Decimal("9.50")), Policy(), now=NOW)
    assert proposal.rationale == (
        "Ada asks to lower the price from 10.00 EUR to 9.50 EUR (-5.0 %). Because: Too dear. "
        "Nothing was predicted: no method weighed this price."
    )
    assert proposal.inverse.arguments == {**proposal.arguments, "price": "10.00"}
    assert proposal.precondition == {"price": "10.00", "unit_cost": "0.01"}
    assert proposal.evidence[0].value == '/price "Oak shelf" 9'


@pytest.mark.parametrize(
    ("voice", "begins", "label", "provenance"),
    [
        (Voice.PERSON, "Ada asks to lower", "Asked for", "person"),
        (Voice.CONVERSATION, "AIRA proposes, in a conversation with Ada, to lower",
         "Said in the conversation", "model"),
        (Voice.MCP, "An MCP client with Ada's token asks to lower", "Called over MCP", "model"),
    ],
)  # fmt: skip
def test_a_models_idea_is_not_a_persons(
    voice: Voice, begins: str, label: str, provenance: str
) -> None:
    made = price_proposal(request(Decimal(10), Decimal(9), voice), Policy(), now=NOW)
    assert made.rationale.startswith(begins)
    assert (made.evidence[0].label, made.provenance) == (label, provenance)


@given(name=st.sampled_from(NAMES), text=st.text(max_size=40))
def test_a_limit_is_changed_as_typed_or_refused(name: str, text: str) -> None:
    try:
        found = changed(Policy(), name, text)
    except ValueError as error:
        assert str(error)  # noqa: PT017 - either outcome is right, each has its sentence
        return
    for other in NAMES:
        if other != name:
            assert getattr(found, other) == getattr(Policy(), other)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("price_step_max_percent", "8 %", Decimal(8)), ("cooldown_days", " 3 ", 3),
        ("risk_auto_max", "0.3", 0.3), ("unit_cost_max", "none", None),
        ("price_ending", ".95", ".95"), ("spend_per_day", "0", Decimal(0)),
    ],
)  # fmt: skip
def test_limits(name: str, text: str, value: object) -> None:
    assert getattr(changed(Policy(), name, text), name) == value
