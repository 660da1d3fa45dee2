"""A draft states only what its cited sources state, however either of them writes it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from royal_platform.commerce.language.model import Draft, FactKind, Passage
from royal_platform.commerce.language.rules import dangling, supported, ungrounded

ORDER = Passage(
    "order:1042",
    "Order #1042 of Anna Bakker, placed 2026-11-03T14:30:00+00:00, total € 1.234,50 for 3 pieces "
    "of Oak shelf 80 cm (SKU OAK-80). Tracking https://track.example.com/p/AB12?lang=nl",
    "sandbox",
)
POLICY = Passage("policy:returns", "Returns are free within 30 days of delivery.", "documents")


def missing(text: str, *cited: Passage, allowed: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    draft = Draft(text, tuple(each.id for each in cited))
    return [(u.kind.value, u.text) for u in ungrounded(draft, [ORDER, POLICY], allowed)]


@pytest.mark.parametrize(
    "text",
    [
        "Your order #1042 of 3 November 2026 came to €1,234.50 [1].",
        "Order 1042 of November 3rd: 1 234,50 euro for three pieces [1].",
        "Uw bestelling van 3 november (1.234,50) bevat drie stuks van OAK-80 [1].",
        "Placed at 14:30 on 03-11-2026; follow it at https://track.example.com/p/AB12?lang=nl. [1]",
        "Dear Anna Bakker, the Oak shelf is on its way [1].",
        "You can return it within 30 days [2].",
        "It was ３ pieces [1].",
        "1. It holds 3 pieces [1].\n2. Returns are free [2].",
    ],
)
def test_what_the_sources_say_is_grounded_in_any_notation(text: str) -> None:
    assert missing(text, ORDER, POLICY) == []


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("It came to €1,235 [1].", ("number", "1,235")),
        ("It came to 1234 euro [1].", ("number", "1234")),
        ("It has four pieces [1].", ("number", "four")),
        ("You get a 20% discount [1].", ("number", "20")),
        ("It was placed on 4 November 2026 [1].", ("date", "4 November 2026")),
        ("It was placed on 3 November 2025 [1].", ("date", "3 November 2025")),
        ("It was placed at 15:30 [1].", ("time", "15:30")),
        ("Your order is with Peter now [1].", ("name", "Peter")),
        ("Peter Smith has it [1].", ("name", "Peter")),
        ("It is OAK-81 [1].", ("code", "OAK-81")),
        ("See https://track.example.com/p/AB13 [1].", ("link", "https://track.example.com/p/AB13")),
        ("See track.examp1e.com [1].", ("link", "track.examp1e.com")),
        ("It was ４ pieces [1].", ("number", "4")),
        ("It was 1\u200b1 pieces [1].", ("number", "11")),
    ],
)
def test_what_they_do_not_say_is_named(text: str, fact: tuple[str, str]) -> None:
    assert fact in missing(text, ORDER, POLICY)


def test_a_sentence_rests_on_what_it_cites_not_on_another_source() -> None:
    assert missing("Returns are free within 30 days [1].", ORDER, POLICY) == [("number", "30")]
    assert missing("Returns are free within 30 days. [2]", ORDER, POLICY) == []
    assert missing("Returns are free within 30 days.", ORDER, POLICY) == []
    assert missing("Returns are free within 30 days.", ORDER) == [("number", "30")]


def test_a_figure_without_any_source_is_not_grounded() -> None:
    assert missing("You saved 12 euro.") == [("number", "12")]


def test_names_that_need_no_source_are_allowed() -> None:
    text = "It is here [1]. Greetings, Oakhouse Amsterdam"
    assert ("name", "Oakhouse") in missing(text, ORDER)
    assert missing(text, ORDER, allowed=("Oakhouse Amsterdam",)) == []


@pytest.mark.parametrize("begin", ["The", "Our", "With", "De", "Onze", "Met"])
def test_a_small_word_before_a_name_is_no_name(begin: str) -> None:
    source = Passage("p", "Oak shelf costs 60.00 EUR", "shop")
    assert ungrounded(Draft(f"{begin} Oak shelf: 60.00 EUR [1].", ("p",)), [source]) == ()
    [found] = ungrounded(Draft(f"{begin} Ikea shelf: 60.00 EUR [1].", ("p",)), [source])
    assert found.text == "Ikea"


def test_an_as_of_time_of_the_source_may_be_said() -> None:
    source = Passage("m", "Revenue 10", "sandbox", datetime(2026, 5, 4, 9, 5, tzinfo=UTC))
    draft = Draft("Revenue was 10 on 4 May 2026 at 09:05 [1].", ("m",))
    assert ungrounded(draft, [source]) == ()


def test_citations_that_lead_nowhere_are_named() -> None:
    assert dangling(Draft("Yes [1] and [3].", ("policy:returns", "nowhere")), [POLICY]) == (
        "nowhere", "[3]",
    )  # fmt: skip


def test_a_quote_stands_in_the_text_whatever_its_spacing() -> None:
    assert supported("OAK  shelf", "An oak\nshelf")
    assert not supported("", "An oak shelf")


def _dutch(value: Decimal) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


NOTATIONS = (
    lambda value: f"{value:,.2f}",
    lambda value: f"{value:.2f}",
    _dutch,
    lambda value: _dutch(value).replace(".", " "),
    lambda value: _dutch(value).replace(".", "\u202f"),
    lambda value: f"{value:,.2f}".replace(",", "’"),
)
amounts = st.decimals("0.01", "9999999.99", places=2)


@given(amounts, st.sampled_from(NOTATIONS), st.sampled_from(NOTATIONS))
def test_an_amount_is_itself_in_every_notation(value: Decimal, one, other) -> None:
    source = Passage("p", f"The total is € {one(value)} in all", "sandbox")
    draft = Draft(f"it came to {other(value)} euro [1].", ("p",))
    assert ungrounded(draft, [source]) == ()


@given(amounts, amounts, st.sampled_from(NOTATIONS), st.sampled_from(NOTATIONS))
def test_another_amount_is_never_grounded(value: Decimal, wrong: Decimal, one, other) -> None:
    assume(value != wrong)
    source = Passage("p", f"The total is € {one(value)} in all", "sandbox")
    found = ungrounded(Draft(f"it came to {other(wrong)} euro [1].", ("p",)), [source])
    assert [each.kind for each in found] == [FactKind.NUMBER]


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)))
def test_a_date_is_itself_in_every_notation(day: date) -> None:
    source = Passage("p", f"Delivered {day.isoformat()}", "sandbox")
    for written in (f"{day.day} {day:%B} {day.year}", f"{day:%B} {day.day}", f"{day:%d/%m/%Y}"):
        assert ungrounded(Draft(f"it came {written} [1].", ("p",)), [source]) == ()
    other = date.fromordinal(day.toordinal() + 13)
    assert ungrounded(Draft(f"it came {other.isoformat()} [1].", ("p",)), [source])
