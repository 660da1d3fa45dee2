"""A flow tried on a month that was: what would have gone out, and what would have stopped it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.marketing.model import Signal, Trigger
from royal_platform.commerce.marketing.rehearsal import Outcome, rehearse
from tests.unit.commerce.test_marketing import FLOW

START = datetime(2026, 11, 1, 9, tzinfo=UTC)
END = START + timedelta(days=30)
# One hour and two days; nobody is held out.
EVERYBODY = replace(FLOW, holdout_percent=0, horizon_days=5)


def signal(customer: str, hours: int) -> Signal:
    at = START + timedelta(hours=hours)
    return Signal(Trigger.ORDER_PLACED, f"{customer}-{hours}", customer, at, {})


def outcomes(*signals: Signal, **known: dict) -> list[Outcome]:
    found = rehearse(
        known.get("flow", EVERYBODY), signals, known.get("bought", {}), known.get("sent", {}),
        known.get("agreed", {"ann", "bob"}), until=END, per_week=known.get("per_week", 3),
    )  # fmt: skip
    return [each.outcome for each in found]


def test_each_step_is_due_and_a_purchase_stops_those_after_it() -> None:
    assert outcomes(signal("ann", 0)) == [Outcome.SENT, Outcome.SENT]
    bought = {"ann": [START + timedelta(hours=5)]}
    assert outcomes(signal("ann", 0), bought=bought) == [Outcome.SENT, Outcome.BOUGHT]
    late = int(timedelta(days=29) / timedelta(hours=1))
    assert outcomes(signal("ann", late)) == [Outcome.SENT, Outcome.TO_COME]


def test_caps_say_what_they_would_have_stopped() -> None:
    real = {"ann": [START - timedelta(days=1), START - timedelta(hours=2)]}
    assert outcomes(signal("ann", 0), sent=real) == [Outcome.SENT, Outcome.WEEKLY_CAP]
    few = replace(EVERYBODY, per_day=1, steps=EVERYBODY.steps[:1])
    assert outcomes(signal("ann", 0), signal("bob", 0), flow=few) == [
        Outcome.SENT, Outcome.DAILY_CAP,
    ]  # fmt: skip


def test_who_did_not_agree_gets_nothing_and_is_no_part_of_the_holdout() -> None:
    held = replace(EVERYBODY, holdout_percent=50, steps=EVERYBODY.steps[:1])
    people = [signal(f"p{number}", 0) for number in range(20)]
    told = outcomes(*people, flow=held, agreed={"p1", "p2"})
    assert Counter(told)[Outcome.WITHOUT_CONSENT] == 18


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 700)), unique=True, max_size=30))
def test_nobody_gets_more_in_any_week_than_the_policy_allows(given_: list) -> None:
    signals = [signal(customer, hours) for customer, hours in given_]
    found = rehearse(EVERYBODY, signals, {}, {}, set("abc"), until=END, per_week=2)
    sent = [each for each in found if each.outcome is Outcome.SENT]
    for each in sent:
        week = [one for one in sent if one.customer_id == each.customer_id
                and each.due_at - timedelta(days=7) < one.due_at <= each.due_at]  # fmt: skip
        assert len(week) <= 2
    days = Counter(each.due_at.date() for each in sent)
    assert max(days.values(), default=0) <= EVERYBODY.per_day
