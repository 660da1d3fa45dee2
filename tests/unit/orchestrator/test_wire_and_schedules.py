"""What the engine stores comes back equal; cron lines are read in the store's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict, Invalid
from orchestrator.core.engine import JsonSerializer
from orchestrator.core.schedules import check_cron, next_due
from orchestrator.core.wire import StepFailed

leaves = (
    st.none() | st.booleans() | st.integers() | st.text()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.dates() | st.datetimes(timezones=st.just(UTC))
)  # fmt: skip
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=2), inner, min_size=2),
    max_leaves=20,
)


@given(values)
def test_what_is_stored_comes_back_equal(value: object) -> None:
    serializer = JsonSerializer()
    assert serializer.deserialize(serializer.serialize(value)) == value


def test_an_error_of_ours_comes_back_as_its_kind() -> None:
    serializer = JsonSerializer()
    error = serializer.deserialize(serializer.serialize(Conflict("No.", remedy="Do.")))
    assert isinstance(error, Conflict)
    assert (error.detail, error.remedy) == ("No.", "Do.")


def test_a_strangers_error_comes_back_as_a_failed_step() -> None:
    serializer = JsonSerializer()
    error = serializer.deserialize(serializer.serialize(ZeroDivisionError("by zero")))
    assert isinstance(error, StepFailed)
    assert "ZeroDivisionError: by zero" in error.detail


def test_what_has_no_json_form_is_named() -> None:
    with pytest.raises(Invalid, match="object"):
        JsonSerializer().serialize({"a": object()})


def test_a_cron_line_is_read_in_the_stores_zone() -> None:
    after = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    assert next_due("0 6 * * *", after, "Europe/Berlin") == datetime(2026, 7, 2, 4, 0, tzinfo=UTC)
    winter = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    assert next_due("0 6 * * *", winter, "Europe/Berlin") == datetime(2026, 1, 2, 5, 0, tzinfo=UTC)


def test_a_clock_change_fires_each_day_once() -> None:
    fired: list[date] = []
    moment = datetime(2026, 10, 23, 0, 0, tzinfo=UTC)
    for _ in range(4):
        moment = next_due("30 2 * * *", moment, "Europe/Berlin")
        fired.append(moment.date())
    assert len(set(fired)) == 4


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))
def test_the_next_time_is_always_later(after: datetime) -> None:
    assert next_due("15 3 * * 1", after, "America/New_York") > after


@pytest.mark.parametrize("line", ["", "nonsense", "* * * *", "99 * * * *", "* * * * * *"])
def test_a_wrong_cron_line_is_refused(line: str) -> None:
    with pytest.raises(Invalid, match="cron"):
        check_cron(line)


def test_money_is_not_rounded_on_the_way() -> None:
    serializer = JsonSerializer()
    assert str(serializer.deserialize(serializer.serialize(Decimal("89.10")))) == "89.10"
