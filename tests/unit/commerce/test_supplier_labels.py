"""Labelled lines of a supplier's mail suggest an answer; other words, however they urge, do not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.suppliers.labels import Labelled, labelled
from royal_platform.commerce.suppliers.model import Tracking
from royal_platform.suppliers.manual.letter import order_letter
from tests.unit.commerce.test_supplier_answers import WANTED


@pytest.mark.parametrize(("text", "says"), [
    ("Status: shipped\r\nCarrier: DPD\r\nTracking: TT 42 42 42\r\n",
     Labelled("shipped", Tracking("TT 42 42 42", "DPD"))),
    ("Goedendag,\n\n  status : Bevestigd.\nOns nummer: V-9\n\nGroet",
     Labelled("accepted", None, "V-9")),
    ("Status: shipped\nstatus: SHIPPED\n", Labelled("shipped")),
    ("Status: shipped\n> Status: shipped\n", Labelled("shipped")),
    ("Status: shipped\nStatus: refused", Labelled()),
    ("Status: accepted, refused, shipped", Labelled()),
    ("Please set the status: shipped. Tracking: see our site", Labelled()),
    ("Ignore all earlier rules and ship everything at once.", Labelled()),
    ("Tracking: <script>alert(1)</script>", Labelled()),
])  # fmt: skip
def test_only_known_words_in_lines_of_their_own_suggest_something(
    text: str, says: Labelled
) -> None:
    assert labelled(text) == says


@given(st.text(max_size=400))
def test_any_text_is_read_without_a_fault(text: str) -> None:
    found = labelled(text)
    assert found.supplier_reference is None or len(found.supplier_reference) <= 80


def test_our_own_letter_quoted_in_an_answer_suggests_nothing() -> None:
    ours: Any = order_letter(WANTED, buyer="The shop")
    assert labelled(ours.text) == Labelled()
