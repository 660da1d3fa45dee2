"""What a supplier's order still serves when only a part of it comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.fulfilment.model import Trouble
from royal_platform.commerce.fulfilment.partials import has_left, missing, served
from royal_platform.commerce.fulfilment.snags import snags
from royal_platform.commerce.suppliers.model import StatedLine, SupplierOrder

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)
STATUSES = ("accepted", "stopped", "partial", "shipped", "delivered", "cancelled", "refused")


def ordered(*lines: tuple[str, str, int]) -> list[dict[str, object]]:
    return [
        {"line_id": line_id, "supplier_sku": sku, "quantity": units}
        for line_id, sku, units in lines
    ]


def stated(status: str, *lines: StatedLine, silent: bool = False) -> SupplierOrder:
    return SupplierOrder(
        "RE-1-1", "77", status, promised_at=NOW + 4 * DAY,  # type: ignore[arg-type]
        lines=None if silent else lines,
    )  # fmt: skip


FIVE = ordered(("l1", "A", 5))


@pytest.mark.parametrize(
    ("order", "coming", "gone", "left"),
    [
        (stated("partial", StatedLine("A", 3, 2)), 3, 2, True),
        (stated("partial", StatedLine("A", 2, 2)), 3, 2, False),
        (stated("partial", StatedLine("A", 3, 0)), 5, 0, False),
        (stated("partial", StatedLine("A", 0, 2)), 3, 2, False),
        (stated("partial", StatedLine("A", 0, 5)), 0, 5, False),
        (stated("partial", silent=True), 5, 0, False),
        (stated("partial", StatedLine("B", 0, 5)), 5, 0, False),
        (stated("partial", StatedLine("A", 4, 4)), 4, 1, True),
        (stated("shipped", StatedLine("A", 3, 2)), 3, 2, True),
        (stated("shipped", silent=True), 5, 0, True),
        (stated("cancelled", StatedLine("A", 3, 0)), 3, 2, False),
        (stated("cancelled", silent=True), 0, 5, False),
        (stated("refused", silent=True), 0, 5, False),
    ],
)
def test_what_left_or_is_promised_is_served_and_the_rest_is_missing(order, coming, gone, left):
    assert served(FIVE, order) == {"l1": coming}
    assert missing(FIVE, order) == ({"l1": gone} if gone else {})
    assert has_left(FIVE, order) is left


_UNITS = st.integers(0, 9)


@given(
    st.lists(st.tuples(st.sampled_from(("l1", "l2", "l3")), st.sampled_from("AB"),
                       st.integers(1, 9)), min_size=1, max_size=5),
    st.sampled_from(STATUSES),
    st.none() | st.lists(st.tuples(st.sampled_from("ABC"), _UNITS, _UNITS), max_size=4),
)  # fmt: skip
def test_units_served_and_missing_are_those_ordered_and_what_left_is_never_missing(
    lines, status, told
):
    placed = ordered(*lines)
    order = stated(status, *(StatedLine(*each) for each in told or ()), silent=told is None)
    coming, gone = served(placed, order), missing(placed, order)
    for line_id in coming:
        units = sum(each["quantity"] for each in placed if each["line_id"] == line_id)
        assert coming[line_id] + gone.get(line_id, 0) == units
        assert coming[line_id] >= 0
    for sku in "AB":
        shipped = sum(n for name, n, _ in told or () if name == sku)
        units = sum(each["quantity"] for each in placed if each["supplier_sku"] == sku)
        alone = [each for each in placed if each["supplier_sku"] == sku]
        assert sum(served(alone, order).values()) >= min(shipped, units)


@pytest.mark.parametrize(
    ("order", "remedy"),
    [
        (stated("partial", silent=True), "ask_supplier"),
        (stated("partial", StatedLine("A", 3, 0)), "await_rest"),
        (stated("partial", StatedLine("A", 3, 2)), "reroute_rest"),
        (stated("accepted", StatedLine("A", 0, 2)), "reroute_rest"),
    ],
)
def test_what_is_done_about_the_rest_is_by_what_the_supplier_says_of_it(order, remedy):
    [found] = snags(order, NOW, NOW + DAY)
    assert (found.trouble, found.remedy) == (Trouble.PARTIAL, remedy)


def test_a_late_partial_order_is_never_cancelled_and_ordered_anew_as_a_whole():
    found = list(snags(stated("partial", silent=True), NOW, NOW + 40 * DAY))
    assert [each.trouble for each in found] == [Trouble.PARTIAL, Trouble.LATE]
    assert "cancel_and_reroute" not in {each.remedy for each in found}
