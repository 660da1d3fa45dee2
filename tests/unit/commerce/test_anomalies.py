"""Expected days, surprising ones among many, and what drives them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from royal_platform.commerce.analytics import holidays
from royal_platform.commerce.analytics.anomalies import surprising
from royal_platform.commerce.analytics.drivers import Split, driver, powers, surprises
from royal_platform.commerce.analytics.expectation import (
    MIN_DAYS,
    expected_last,
    quantile,
    two_sided,
)
from royal_platform.commerce.analytics.outlook import MIN_WEEKS, outlook
from royal_platform.commerce.forecasting.model import Floats

FIRST = date(2025, 1, 13)
WEEK = np.array([1.0, 0.9, 0.95, 1.0, 1.2, 1.6, 0.7])


def days(length: int, first: date = FIRST) -> list[date]:
    return [first + timedelta(days=i) for i in range(length)]


def series(seed: int, length: int, level: float = 200.0) -> Floats:
    chance = np.random.default_rng(seed)
    usual = level * WEEK[[day.weekday() for day in days(length)]]
    return np.asarray(chance.poisson(usual) * np.exp(chance.normal(0, 0.05, length)))


def test_the_tail_is_that_of_the_tables() -> None:
    for score, freedom in ((3.182, 3), (2.776, 4), (2.447, 6), (2.228, 10), (2.042, 30)):
        assert two_sided(score, freedom) == pytest.approx(0.05, abs=2e-4)
        assert quantile(0.975, freedom) == pytest.approx(score, abs=1e-3)
    # Beyond where rounding would end it the tail goes on falling.
    assert 0 < two_sided(400.0, 4) < two_sided(40.0, 4) < 1e-5


@given(st.integers(0, 10_000), st.sampled_from([120, 200, 430]))
@settings(max_examples=25, deadline=None)
def test_an_ordinary_day_is_ordinary_and_a_doubled_one_is_not(seed: int, length: int) -> None:
    values = series(seed, length)
    usual = expected_last(days(length), values)
    assert usual is not None
    assert usual.low < usual.value < usual.high
    values[-1] = usual.value * 2
    odd = expected_last(days(length), values)
    assert odd is not None
    assert odd.probability < 0.01
    assert odd.value == pytest.approx(usual.value), "the day that is judged bends nothing"


@given(st.integers(0, 10_000), st.floats(0.01, 1000))
@settings(max_examples=15, deadline=None)
def test_the_unit_of_a_metric_changes_nothing(seed: int, unit: float) -> None:
    values = series(seed, 150)
    one, other = expected_last(days(150), values), expected_last(days(150), values * unit)
    assert one is not None
    assert other is not None
    assert other.value == pytest.approx(one.value * unit, rel=1e-6)
    assert other.probability == pytest.approx(one.probability, rel=1e-4)


def test_false_alarms_come_as_often_as_is_said() -> None:
    found = [expected_last(days(150), series(seed, 150)) for seed in range(300)]
    told = np.array([each.probability for each in found if each is not None])
    assert len(told) == 300
    assert 0.06 <= (told < 0.1).mean() <= 0.15
    assert (told < 0.01).mean() <= 0.03


def test_past_outliers_and_gaps_bend_nothing() -> None:
    values = series(3, 200)
    plain = expected_last(days(200), values)
    values[[20, 77, 150]] *= 6
    values[[40, 41, 42]] = np.nan
    bent = expected_last(days(200), values)
    assert plain is not None
    assert bent is not None
    assert bent.value == pytest.approx(plain.value, rel=0.04)


def test_what_cannot_be_judged_is_not() -> None:
    values = series(1, 200)
    assert expected_last(days(MIN_DAYS), values[:MIN_DAYS]) is None
    assert expected_last(days(200), np.append(values[:-1], np.nan)) is None
    assert expected_last(days(200), np.where(np.arange(200) % 3, 0.0, values)) is None
    assert expected_last(days(200), np.full(200, 5.0)) is None
    # A first Black Friday is like no day before it; the second has one to be compared with.
    friday = holidays.HOLIDAYS["black_friday"](2026)
    for length, known in ((200, False), (600, True)):
        until = days(length, friday - timedelta(days=length - 1))
        assert (expected_last(until, series(2, length)) is not None) is known


def test_a_quotient_of_few_is_less_sure() -> None:
    chance = np.random.default_rng(4)
    many = np.full(160, 400.0)
    rate = chance.binomial(400, 0.2, 160) / 400
    few = many.copy()
    few[-1] = 10.0
    sure, unsure = (expected_last(days(160), rate, each) for each in (many, few))
    assert sure is not None
    assert unsure is not None
    assert unsure.high - unsure.low > 3 * (sure.high - sure.low)


def test_holidays_fall_where_calendars_say() -> None:
    assert holidays.holiday_of(date(2026, 11, 27)) == "black_friday"
    assert holidays.holiday_of(date(2027, 3, 29)) == "easter_monday"
    assert holidays.holiday_of(date(2026, 7, 1)) is None
    assert holidays.flags(days(365)).sum() == len(holidays.HOLIDAYS)


# -- many at once

chances = st.lists(st.floats(0, 1) | st.just(float("nan")), max_size=40)


@given(chances)
def test_what_is_told_is_less_probable_than_what_is_not(found: list[float]) -> None:
    told = surprising(found)
    assert not told[np.isnan(np.array(found, dtype=float))].any()
    if told.any():
        assert np.nanmax(np.array(found)[told]) <= 0.05
        rest = [p for p, is_told in zip(found, told, strict=True) if not is_told and p == p]
        assert all(p >= np.max(np.array(found)[told]) for p in rest)


@given(chances, st.integers(0, 39))
def test_a_less_probable_day_is_told_no_less(found: list[float], place: int) -> None:
    if not found or found[place % len(found)] != found[place % len(found)]:
        return
    before = surprising(found)
    found[place % len(found)] /= 10
    assert (surprising(found) >= before).all()


def test_chance_alone_is_told_on_fewer_days_than_is_said() -> None:
    chance = np.random.default_rng(8)
    days_told = sum(surprising(list(chance.random(14))).any() for _ in range(2000))
    assert days_told / 2000 <= 0.05


# -- drivers

amounts = st.lists(st.floats(0, 1e6), min_size=2, max_size=8)


@given(amounts, st.data())
def test_powers_sum_to_the_whole_and_surprise_is_never_negative(
    actual: list[float], data: st.DataObject
) -> None:
    size = len(actual)
    expected = data.draw(st.lists(st.floats(0, 1e6), min_size=size, max_size=size))
    split = Split(tuple(map(str, range(size))), np.array(actual), np.array(expected))
    found = powers(split)
    if np.isfinite(found).all():
        assert found.sum() == pytest.approx(1.0)
    assert (surprises(split.actual, split.expected) >= 0).all()
    assert surprises(split.actual, split.expected).sum() <= np.log(2) + 1e-9


def test_the_dimension_in_which_one_value_moved_is_named() -> None:
    country = Split(("NL", "BE", "DE"), np.array([10.0, 50.0, 52.0]), np.array([60.0, 50.0, 50.0]))
    kind = Split(("new", "old"), np.array([34.0, 78.0]), np.array([50.0, 110.0]))
    found = driver({"customer": kind, "country": country})
    assert found is not None
    assert (found.dimension, [cause.key for cause in found.causes]) == ("country", ["NL"])
    assert found.power == pytest.approx(50 / 48)


def test_a_quotient_is_driven_by_the_value_whose_own_quotient_moved() -> None:
    split = Split(
        ("shelf", "table"), np.array([2.0, 30.0]), np.array([2.0, 5.0]),
        np.array([100.0, 100.0]), np.array([100.0, 100.0]),
    )  # fmt: skip
    found = driver({"product": split})
    assert found is not None
    assert [cause.key for cause in found.causes] == ["table"]
    assert found.causes[0].actual == pytest.approx(0.3)


def test_where_everything_moved_alike_nothing_is_named_alone() -> None:
    parts = np.full(20, 5.0)
    assert driver({"product": Split(tuple(map(str, range(20))), parts * 2, parts)}) is None
    assert driver({"country": Split(("NL",), np.array([9.0]), np.array([5.0]))}) is None


# -- the outlook


def test_weeks_are_foretold_with_their_days() -> None:
    values = series(6, 300)
    found = outlook(days(300), values)
    assert found is not None
    assert found.weeks.starts[0] == days(300)[-1] - timedelta(days=5)
    assert (found.weeks.low <= found.weeks.expected).all()
    assert (found.days.low <= found.days.expected).all()
    assert (found.days.expected <= found.days.high).all()
    by_week = found.days.expected.reshape(-1, 7).sum(axis=1)
    assert by_week == pytest.approx(found.weeks.expected)
    assert found.days.expected[5] > found.days.expected[6], "Saturdays sell more than Sundays"


def test_a_short_past_foretells_nothing() -> None:
    assert outlook(days(7 * MIN_WEEKS - 1), series(1, 7 * MIN_WEEKS - 1)) is None
    assert outlook([], np.empty(0)) is None
