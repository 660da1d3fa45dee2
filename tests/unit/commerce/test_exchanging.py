"""Which variant a customer wants instead: named by their words, in stock, and by nothing less."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.support.exchanging import ExchangeableLine, Variant, wanted_of

PRICE = Decimal("79.95")


def line(bought: str, *others: str, ident: str = "l1", units: int = 1) -> ExchangeableLine:
    variants = tuple(Variant(f"{ident}:{title}", title, PRICE, 4) for title in others)
    return ExchangeableLine(ident, "Halter", f"{ident}:{bought}", bought, units, PRICE, variants)


SIZES = line("M", "S", "L", "XL")
SHOES = line("42", "41", "43")
WORDS = line("Small", "Medium", "Large")
BOTH = line("M / Blue", "L / Blue", "M / Red", "L / Red")


@pytest.mark.parametrize(
    ("text", "bought", "wanted"),
    [
        ("I would like the L instead of the M.", SIZES, "L"),
        ("Please exchange for an xl", SIZES, "XL"),
        ("De schoenen zijn te klein, ik wil graag 43 in plaats van 42.", SHOES, "43"),
        ("It is too small, do you have the medium?", WORDS, "Medium"),
        ("Is er een L?", BOTH, "L / Blue"),
        ("Could I have it in red?", BOTH, "M / Red"),
        ("Could I have the L, in red?", BOTH, "L / Red"),
        # Nothing is named, or it says what it is and not what is wanted.
        ("It's too large", WORDS, None),
        ("Das ist zu large", WORDS, None),
        ("One size up please", SIZES, None),
        # "It's" is no S, and a price or an order is no size.
        ("It's about #43", SHOES, None),
        ("it's wrong", SIZES, None),
        # Two are named.
        ("Do you have L or XL?", SIZES, None),
        ("The M does not fit", SIZES, None),
    ],
)
def test_a_variant_is_wanted_when_it_alone_is_named(
    text: str, bought: ExchangeableLine, wanted: str | None
) -> None:
    found = wanted_of(text, [bought])
    assert (None if found is None else found[1].title) == wanted


def test_what_is_not_there_or_of_two_lines_or_of_two_units_is_a_persons_to_choose() -> None:
    text = "L please"
    assert wanted_of(text, [SIZES]) is not None
    gone = tuple(replace(each, available=0) for each in SIZES.others)
    assert wanted_of(text, [replace(SIZES, others=gone)]) is None
    endless = tuple(replace(each, available=None) for each in SIZES.others)
    assert wanted_of(text, [replace(SIZES, others=endless)]) is not None
    assert wanted_of(text, [SIZES, line("M", "L", ident="l2")]) is None
    assert wanted_of(text, [SIZES, line("42", "43", ident="l2")]) is not None
    assert wanted_of(text, [replace(SIZES, units=2)]) is None
    assert wanted_of(text, []) is None


@given(
    st.lists(st.sampled_from(("L", "M", "xl", "43", "red", "too", "instead", "#43", "it's"))),
    st.lists(st.integers(0, 1), min_size=3, max_size=3),
)
def test_whatever_is_written_only_what_is_sold_and_in_stock_goes_out(
    words: list[str], stock: list[int]
) -> None:
    lines = [
        replace(each, others=tuple(replace(one, available=n) for one in each.others))
        for each, n in zip((SIZES, SHOES, BOTH), stock, strict=True)
    ]
    found = wanted_of(" ".join(words), lines)
    assert found is None or (found[1] in found[0].others and found[1].available == 1)
