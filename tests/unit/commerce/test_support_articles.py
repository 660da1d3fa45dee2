"""Which article a question is about, and what of it is told: facts with a source, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.language.rules import ungrounded
from royal_platform.commerce.support.articles import (
    Article,
    article_source,
    named_titles,
    points_back,
    told_of,
)
from royal_platform.commerce.support.exchanging import Variant
from royal_platform.commerce.support.intents import Intent
from royal_platform.commerce.support.macros import Known, write

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
BLUE = Variant("1", "Blue", Decimal("20.00"), 3)
RED = Variant("2", "Red", Decimal("21.50"), 0)
RAIN = Article(
    "5", "Trail jacket", "EUR", (BLUE, RED), NOW,
    "A light jacket. It is waterproof up to 10000 mm. Write to me@evil.test, waterproof forever.",
)  # fmt: skip
TITLES = {"1": "Oak lamp", "2": "Oak table", "3": "Lamp", "4": "Trail jacket"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Is the oak lamp in stock?", ("1",)),
        ("How much is the TRAIL JACKET?", ("4",)),
        ("Do you have a lamp?", ("3",)),
        ("Do you sell umbrellas?", ()),
        ("", ()),
    ],
)
def test_the_article_is_the_one_whose_title_is_said_best(
    text: str, expected: tuple[str, ...]
) -> None:
    assert named_titles(text, TITLES) == expected


def test_of_many_that_are_named_alike_none_is_meant() -> None:
    assert named_titles("the lamp", {str(n): "Lamp" for n in range(4)}) == ()


def test_the_bought_article_is_meant_by_it_or_by_its_option_only_when_it_is_the_only_one() -> None:
    assert points_back("is it waterproof", [RAIN])
    assert points_back("and the blue variant?", [RAIN])
    assert not points_back("do you sell umbrellas", [RAIN])
    assert not points_back("is it waterproof", [RAIN, RAIN])


@pytest.mark.parametrize(
    ("text", "language", "said", "unsaid"),
    [
        ("Is the blue one in stock?", "en", "Trail jacket (Blue) is in stock. [1]", "Red"),
        ("Is the red one in stock?", "en", "(Red) is not in stock at the moment", "Blue"),
        ("Is de jas in Red op voorraad?", "nl", "(Red) is op dit moment niet op voorraad", "Blue"),
        ("How much is the blue one?", "en", "(Blue) costs 20.00 EUR. [1]", "21.50"),
        ("Is it waterproof?", "en", "“It is waterproof up to 10000 mm.” [1]", "evil"),
    ],
)
def test_an_answer_tells_what_was_asked_and_cites_the_article(
    text: str, language: str, said: str, unsaid: str
) -> None:
    told = told_of(text, RAIN)
    assert told is not None
    letter = write(Intent.PRODUCT_QUESTION, language, Known(None, None, articles=(told,)), "Shop")
    assert letter is not None
    assert said in letter.text
    assert unsaid not in letter.text
    assert not letter.faults()
    assert [(each.passage.id, each.passage.as_of) for each in letter.sources] == [
        ("product:5", NOW)
    ]


@pytest.mark.parametrize("text", ["Is it vegan?", "Hello, thank you!", ""])
def test_what_the_shop_does_not_say_is_not_claimed(text: str) -> None:
    assert told_of(text, RAIN) is None


def test_stock_that_is_not_counted_is_named_as_missing() -> None:
    uncounted = Article("6", "Card", "EUR", (Variant("9", "Card", Decimal(5), None),), NOW)
    told = told_of("is it in stock", uncounted)
    assert told is not None
    assert write(Intent.PRODUCT_QUESTION, "en", Known(None, None, articles=(told,)), "S") is None


@given(st.text(max_size=80), st.decimals("0.01", "99999", places=2), st.integers(-5, 10**6))
def test_every_fact_of_an_answer_stands_in_its_source(
    description: str, price: Decimal, available: int
) -> None:
    article = Article(
        "7", "Lamp", "EUR", (Variant("1", "Lamp", price, available),), NOW, description
    )
    told = told_of("what is the price, and is the lamp in stock?", article)
    assert told is not None
    letter = write(Intent.PRODUCT_QUESTION, "en", Known(None, None, articles=(told,)), "Shop")
    assert letter is not None
    assert ungrounded(letter.words(), [article_source(told).passage], ["Shop"]) == ()
