"""Examples of the shop's voice hold tone and no fact."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from royal_platform.commerce.language.facts import facts
from royal_platform.commerce.language.model import Passage
from royal_platform.commerce.language.voice import examples

REPLY = (
    "Hello Anna, thank you so much for writing to us! Your order #1042 of 3 May left yesterday "
    "with tracking 3STEST123456, see https://track.example/3S. Do shout if we can help."
)


def passage(text: str, number: int = 1) -> Passage:
    return Passage(f"reply:{number}", text, "a reply", link="https://shop.example/secret")


def test_an_example_keeps_the_tone_and_loses_every_fact() -> None:
    (shown,) = examples([passage(REPLY)])
    for kept in ("thank you so much for writing to us!", "Do shout if we can help."):
        assert kept in shown.text
    for gone in ("Anna", "1042", "3 May", "3STEST123456", "track.example"):
        assert gone not in shown.text
    assert (shown.link, shown.source) == (None, "a reply")


def test_at_most_three_and_none_too_short_to_have_a_voice() -> None:
    told = [passage("Thanks!", 0), *(passage(f"{REPLY} " * 9, n) for n in range(1, 9))]
    shown = examples(told)
    assert [each.id for each in shown] == ["reply:1", "reply:2", "reply:3"]
    assert all(len(each.text) <= 600 for each in shown)
    assert examples([]) == ()


@given(st.text(st.characters(codec="utf-8"), min_size=40, max_size=200))
def test_no_number_of_the_text_is_left(text: str) -> None:
    for shown in examples([passage(f"{text} costs 49.95 and 1,234 or A-17, see www.x.nl now.")]):
        assert not {each.text for each in facts(shown.text)} & {"49.95", "1,234", "A-17"}
