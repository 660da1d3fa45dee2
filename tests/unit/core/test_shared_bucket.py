"""The shared bucket never hands out more than there is, and lets what is urgent go first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.resilience.shared_bucket import Ask, Bucket, Stated, draw

NOW = datetime(2026, 11, 26, tzinfo=UTC)
FULL = Bucket(NOW, maximum=2000.0, restore=100.0, available=2000.0)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_an_unknown_bucket_lets_one_through_until_it_is_stated() -> None:
    bucket, first = draw(Bucket(NOW), Ask(900), NOW)
    assert first.granted is None
    bucket, other = draw(bucket, Ask(900), NOW)
    assert other.granted == 0
    assert other.pause > 0
    bucket, _ = draw(bucket, Ask(0, stated=Stated(2000, 1100, 100)), NOW)
    bucket, other = draw(bucket, Ask(900), NOW)
    assert (other.granted, bucket.available) == (900, 200)


@pytest.mark.parametrize("later", [0.0, 6.0], ids=["nothing was stated", "it died"])
def test_who_went_to_see_and_says_nothing_does_not_hold_up_the_rest(later: float) -> None:
    bucket, _ = draw(Bucket(NOW), Ask(100), NOW)
    if not later:
        bucket, _ = draw(bucket, Ask(0), NOW)
    _, next_one = draw(bucket, Ask(100), after(later))
    assert next_one.granted is None


def test_what_others_took_is_not_given_again_by_an_older_statement() -> None:
    bucket, _ = draw(FULL, Ask(1500, urgent=True), NOW)
    bucket, answer = draw(bucket, Ask(600, stated=Stated(2000, 1990, 100)), NOW)
    assert answer.granted == 0
    assert answer.pause == pytest.approx(1.0)


def test_others_wait_while_something_urgent_does() -> None:
    empty = Bucket(NOW, maximum=2000.0, restore=100.0, available=0.0)
    bucket, urgent = draw(empty, Ask(50, urgent=True), NOW)
    assert urgent.pause == pytest.approx(0.5)
    bucket, other = draw(bucket, Ask(10), after(0.4))
    assert other.granted == 0
    bucket, urgent = draw(bucket, Ask(50, urgent=True), after(0.5))
    assert urgent.granted == 50
    _, other = draw(bucket, Ask(10), after(0.61))
    assert other.granted == 10


def test_an_urgent_caller_that_died_does_not_hold_up_the_rest() -> None:
    empty = Bucket(NOW, maximum=2000.0, restore=100.0, available=0.0)
    bucket, _ = draw(empty, Ask(50, urgent=True), NOW)
    _, other = draw(bucket, Ask(10), after(1))
    assert other.granted is not None
    assert other.granted >= 10


ASKS = st.lists(
    st.tuples(
        st.floats(0, 3),
        st.floats(1, 3000),
        st.booleans(),
        st.none() | st.floats(0, 2000),
    ),
    max_size=40,
)


@given(ASKS)
def test_more_than_was_there_and_came_back_is_never_granted(asks) -> None:
    bucket, moment, granted = FULL, 0.0, 0.0
    for pause, wanted, urgent, stated in asks:
        moment += pause
        told = None if stated is None else Stated(2000, stated, 100)
        bucket, answer = draw(bucket, Ask(wanted, urgent=urgent, stated=told), after(moment))
        assert answer.granted is not None
        assert (answer.granted > 0) != (answer.pause > 0)
        granted += answer.granted
        assert -1e-6 <= bucket.available <= 2000
        assert granted <= 2000 + moment * 100 + 1e-3
