"""Files of spend and rates: read whole or not at all, and never a formula."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.export.table import opens_formula
from royal_platform.commerce.analytics.imports import Rate, Spend, read_rates, read_spend

TODAY = date(2026, 3, 10)
spend_of = partial(read_spend, refuses=opens_formula)
rates_of = partial(read_rates, refuses=opens_formula)
HEADER = "day,channel,currency,amount\n"


def test_spend_is_read_with_columns_in_any_order() -> None:
    read = spend_of(
        "\ufeffChannel,Amount,day,currency\nads,12.5,2026-03-01,EUR\n\n",
        TODAY,
    )
    assert read.rows == (Spend(date(2026, 3, 1), "ads", "EUR", Decimal("12.5")),)
    assert read.faults == ()


FAULTY = {
    "2026-03-11,ads,EUR,1": "has not come",
    "01-03-2026,ads,EUR,1": "not a day",
    "20260301,ads,EUR,1": "not a day",
    "2026-03-01,ads,eur,1": "not a currency",
    "2026-03-01,ads,EUR,-1": "formula",
    "2026-03-01,ads,EUR,NaN": "not an amount",
    "2026-03-01,ads,EUR,1e3": "not an amount",
    '2026-03-01,ads,EUR,"1,000.00"': "not an amount",
    "2026-03-01,ads,EUR,1.00001": "decimals",
    "2026-03-01,,EUR,1": "characters",
    "2026-03-01,=cmd()|x,EUR,1": "formula",
    "2026-03-01,@sum,EUR,1": "formula",
    "2026-03-01,＝cmd()|x,EUR,1": "formula",
    "2026-03-01,\u200b=cmd()|x,EUR,1": "formula",
    "2026-03-01,a\x00b,EUR,1": "printed",
    "2026-03-01,ads,EUR": "3 cells",
    '2026-03-01,"ads,EUR,1': "not CSV",
}


@pytest.mark.parametrize(("line", "reason"), FAULTY.items())
def test_a_faulty_line_is_named_and_nothing_is_read(line: str, reason: str) -> None:
    read = spend_of(f"{HEADER}2026-03-01,mail,EUR,5\n{line}\n", TODAY)
    assert read.rows == ()
    assert [fault.line for fault in read.faults] == [3]
    assert reason in read.faults[0].reason


def test_a_day_and_channel_that_stand_there_twice_are_a_fault() -> None:
    read = spend_of(HEADER + "2026-03-01,ads,EUR,5\n2026-03-01,ads,EUR,6\n", TODAY)
    assert "twice" in read.faults[0].reason
    assert spend_of("day,amount\n", TODAY).faults[0].line == 1
    assert spend_of("", TODAY).faults[0].line == 1


def test_rates_have_eight_places_and_two_currencies() -> None:
    read = rates_of("day,base,quote,rate\n2026-03-01,JPY,EUR,0.00623456\n", TODAY)
    assert read.rows == (Rate(date(2026, 3, 1), "JPY", "EUR", Decimal("0.00623456")),)
    for line in ("2026-03-01,EUR,EUR,1", "2026-03-01,EUR,USD,0", "2026-03-01,EUR,USD,0.0"):
        assert rates_of(f"day,base,quote,rate\n{line}\n", TODAY).rows == ()


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader_and_no_row_holds_a_formula(text: str) -> None:
    for given_text in (text, HEADER + text, f"{HEADER}2026-03-01,{text},EUR,1"):
        read = spend_of(given_text, TODAY)
        assert not (read.rows and read.faults)
        for row in read.rows:
            assert row.channel[0] not in "=+-@\t\r"
            assert row.amount >= 0
