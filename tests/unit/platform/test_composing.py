"""Templates: every one renders in every language, words of others stay words."""

from __future__ import annotations

import pytest

from core.errors import Invalid, NotFound
from royal_platform.commerce.messages.model import Context, Line
from royal_platform.messaging.composing import LANGUAGES, TemplateComposer, template_names
from royal_platform.messaging.unsubscribing import Links

WHOLE = Context(
    shop="Holz & Söhne", customer="Ann", order="#1001", url="https://shop.test/go?a=1&b=2",
    lines=(Line("Oak shelf", 2, "120.00 EUR"),), code="BACK-1", percent="10", until="7 Nov",
    carrier="DHL", amount="12.34 EUR", tracking="00340", title="About your order",
    body="Line one\nLine two",
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", template_names())
def test_every_template_is_whole_in_html_and_text(name: str, language: str) -> None:
    told = TemplateComposer().compose(name, language, WHOLE, "https://gate.test/u")
    assert told.subject
    assert "{" not in told.subject + told.text
    assert "https://gate.test/u" in told.html
    assert "https://gate.test/u" in told.text
    assert "Holz &amp; Söhne" in told.html
    assert "Holz & Söhne" in told.text


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{ 7 * 7 }}",
     "</mj-text><mj-raw>", "{% for x in y %}", '"><a href="javascript:x">'],
)  # fmt: skip
def test_words_from_outside_stay_words(hostile: str) -> None:
    context = Context(shop=hostile, title=hostile, body=hostile, customer=hostile)
    told = TemplateComposer().compose("letter", "en", context)
    assert hostile in told.text
    low = told.html.lower()
    assert "<script" not in low
    assert "<img src=x" not in low
    assert "&quot;&gt;" in low or '"' not in hostile
    assert "49" not in told.subject


def test_a_link_that_is_no_web_address_is_none() -> None:
    context = Context(order="#1", url="javascript:alert(1)")
    assert "javascript" not in TemplateComposer().compose("order_shipped", "en", context).html


def test_a_missing_part_is_named() -> None:
    with pytest.raises(Invalid, match="lines"):
        TemplateComposer().compose("checkout_reminder", "en", Context(url="https://x.test"))
    with pytest.raises(Invalid, match="letter"):
        TemplateComposer().compose("nothing", "en", Context())


def test_another_language_falls_back_to_english() -> None:
    compose = TemplateComposer().compose
    assert compose("letter", "nl-BE", WHOLE) != compose("letter", "en", WHOLE)
    assert compose("letter", "fr", WHOLE) == compose("letter", None, WHOLE)


def test_only_our_own_links_are_read() -> None:
    links = Links("https://gate.test", b"k" * 32)
    token = links.to("str_1", "msg_1").rpartition("/")[2]
    assert links.read(token) == ("str_1", "msg_1")
    for wrong in (token[:-1], token.replace("msg_1", "msg_2"), "", "a.b", "a.b.c", "é.b.c"):
        with pytest.raises(NotFound):
            links.read(wrong)
