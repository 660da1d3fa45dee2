"""Without a relay that vouches for a mail, its own signature does: the sender's domain, whole."""

from __future__ import annotations

from collections.abc import Callable

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from royal_platform.messaging.authenticity import is_signed
from royal_platform.messaging.inbound import arrival_of

OURS = "shop@royal.test"
MAIL = (
    b"From: Ann <ann@home.test>\r\nTo: shop@royal.test\r\nSubject: Where is #1001?\r\n"
    b"Message-ID: <1@home.test>\r\nDate: Fri, 27 Nov 2026 10:00:00 +0000\r\n\r\nHello\r\n"
)
HEADERS = (b"from", b"to", b"subject")


class Domains:
    """Domains that sign, and the text records under which their keys are found."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
        self._private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
        public = key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        import base64

        self.record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
        self.asked: list[str] = []

    def lookup(self, name: str) -> bytes | None:
        self.asked.append(name)
        return None if "nowhere" in name else self.record

    def sign(
        self, domain: str, mail: bytes = MAIL, headers: tuple[bytes, ...] = HEADERS, **more: object
    ) -> bytes:
        told: bytes = dkim.sign(
            mail, b"s1", domain.encode(), self._private, include_headers=list(headers), **more
        )
        return told + mail


@pytest.fixture(scope="module")
def domains() -> Domains:
    return Domains()


@pytest.mark.parametrize(
    ("domain", "proven"),
    [
        ("home.test", True), ("mail.home.test", True), ("evil.test", False),
        ("nothome.test", False), ("test", False), ("nowhere.home.test", False),
    ],
)  # fmt: skip
def test_a_mail_is_its_senders_when_its_own_domain_signed_it(
    domains: Domains, domain: str, *, proven: bool
) -> None:
    raw = domains.sign(domain)
    assert is_signed(raw, "ann@home.test", domains.lookup) is proven
    assert arrival_of(raw, OURS, None, domains.lookup).proven is proven


def changed(name: str) -> Callable[[bytes], bytes]:
    was, now = {
        "body": (b"Hello", b"Refund me"),
        "subject": (b"#1001", b"#1002"),
        "sender": (b"ann@home", b"eve@home"),
        "receiver": (b"To: shop@", b"To: other@"),
    }[name]
    return lambda raw: raw.replace(was, now)


@pytest.mark.parametrize("what", ["body", "subject", "sender", "receiver"])
def test_what_was_changed_on_the_way_is_not_believed(domains: Domains, what: str) -> None:
    raw = changed(what)(domains.sign("home.test"))
    assert not is_signed(raw, "ann@home.test", domains.lookup)


def test_a_signature_that_leaves_something_open_vouches_for_nothing(domains: Domains) -> None:
    for left in (b"to", b"subject"):
        headers = tuple(name for name in HEADERS if name != left)
        assert not is_signed(domains.sign("home.test", headers=headers), "ann@home.test",
                             domains.lookup)  # fmt: skip
    part = domains.sign("home.test", length=True)
    assert not is_signed(part, "ann@home.test", domains.lookup)
    assert not is_signed(part + b"and more\r\n", "ann@home.test", domains.lookup)


def test_another_signature_before_it_is_passed_over_and_an_answer_elsewhere_is_not(
    domains: Domains,
) -> None:
    both = domains.sign("evil.test", domains.sign("home.test"))
    assert is_signed(both, "ann@home.test", domains.lookup)
    elsewhere = MAIL.replace(b"Subject:", b"Reply-To: eve@evil.test\r\nSubject:")
    assert not arrival_of(domains.sign("home.test", elsewhere), OURS, None, domains.lookup).proven
    twice = b"From: eve@home.test\r\n" + domains.sign("home.test")
    assert not arrival_of(twice, OURS, None, domains.lookup).proven


def test_an_unsigned_mail_asks_no_name_server(domains: Domains) -> None:
    domains.asked.clear()
    assert not arrival_of(MAIL, OURS, None, domains.lookup).proven
    assert domains.asked == []


@given(field=st.binary(max_size=200), before=st.booleans())
def test_no_signature_breaks_the_reading(field: bytes, *, before: bool) -> None:
    value = field.replace(b"\r", b" ").replace(b"\n", b" ")
    header = b"DKIM-Signature: " + value + b"\r\n"
    raw = header + MAIL if before else MAIL.replace(b"Subject:", header + b"Subject:")
    assert not is_signed(raw, "ann@home.test", lambda _name: None)
