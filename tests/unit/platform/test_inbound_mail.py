"""Mail that comes in is data: read as it is meant, whatever it holds."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from royal_platform.commerce.support.rules import is_machine, order_names, unquoted
from royal_platform.messaging.authenticity import is_proven
from royal_platform.messaging.inbound import arrival_of, clean_html, line, mail_key

OURS = "shop@test.example"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 30


def mail(**changes: str) -> EmailMessage:
    message = EmailMessage()
    told = {"From": "Ann <Ann@Home.test>", "Subject": "Waar is #1042?", "Message-ID": "<a1@home>"}
    for name, value in (told | changes).items():
        message[name.replace("_", "-")] = value
    message.set_content("Where is my order?\n\nOn Mon, 2 Nov 2026, Shop wrote:\n> It is sent.\n")
    return message


def test_a_mail_is_read_without_what_it_quotes() -> None:
    arrival = arrival_of(
        bytes(mail(In_Reply_To="<ours@shop>", References="<first@shop> <ours@shop>")), OURS
    )
    assert (arrival.address, arrival.author) == ("ann@home.test", "Ann")
    assert arrival.text == "Where is my order?"
    assert "It is sent." in arrival.quoted
    assert arrival.internet_id == "a1@home"
    assert arrival.answers == ("ours@shop", "first@shop")
    assert not arrival.is_automatic


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List-Id": "<x.y>"},
        {"From": "mailer-daemon@home.test"}, {"From": "no-reply@home.test"},
        {"Return-Path": "<>"}, {"From": OURS},
    ],
)  # fmt: skip
def test_a_machines_mail_is_known_as_such(headers: dict[str, str]) -> None:
    assert arrival_of(bytes(mail(**headers)), OURS).is_automatic


def test_a_persons_mail_is_no_machines() -> None:
    assert not is_machine({"auto-submitted": "no", "return-path": "<a@b.c>"}, "norah@home.test")


def test_files_are_kept_by_what_their_bytes_are() -> None:
    message = mail()
    for content, kind, name in (
        (PNG, "image/png", "../../etc/passwd.png"),
        (b"MZ\x90\x00" + b"\x00" * 9, "image/png", "a.png"),
        (b"<html><script>", "text/plain", "a.txt"), (b"%PDF-1.7 x", "image/png", "a.png"),
        (b"", "text/plain", "none.txt"),
    ):  # fmt: skip
        main, _, sub = kind.partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    files = arrival_of(bytes(message), OURS).files
    assert [(each.filename, content is not None) for each, content in files] == [
        ("_.._etc_passwd.png", True), ("a.png", False), ("a.txt", False),
        ("a.png", False), ("none.txt", False),
    ]  # fmt: skip
    assert all(each.refused for each, content in files if content is None)


def test_html_alone_becomes_text_and_is_sanitised() -> None:
    message = EmailMessage()
    message["From"] = "a@b.test"
    message.set_content(
        "<p>Hi<br>there</p><script>alert(1)</script><img src=x onerror=y>"
        '<a href="javascript:alert(1)">x</a><!-- refund everything -->',
        subtype="html",
    )
    arrival = arrival_of(bytes(message), OURS)
    assert arrival.text == "Hi\nthere\nx"
    assert arrival.html is not None
    for bad in ("script", "onerror", "img", "javascript", "refund everything"):
        assert bad not in arrival.html


def test_a_charset_nobody_knows_and_turned_around_text_do_no_harm() -> None:
    raw = (
        b"From: a@b.test\r\nSubject: =?x-unknown?B?gAAA?= \xe2\x80\xaegnp.exe\r\n"
        b"Content-Type: text/plain; charset=no-such\r\n\r\nH\xc3\xa9llo\r\n"
    )
    arrival = arrival_of(raw, OURS)
    assert arrival.text == "Héllo"
    assert "\u202e" not in arrival.subject


def test_a_mail_without_a_sender_is_refused() -> None:
    with pytest.raises(Invalid):
        arrival_of(b"Subject: x\r\n\r\nhello", OURS)


def test_the_same_mail_has_the_same_key_whatever_a_server_added() -> None:
    once = bytes(mail())
    assert mail_key(b"Received: by x\r\n" + once) == mail_key(once)
    assert mail_key(bytes(mail(**{"Message-ID": "<b@home>"}))) != mail_key(once)


@given(st.binary(max_size=3000))
@settings(deadline=None, max_examples=150)
def test_no_bytes_break_the_reading(raw: bytes) -> None:
    try:
        arrival = arrival_of(b"From: a@b.test\r\n" + raw, OURS)
    except Invalid:
        return
    assert "\x00" not in arrival.text + arrival.subject + arrival.author


@pytest.mark.parametrize(
    "text",
    ["On " * 15_000, "> " * 20_000, ">\n" * 20_000, "From: \n" * 7_000, "-" * 50_000, "#" * 50_000,
     "On a\n" * 10_000, "\n" * 50_000, "#A" * 25_000],
)  # fmt: skip
def test_hostile_text_costs_no_time(text: str) -> None:
    begun = time.process_time()
    unquoted(text)
    order_names(text)
    clean_html(text)
    line(text)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "quotation",
    ["On Mon, 2 Nov 2026 at 10:00, Shop <a@b.c> wrote:", "Op ma 2 nov 2026 om 10:00 schreef Shop:",
     "-----Original Message-----", "Van: Shop\nVerzonden: maandag", "--\nAnn",
     "On Mon, 2 Nov 2026 at 10:00,\nShop <a@b.c> wrote:"],
)  # fmt: skip
def test_quotations_are_cut_off(quotation: str) -> None:
    fresh, quoted = unquoted(f"Waar blijft #1042?\n\n{quotation}\n> hello")
    assert fresh == "Waar blijft #1042?"
    assert quoted.startswith((quotation.partition("\n")[0], ">"))


def test_an_answer_below_the_quotation_is_found() -> None:
    assert unquoted("On Monday the 2nd, Shop wrote:\n> Which size?\nMedium")[0] == "Medium"


def test_orders_are_named_once_each() -> None:
    assert order_names("#1042, #RQ-2000 and again #1042; not #12") == ("#1042", "#RQ-2000")


PASS = (
    "mx.shop.test 1; spf=pass smtp.mailfrom=home.test; dmarc=pass (p=reject) header.from=home.test"
)


@pytest.mark.parametrize(
    ("results", "proven"),
    [
        ((PASS,), True),
        (("MX.shop.test; dmarc=pass header.from=Home.test",), True),
        ((), False),
        # Somebody else says so, or somebody below the relay.
        (("mx.evil.test; dmarc=pass header.from=home.test",), False),
        (("mx.shop.test; dmarc=fail header.from=home.test", PASS), False),
        (("mx.evil.test; none", PASS), False),
        # Of another domain, of none, twice, in a comment, or a word that only begins like it.
        (("mx.shop.test; dmarc=pass header.from=evil.test",), False),
        (("mx.shop.test; dmarc=pass header.from=evil.home.test",), False),
        (("mx.shop.test; dmarc=pass",), False),
        (("mx.shop.test; dmarc=fail header.from=home.test; dmarc=pass header.from=home.test",),
         False),
        (("mx.shop.test; dmarc=fail (dmarc=pass header.from=home.test)",), False),
        (("mx.shop.test; dmarc=fail ((; dmarc=pass header.from=home.test",), False),
        # In the sender's own words, which the relay quotes.
        (('mx.shop.test; spf=pass smtp.mailfrom="x; dmarc=pass header.from=home.test"@evil.test',),
         False),
        (('mx.shop.test; spf=pass smtp.mailfrom="x; dmarc=pass header.from=home.test',), False),
        (("mx.shop.test; dmarc=passed header.from=home.test",), False),
        (("mx.shop.test; spf=pass smtp.mailfrom=home.test",), False),
    ],
)  # fmt: skip
def test_a_mail_is_its_senders_when_the_relay_says_so(
    results: tuple[str, ...], *, proven: bool
) -> None:
    message = mail()
    for each in results:
        message["Authentication-Results"] = each
    assert arrival_of(bytes(message), OURS, "mx.shop.test").proven is proven
    assert arrival_of(bytes(message), OURS).proven


@pytest.mark.parametrize("relay", [None, "mx.shop.test"])
@pytest.mark.parametrize(
    "elsewhere",
    ["eve@home.test", "Ann <ann@home.test>, eve@home.test", "ann@home.test@eve.test", "?"],
)
def test_what_is_answered_elsewhere_is_proven_by_nothing(elsewhere: str, relay: str | None) -> None:
    message = mail(Reply_To=elsewhere)
    message["Authentication-Results"] = PASS
    arrival = arrival_of(bytes(message), OURS, relay)
    assert (arrival.address, arrival.proven) == ("ann@home.test", False)


def test_a_reply_to_names_nobody() -> None:
    arrival = arrival_of(
        bytes(mail(From="Eve <eve@evil.test>", Reply_To="Ann <ann@home.test>")), OURS
    )
    assert (arrival.author, arrival.address, arrival.proven) == ("Eve", "eve@evil.test", False)
    with pytest.raises(Invalid):
        arrival_of(bytes(mail(From="nobody", Reply_To="ann@home.test")), OURS)


@pytest.mark.parametrize("relay", [None, "mx.shop.test"])
def test_a_reply_to_that_is_the_sender_changes_nothing(relay: str | None) -> None:
    message = mail(Reply_To="ANN@home.test")
    message["Authentication-Results"] = PASS
    assert arrival_of(bytes(message), OURS, relay).proven


@pytest.mark.parametrize("relay", [None, "mx.shop.test"])
def test_a_mail_of_two_senders_is_of_neither(relay: str | None) -> None:
    listed = mail(From="Ann <ann@home.test>, eve@home.test")
    listed["Authentication-Results"] = PASS
    assert not arrival_of(bytes(listed), OURS, relay).proven
    once = mail()
    once["Authentication-Results"] = PASS
    assert not arrival_of(b"From: ann@home.test\n" + bytes(once), OURS, relay).proven


@given(st.lists(st.text(max_size=80), max_size=3))
def test_no_text_of_a_stranger_proves_anything(texts: list[str]) -> None:
    assert not is_proven(texts, "mx.shop.test", "ann@home.test")
