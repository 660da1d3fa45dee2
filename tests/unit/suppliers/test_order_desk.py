"""An order at a desk as its answer states it: what cannot be read is unknown, the rest goes on."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.suppliers.model import StatedLine
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


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([{"sku": "A", "shipped": 3, "cancelled": 2}], (StatedLine("A", 3, 2),)),
        ([{"sku": "A", "shipped": "3"}, {"sku": "B", "cancelled": 1}],
         (StatedLine("A", 3, 0), StatedLine("B", 0, 1))),
        ([{"sku": "A", "quantity": 5}], None),
        ([{"sku": "A", "shipped": 3}, {"sku": "B"}], None),
        (["A"], None),
        ([], None),
    ],
)  # fmt: skip
def test_what_became_of_the_lines_is_read_where_it_is_told_of_each(lines, expected):
    found = stated(status="partial", lines=lines)
    assert (found.lines, found.unread) == (expected, ())


def test_lines_are_found_where_the_settings_say():
    settings = DeskSettings(
        url="https://desk.example",
        response={"lines": "items", "line_sku": "article.no", "line_shipped": "sent",
                  "line_gone": "backorder"},
    )  # fmt: skip
    document = {
        "id": "7", "reference": "so-1", "status": "partial",
        "items": [{"article": {"no": 12}, "sent": 1, "backorder": 4}],
    }  # fmt: skip
    assert order_of(document, settings, ZoneInfo("UTC")).lines == (StatedLine("12", 1, 4),)


@pytest.mark.parametrize("line", [
    {"sku": "A", "shipped": -1}, {"sku": "A", "cancelled": True}, {"sku": "A", "shipped": "some"},
    {"shipped": 2},
])  # fmt: skip
def test_lines_that_cannot_be_read_are_unknown_and_the_order_goes_on(line):
    found = stated(status="partial", lines=[line], tracking={"number": "T-1"})
    assert (found.lines, found.tracking.number) == (None, "T-1")
    assert found.unread[0].startswith("unknown what became of its lines: ")
