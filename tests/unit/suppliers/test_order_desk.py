"""An order at a desk as its answer states it: what cannot be read is unknown, the rest goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.suppliers.desk.mapping import order_of
from royal_platform.suppliers.schemas import DeskSettings

SETTINGS = DeskSettings(url="https://desk.example")
TIMES = ("promised_at", "shipped_at", "delivered_at")


def stated(**more: object):
    document = {"id": "7", "reference": "so-1", "status": "shipped", **more}
    return order_of(document, SETTINGS, ZoneInfo("UTC"))


@pytest.mark.parametrize("name", TIMES)
def test_an_unreadable_time_is_unknown_and_the_order_goes_on(name: str):
    others = {each: "2026-05-01T10:00:00Z" for each in TIMES if each != name}
    found = stated(**others, **{name: "next tuesday"}, tracking={"number": "T-1"})
    assert (found.status, found.tracking.number) == ("shipped", "T-1")
    assert getattr(found, name) is None
    assert {getattr(found, each) for each in others} == {datetime(2026, 5, 1, 10, tzinfo=UTC)}
    assert len(found.unread) == 1
    assert found.unread[0].startswith(f"unknown {name}: ")


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_text_for_a_time_rejects_an_order(promised: str, delivered: str):
    found = stated(promised_at=promised, delivered_at=delivered)
    assert found.status == "shipped"
    assert len(found.unread) == sum(
        bool(text) and getattr(found, name) is None
        for name, text in (("promised_at", promised), ("delivered_at", delivered))
    )


def test_times_that_can_be_read_are_no_fault():
    found = stated(promised_at="2026-05-03", shipped_at="2026-05-01T10:00:00")
    assert found.promised_at == datetime(2026, 5, 3, 23, 59, 59, tzinfo=UTC)
    assert found.unread == ()
