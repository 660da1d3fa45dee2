"""Messages: sent once, with consent, outside quiet hours, within the allowance."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.decisions.model import (
    Autonomy,
    GateState,
    Inverse,
    MessageState,
    Policy,
    Proposal,
    Risk,
    Ruling,
    Subject,
)
from royal_platform.commerce.decisions.rules import judge
from royal_platform.commerce.messages.model import Context
from royal_platform.commerce.messages.rules import (
    is_quiet,
    message_id,
    next_moment,
    send_arguments,
)

NOON = datetime(2026, 11, 2, 11, tzinfo=UTC)
FREE = MessageState(consent="subscribed", zones=("Europe/Berlin",))


def proposal(purpose: str = "marketing", **changes) -> Proposal:
    arguments = {
        **send_arguments(customer_id="c", flow="f", step="s", template="letter", purpose=purpose),
        **changes,
    }
    return Proposal(
        agent_id="marketing_automation", kind="message.send",
        subject=Subject("message", message_id("c", "f", "s"), "A letter"), arguments=arguments,
        precondition={}, evidence=(), rationale="", prediction=None, risk=Risk(0.0), cost=None,
        money_at_stake=None, inverse=Inverse(None, None, ""), expires_at=NOON + timedelta(days=1),
    )  # fmt: skip


def rules(told: Proposal, message: MessageState | None, now: datetime = NOON) -> set[str]:
    state = GateState(now=now, currency="EUR", autonomy=Autonomy.AUTO, message=message)
    verdict = judge(told, Policy(), state)
    return {hit.rule for hit in verdict.hits if hit.ruling is Ruling.DENY}


def test_a_message_that_breaks_no_rule_is_allowed() -> None:
    assert rules(proposal(), FREE) == set()


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        (replace(FREE, exists=True), "message.repeated"),
        (replace(FREE, consent="not_subscribed"), "message.consent"),
        (replace(FREE, consent="unknown"), "message.consent"),
        (replace(FREE, suppressed="unsubscribed"), "message.suppressed"),
        (replace(FREE, marketing_week=3), "message.per_week"),
        (replace(FREE, today=500), "message.per_day"),
        (replace(FREE, zones=("America/New_York",)), "message.quiet_hours"),
        (replace(FREE, zones=("Europe/Berlin", "America/New_York")), "message.quiet_hours"),
    ],
)
def test_each_rule_denies(message: MessageState, rule: str) -> None:
    assert rules(proposal(), message) == {rule}


@pytest.mark.parametrize("cause", [None, "unsubscribed", "complained"])
def test_an_orders_own_notice_needs_no_consent_and_no_free_hour(cause: str | None) -> None:
    message = replace(FREE, consent="unsubscribed", suppressed=cause, marketing_week=9)
    assert rules(proposal("transactional"), message, NOON + timedelta(hours=12)) == set()


def test_a_dead_mailbox_gets_nothing() -> None:
    assert rules(proposal("transactional"), replace(FREE, suppressed="bounced"))


@pytest.mark.parametrize(
    "changes",
    [
        {"step": "other"}, {"customer_id": 7}, {"purpose": "urgent"}, {"template": ""},
        {"context": {"password": "x"}}, {"context": {"title": 3}}, {"context": "text"},
        {"context": {"lines": [{"title": "Oak"}]}},
    ],
)  # fmt: skip
def test_malformed_messages_are_denied(changes: dict) -> None:
    assert rules(proposal(**changes), FREE) == {"arguments.invalid"}


def test_nothing_known_of_the_customer_is_denied() -> None:
    assert rules(proposal(), None) == {"arguments.invalid"}


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)),
    st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]),
    st.integers(0, 23), st.integers(0, 23),
)  # fmt: skip
def test_the_next_moment_is_not_quiet_and_not_before(at, zone, begin, end) -> None:
    now = at.replace(tzinfo=UTC)
    found = next_moment(now, (zone,), begin, end)
    assert found >= now
    assert found - now <= timedelta(days=1)
    assert not is_quiet(found, (zone,), begin, end)


def test_a_message_is_the_same_message_for_the_same_three() -> None:
    assert message_id("1", "a", "b") == message_id("1", "a", "b")
    assert (
        len({message_id("1", "a", "b"), message_id("1", "ab", ""), message_id("1a", "", "b")}) == 3
    )


def test_a_context_takes_only_what_templates_know() -> None:
    told = Context.of({"order": "#1", "lines": [{"title": "Oak", "quantity": 2, "price": "9 EUR"}]})
    assert told.lines[0].quantity == 2
    with pytest.raises(ValueError, match="knows no"):
        Context.of({"html": "<script>"})
