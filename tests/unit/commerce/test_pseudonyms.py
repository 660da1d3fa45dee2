"""No personal value survives hiding, and restoring gives back the very same text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.language.folding import folded
from royal_platform.commerce.language.model import PersonalField, PersonalValue
from royal_platform.commerce.language.pseudonyms import TOKEN, Pseudonyms

ANNA = PersonalValue(PersonalField.NAME, "Anna de Bakker")
STREET = PersonalValue(PersonalField.ADDRESS, "Lange Leidsedwarsstraat 12-2")


def knowing(*values: PersonalValue) -> Pseudonyms:
    names = Pseudonyms()
    names.learn(values)
    return names


def test_the_same_person_is_the_same_token_throughout() -> None:
    names = knowing(ANNA)
    assert names.hide("Anna de Bakker wrote.") == "{NAME_1} wrote."
    assert (
        names.hide("Ask ANNA DE BAKKER, then anna de bakker.") == "Ask {NAME_1_2}, then {NAME_1_3}."
    )
    assert names.hide("Anna de Bakker again") == "{NAME_1} again"


@pytest.mark.parametrize(
    ("written", "hidden"),
    [
        ("Dear Anna,", "Dear {NAME_1},"),
        ("Annas chair and Bakker's table", "{NAME_1}s chair and {NAME_1_2}'s table"),
        ("Mevrouw Bakker belde", "Mevrouw {NAME_1} belde"),
        ("Mr. Piet van Dam called", "Mr. {NAME_1} called"),
        ("mail a.bakker+x@mail.example.co.uk now", "mail {MAIL_1} now"),
        ("call +31 (0)6 1234-5678.", "call {PHONE_1}."),
        ("call 06-12345678 or 0612345678", "call {PHONE_1} or {PHONE_1_2}"),
        ("at Keizersgracht 123b, 1015 CJ Amsterdam", "at {ADDRESS_1}, {ADDRESS_2} Amsterdam"),
        ("at 10 Downing Street", "at {ADDRESS_1}"),
        ("call 415-555-2671 or (415) 555 2671", "call {PHONE_1} or {PHONE_1_2}"),
        ("Postfach 12, 10115 Berlin.", "{ADDRESS_1}."),
        ("to Postbus 1234, 1000 AB Amsterdam", "to {ADDRESS_1}"),
        ("P.O. Box 12 34", "{ADDRESS_1}"),
        ("Ａｎｎａ ｄｅ Ｂａｋｋｅｒ", "{NAME_1}"),
        ("An\u00adna d\u200be Bakker", "{NAME_1}"),
        ("Anna\nde  Bakker", "{NAME_1}"),
    ],
)  # fmt: skip
def test_personal_values_are_hidden_in_every_form(written: str, hidden: str) -> None:
    names = knowing(ANNA)
    assert names.hide(written) == hidden
    assert names.restore(hidden) == written


@pytest.mark.parametrize(
    "text",
    [
        "Order #1042 of 2026-01-02 10:30, total € 1.234,50, SKU OAK-80, EAN 8712345678906",
        "The oak bakker of the shop, 01-02-2026 10:30",
        "Product 5678901234567 sold 12 times, 0.123456789 of all",
        "A mark will do; may we?",
        "Sizes 200-300-400, part 115-555-2671, box 12",
    ],
)
def test_what_is_nobodys_stays(text: str) -> None:
    assert knowing(ANNA, PersonalValue(PersonalField.NAME, "May Will Mark")).hide(text) == text


@pytest.mark.parametrize(
    "said",
    ["{NAME_1}", "NAME_1", "name_1", "NAME\\_1", "{NAME\\_1}", "NAME-1"],
)
def test_a_token_is_understood_as_models_write_it(said: str) -> None:
    names = knowing(ANNA)
    names.hide("Anna de Bakker")
    for around in ("{}", "**{}**", '"{}"', "‘{}’", "{}'s", "{}s", "({}).", "dear {},"):
        assert names.restore(around.replace("{}", said)) == around.replace("{}", ANNA.text)


def test_a_token_nobody_gave_stays_and_text_that_looks_like_one_comes_back() -> None:
    names = knowing(ANNA)
    assert names.restore("{NAME_7} NAME_1") == "{NAME_7} NAME_1"
    tricky = "I am {NAME_1}, not NAME_2; Anna de Bakker is."
    hidden = names.hide(tricky)
    assert "{NAME_1}, not" not in hidden
    assert names.restore(hidden) == tricky


def test_a_field_that_may_be_seen_is_left() -> None:
    names = Pseudonyms([PersonalField.NAME])
    names.learn([ANNA])
    assert names.hide("Mrs. Anna de Bakker, a@b.example") == "Mrs. Anna de Bakker, {MAIL_1}"


word = st.text(
    st.characters(categories=("Lu", "Ll", "Lo", "Nd"), exclude_characters="{}"),
    min_size=1,
    max_size=8,
)
values = st.builds(
    PersonalValue,
    st.sampled_from(PersonalField),
    st.lists(word, min_size=1, max_size=3).map(" ".join).filter(lambda v: len(folded(v)) >= 5),
)
junk = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["{NAME_1}", "NAME_1", "name\\_1_2", "{", "}", "_1", "{TEXT_1}", "PHONE-3", "+31612345678",
         "a@b.example", "Kerkstraat 5", "Mrs. ", "\u200b", "\u0301", " "]
    ),
)  # fmt: skip
forms = st.sampled_from(
    [
        str, str.upper, str.lower, str.title,
        lambda v: unicodedata.normalize("NFD", v),
        lambda v: v.replace(" ", "\n "),
        "\u00ad".join,
    ]
)  # fmt: skip


@given(st.lists(values, max_size=4), st.data())
def test_round_trip_and_no_value_survives(known: list[PersonalValue], data: st.DataObject) -> None:
    names = knowing(*known)
    parts = []
    for _ in range(data.draw(st.integers(0, 6))):
        parts.append(data.draw(junk))
        if known:
            value = data.draw(st.sampled_from(known))
            parts.append(data.draw(forms)(value.text))
    text = "".join(parts)
    hidden = names.hide(text)
    assert names.restore(hidden) == text
    outside = folded(without_tokens(hidden))
    for value in known:
        assert folded(value.text) not in outside


def without_tokens(hidden: str) -> str:
    return TOKEN.sub("|", hidden)


def test_a_very_long_paste_is_hidden_quickly() -> None:
    names = knowing(ANNA)
    for text in ("a" * 200_000, "Kerk " * 40_000, "1 " * 100_000, "0" * 200_000, "x@" * 100_000):
        assert names.restore(names.hide(text)) == text
