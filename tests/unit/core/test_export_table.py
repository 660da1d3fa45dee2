"""One rule for every table that leaves: no cell is a formula, and no text is lost."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.export.table import as_csv, opens_formula, safe_cell

OPENERS = "=+-@＝＋－＠﹦﹢﹣﹫−"
UNSEEN = " \t\r\n\u00a0\u200b\ufeff\u202e\u2066\u0000\x1f\U000e0041"
cells = st.text(max_size=12) | st.builds(
    "".join,
    st.tuples(
        st.text(UNSEEN, max_size=4), st.sampled_from(OPENERS), st.text("A1()!|cmd'\" ", max_size=8)
    ),
)


@settings(max_examples=300)
@given(st.lists(cells, min_size=1, max_size=4))
def test_no_text_of_a_cell_is_a_formula_and_none_is_lost(row: list[str]) -> None:
    table = as_csv(["a"] * len(row), [row], byte_order_mark=False)
    _, back = csv.reader(io.StringIO(table, newline=""))
    for given_text, cell in zip(row, back, strict=True):
        assert cell in {given_text, f"'{given_text}"}
        seen = "".join(c for c in cell if not c.isspace() and unicodedata.category(c)[0] != "C")
        assert not unicodedata.normalize("NFKC", seen).startswith(("=", "+", "-", "@", "−"))
        assert not cell.startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize("before", ["", " ", "\t", "\u200b", "\u202e", "\ufeff"])
def test_every_opener_is_known_behind_whatever_cannot_be_seen(opener: str, before: str) -> None:
    assert opens_formula(f"{before}{opener}1")
    assert safe_cell(f"{before}{opener}1") == f"'{before}{opener}1"


@pytest.mark.parametrize("text", ["", " ", "\u200b", "Oak", "a=1", "1-2", "'=1", "mail@shop"])
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


def test_numbers_and_days_of_our_own_stay_what_they_are() -> None:
    row = [Decimal("-1.50"), None, -2, date(2026, 1, 31)]
    table = as_csv(["a", "b", "c", "d"], [row], byte_order_mark=False)
    assert table == "a,b,c,d\r\n-1.50,,-2,2026-01-31\r\n"


def test_a_spreadsheet_is_told_that_it_is_utf8() -> None:
    assert as_csv(["a"], []).startswith("\ufeff")


def test_a_header_can_be_no_formula_either() -> None:
    assert as_csv(["=1"], [], byte_order_mark=False) == "'=1\r\n"
