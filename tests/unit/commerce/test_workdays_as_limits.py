"""Working days and days off, as a merchant types them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.decisions.limits import changed, told, with_limits
from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.decisions.workdays import NAMES, days_off, weekdays


@given(st.sets(st.sampled_from(range(7)), min_size=1), st.randoms())
def test_days_are_read_back_in_the_weeks_order(days: set[int], dice: object) -> None:
    typed = [NAMES[day].title() for day in days]
    dice.shuffle(typed)  # type: ignore[attr-defined]
    policy = changed(Policy(), "working_days", ", ".join(typed))
    assert weekdays(policy.working_days) == days
    assert policy.working_days == " ".join(NAMES[day] for day in sorted(days))
    assert with_limits(Policy(), {"working_days": told(policy, "working_days")}) == policy


@given(st.sets(st.dates(), min_size=1, max_size=100))
def test_days_off_are_dates(days: set[date]) -> None:
    typed = " ".join(day.isoformat() for day in days)
    policy = changed(Policy(), "closed_days", typed)
    assert policy.closed_days is not None
    assert days_off(policy.closed_days) == days
    assert changed(policy, "closed_days", "none").closed_days is None


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("working_days", "none"), ("working_days", "monday"), ("working_days", " , "),
        ("closed_days", "christmas"), ("closed_days", "2026-02-30"),
        ("closed_days", "2026-01-01 " * 101), ("order_cutoff_hour", "24"),
        ("own_transit_days", "-1"),
    ],
)  # fmt: skip
def test_what_is_no_day_is_refused(name: str, typed: str) -> None:
    with pytest.raises(ValueError, match=name.partition("_")[0]):
        changed(Policy(), name, typed)
