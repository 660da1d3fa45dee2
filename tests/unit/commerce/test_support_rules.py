"""When an answer is due, in the business hours of the store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.decisions.support import reply_id
from royal_platform.commerce.support.model import (
    Channel,
    Draft,
    Sentiment,
    Thread,
    ThreadStatus,
    Triage,
    Urgency,
)
from royal_platform.commerce.support.rules import (
    BusinessHours,
    ParcelSent,
    Promise,
    can_change,
    clockwork,
    due_at,
    escalation,
    is_late,
    seems_lost,
    wants_cancel,
)
from royal_platform.commerce.support.service import Words, reply_proposal

BERLIN = BusinessHours("Europe/Berlin")
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("came", "hours", "due"),
    [
        # Inside a day; over an evening; from the night; over a week-end.
        ("2026-11-25T10:00+01:00", 4, "2026-11-25T14:00+01:00"),
        ("2026-11-25T15:00+01:00", 4, "2026-11-26T11:00+01:00"),
        ("2026-11-25T03:00+01:00", 4, "2026-11-25T13:00+01:00"),
        ("2026-11-27T16:00+01:00", 4, "2026-11-30T12:00+01:00"),
        ("2026-11-25T09:00+01:00", 24, "2026-11-27T17:00+01:00"),
        # The clocks go back on the Sunday between: a working hour stays one.
        ("2026-10-23T16:00+02:00", 2, "2026-10-26T10:00+01:00"),
    ],
)
def test_an_answer_is_due_after_so_many_hours_of_business(came: str, hours: int, due: str) -> None:
    assert due_at(_utc(came), hours, BERLIN) == _utc(due)


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)),
    st.integers(1, 200),
)
def test_what_is_due_is_due_while_the_shop_is_open_and_later_than_it_came(
    naive: datetime, hours: int
) -> None:
    came = naive.replace(tzinfo=UTC)
    due = due_at(came, hours, BERLIN)
    local = due.astimezone(ZoneInfo("Europe/Berlin"))
    assert due >= came + timedelta(hours=hours)
    assert local.weekday() < 5
    assert 9 <= local.hour < 17 or (local.hour, local.minute) == (17, 0)


def test_a_shop_that_never_opens_promises_plain_hours() -> None:
    never = BusinessHours("UTC", weekdays=frozenset())
    came = datetime(2026, 11, 25, tzinfo=UTC)
    assert due_at(came, 4, never) == came + timedelta(hours=4)


def test_a_thread_is_late_once_a_promise_is_broken_and_stays_so() -> None:
    came = _utc("2026-11-25T10:00+01:00")
    clock = clockwork(came, Promise(), BERLIN)
    assert not is_late(clock, came)
    assert is_late(clock, clock.first_response_due_at + timedelta(minutes=1))


@given(
    st.sampled_from(["not_received", "order_status", "refund", "unsure"]),
    st.sampled_from(["en", "und"]), st.floats(0, 1), st.booleans(), st.booleans(),
    st.integers(0, 30),
)  # fmt: skip
def test_a_parcel_seems_lost_only_when_it_left_is_missed_overdue_and_not_paid_back(
    intent: str, language: str, confidence: float, whole: bool, paid_back: bool, days: int
) -> None:
    now = datetime(2026, 3, 4, 9, tzinfo=UTC)
    triage = Triage("m1", language, intent, Sentiment.NEUTRAL, Urgency.NORMAL, confidence)
    sent = ParcelSent(now - timedelta(days=days), whole, paid_back)
    expected = (
        intent == "not_received" and language == "en" and whole and not paid_back and days >= 14
    )
    assert seems_lost(triage, sent, now) is expected
    assert not seems_lost(None, sent, now)
    assert not seems_lost(triage, None, now)


def _thread(triage: Triage) -> Thread:
    return Thread(
        "t1", Channel.MAIL, ThreadStatus.OPEN, "Hello", "Ann", "ann@home.test", "c1", "o1", NOW,
        NOW, NOW, clockwork(NOW, Promise(), BERLIN), triage,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("intent", "sentiment", "urgency", "reason"),
    [
        ("order_status", "neutral", "unsure", None),
        ("order_status", "negative", "normal", None),
        ("order_status", "negative", "high", "The customer is upset and it is urgent."),
        ("order_status", "negative", "unsure", "The customer is upset and it may be urgent."),
        ("unsure", "neutral", "normal", "What the customer wants was not understood."),
    ],
)
def test_what_is_understood_is_answered_and_the_rest_is_a_persons(
    intent: str, sentiment: str, urgency: str, reason: str | None
) -> None:
    # The examples' own threshold says what is understood: its confidence may be below a half.
    triage = Triage("m1", "en", intent, Sentiment(sentiment), Urgency(urgency), 0.4)
    found = escalation(
        _thread(triage), triage, "Where is it?", has_answer=True, must_act=False, now=NOW
    )
    assert (None if found is None else found.reason) == reason


@pytest.mark.parametrize(("confidence", "asks"), [(0.39, True), (0.49, True), (0.5, False)])
def test_an_answer_to_what_was_read_with_little_confidence_is_never_sent_alone(
    confidence: float, asks: bool
) -> None:
    triage = Triage("m1", "en", "return", Sentiment.NEUTRAL, Urgency.LOW, confidence)
    draft = Draft("d1", "t1", "m1", "Here is how.", "en", (), "macro:return", NOW)
    words = Words("m1", "m1", "Here is how.", "en")
    proposal = reply_proposal(_thread(triage), words, {"answers": "m1"}, now=NOW, draft=draft)
    assert proposal.subject.id == reply_id("t1", "m1")
    assert (proposal.risk.score > 0.4) is asks


@pytest.mark.parametrize(("language", "must_act", "words"), [
    ("en", True, "can still be changed"), ("de", False, "is not answered here: de"),
    ("nl", False, None),
])  # fmt: skip
def test_what_words_do_not_do_and_what_nobody_can_write_is_a_persons(
    language: str, must_act: bool, words: str | None
) -> None:
    triage = Triage("m1", language, "cancel", Sentiment.NEUTRAL, Urgency.NORMAL, 0.9)
    found = escalation(
        _thread(triage), triage, "Stop it", has_answer=True, must_act=must_act, now=NOW
    )
    assert (found is None) if words is None else (found is not None and words in found.reason)


@given(
    st.sampled_from(["cancel", "address_change", "refund", "unsure"]), st.booleans(),
    st.booleans(),
)  # fmt: skip
def test_only_an_order_of_which_nothing_left_or_was_paid_back_is_cancelled_for_a_wish(
    intent: str, begun: bool, paid_back: bool
) -> None:
    triage = Triage("m1", "en", intent, Sentiment.NEUTRAL, Urgency.NORMAL, 0.9)
    sent = ParcelSent(NOW, False, paid_back, begun)
    assert wants_cancel(triage, sent) is (intent == "cancel" and not begun and not paid_back)
    assert can_change(triage, sent) is (intent in {"cancel", "address_change"} and not begun)
    assert not wants_cancel(None, sent)
    assert not can_change(triage, None)
