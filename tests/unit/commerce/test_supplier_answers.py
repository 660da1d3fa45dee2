"""What is entered of a supplier's answer follows how the order stands, or is not taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.fulfilment.snags import snags
from royal_platform.commerce.suppliers.answers import Answer, Said, answered, can_say
from royal_platform.commerce.suppliers.model import (
    CLOSED,
    OrderLine,
    OrderRequest,
    OrderStatus,
    Recipient,
    SupplierOrder,
    Tracking,
)
from royal_platform.commerce.suppliers.replies import references_named
from royal_platform.suppliers.manual.document import customers_order
from royal_platform.suppliers.manual.letter import order_letter, order_text

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
PARCEL = Tracking("3SABCD1234567", "PostNL")
TO = Recipient("Łucja Żuk", "Kade 1", "Łódź", "90-001", "PL", phone="+48 1")
WANTED = OrderRequest("RE-77-1", (OrderLine("A-1", 2),), TO)
SAID = st.sampled_from(get_args(Said))
TRACKING = st.sampled_from([None, PARCEL])


def order(status: Any) -> SupplierOrder:
    return SupplierOrder("RE-77-1", "", status)


@given(st.lists(st.tuples(SAID, TRACKING), max_size=8))
def test_an_order_ends_once_and_a_parcels_number_is_never_lost(said: list[Any]) -> None:
    stands = order("unconfirmed")
    for word, tracking in said:
        after = answered(stands, Answer(word, tracking=tracking), NOW)
        if stands.status in CLOSED:
            assert after is None
        if after is None:
            continue
        assert word in can_say(stands.status)
        assert (after.tracking is None) == (stands.tracking is None and tracking is None)
        assert (after.status in {"shipped", "delivered"}) == (after.shipped_at is not None)
        stands = after


@given(st.sampled_from(get_args(OrderStatus)), SAID, TRACKING)
def test_a_parcels_number_goes_with_what_was_shipped_and_with_nothing_else(
    status: Any, said: Any, tracking: Any
) -> None:
    after = answered(order(status), Answer(said, tracking=tracking), NOW)
    taken = said in can_say(status) and (said == "shipped") == (tracking is not None)
    assert (after is not None) == taken


@pytest.mark.parametrize(("status", "days", "remedy"), [
    ("unconfirmed", 2, None), ("unconfirmed", 3, "cancel_and_reroute"),
    ("in_doubt", 0, "enter_answer"), ("cancel_asked", 30, "enter_answer"),
])  # fmt: skip
def test_who_may_still_send_it_is_asked_before_it_is_ordered_elsewhere(
    status: Any, days: int, remedy: str | None
) -> None:
    found = [each.remedy for each in snags(order(status), NOW, NOW + timedelta(days=days))]
    assert found == ([] if remedy is None else [remedy])


@pytest.mark.parametrize(("subject", "named"), [
    ("Re: Order RE-77-1", ("RE-77-1",)), ("re-77-12 and RE-77-12", ("RE-77-12",)),
    ("Re: 77-1", ()), ("CARE-77-1", ()),
])  # fmt: skip
def test_a_subject_names_orders_by_our_reference(subject: str, named: tuple[str, ...]) -> None:
    assert references_named(subject) == named


def test_the_letter_that_is_kept_holds_no_address_and_the_text_file_every_letter_of_it() -> None:
    kept = order_letter(WANTED, buyer="The shop")
    assert not any(part in f"{kept}" for part in ("Łucja", "Kade", "+48"))
    assert order_text(WANTED).splitlines()[-6:] == [
        "Deliver to:", "Łucja Żuk", "Kade 1", "90-001 Łódź", "PL", "+48 1",
    ]  # fmt: skip
    assert customers_order(WANTED, buyer="The shop", placed_at=NOW).startswith(b"%PDF-")
