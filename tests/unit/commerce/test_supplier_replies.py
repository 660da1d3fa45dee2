"""A supplier's mail is found by the number in its subject, and parcels in it by carriers' forms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.suppliers.replies import orders_named, parcels_in

ORDER = "po_0199c3b2a4f0123456789ab"


@pytest.mark.parametrize(
    ("subject", "found"),
    [
        (f"Re: Purchase order {ORDER}", (ORDER,)), (f"RE: {ORDER.upper()}", (ORDER,)),
        (f"{ORDER} / {ORDER}", (ORDER,)), ("Re: your order", ()), (f"x{ORDER}", ()),
        (f"{ORDER}0", ()),
    ],
)  # fmt: skip
def test_an_order_is_found_by_its_whole_number(subject: str, found: tuple[str, ...]) -> None:
    assert orders_named(subject) == found


@pytest.mark.parametrize(
    ("text", "number", "carrier"),
    [
        ("Sent with PostNL: 3SABCD1234567.", "3SABCD1234567", "PostNL"),
        ("UPS 1Z999AA10123456784 today", "1Z999AA10123456784", "UPS"),
        ("dhl JVGL0612345678901234", "JVGL0612345678901234", "DHL"),
        ("post RR473124829FI", "RR473124829FI", None),
    ],
)
def test_a_parcel_is_known_by_its_carriers_form(
    text: str, number: str, carrier: str | None
) -> None:
    [parcel] = parcels_in(text)
    assert (parcel.number, parcel.carrier, parcel.url) == (number, carrier, None)


@pytest.mark.parametrize("text", ["RR473124828FI", "invoice 20261127", "ean 8712345678906", ""])
def test_what_is_no_parcel_number_is_not_taken_for_one(text: str) -> None:
    assert parcels_in(text) == ()


@given(st.text(max_size=300))
def test_any_text_names_at_most_five_parcels_that_stand_in_it(text: str) -> None:
    found = parcels_in(text)
    assert len(found) <= 5
    assert all(each.number in text for each in found)


@given(st.integers(0, 99_999_999))
def test_one_check_digit_of_ten_makes_a_postal_number(digits: int) -> None:
    right = [last for last in range(10) if parcels_in(f"RB{digits:08d}{last}NL")]
    assert len(right) == 1
