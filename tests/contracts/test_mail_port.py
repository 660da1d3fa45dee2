"""What execution relies on in a carrier, on the fake and on the real ones against real servers."""

from __future__ import annotations

import asyncio
import email
import json
import socket
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dkim
import pytest
from aiosmtpd.controller import Controller
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from pydantic import SecretStr

from core.errors import NotConfigured
from core.settings import Settings
from royal_platform.commerce.messages.model import Enclosure, Envelope, Rendered
from royal_platform.commerce.messages.rules import internet_id
from royal_platform.messaging.carriers import mailer_of, why_closed
from royal_platform.messaging.errors import MailRejected, MailUnavailable
from royal_platform.messaging.mime import Signature
from royal_platform.messaging.sendgrid import SendGridMailer
from royal_platform.messaging.smtp import SmtpMailer
from tests.fakes.post import Mailbox

ENVELOPE = Envelope(
    "msg_1", "The shop <shop@test.example>", "ann@test.example",
    Rendered("Grüße", "<p>Hallo – Ann</p>", "Hallo – Ann"), "https://gate.test/unsubscribe/t",
    files=(Enclosure("order.pdf", "application/pdf", b"%PDF-1.4 \x00\xff"),),
)  # fmt: skip


@dataclass
class Carrier:
    """A carrier with what its server does next and what arrived there."""

    mailer: Any
    refuse: Callable[[], None]
    be_busy: Callable[[], None]
    arrived: Callable[[], list[dict[str, Any]]]
    handed: list[str] = field(default_factory=list)

    def send(self) -> None:
        asyncio.run(self.mailer.send(ENVELOPE, lambda: self.handed.append("now")))


def fake() -> Iterator[Carrier]:
    box = Mailbox()

    def arrived() -> list[dict[str, Any]]:
        return [{"id": f"<{internet_id(one.id, one.sender)}>", "to": one.to,
                 "subject": one.content.subject, "text": one.content.text,
                 "unsubscribe": f"<{one.unsubscribe_url}>",
                 "files": [(f.filename, f.media_type, f.content) for f in one.files]}
                for one in box.taken]  # fmt: skip

    yield Carrier(
        box, lambda: setattr(box, "refuse", True), lambda: setattr(box, "busy", 1), arrived
    )


class Post:
    """An SMTP server's manners: ``answer`` replaces its answer to a recipient."""

    def __init__(self) -> None:
        self.answer: str | None = None
        self.raw: list[bytes] = []

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if self.answer is not None:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:
        self.raw.append(envelope.original_content)
        return "250 taken"

    def parsed(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=default) for raw in self.raw]  # type: ignore[misc]


def smtp(signature: Signature | None = None) -> Iterator[tuple[Carrier, Post]]:
    post = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()

    def arrived() -> list[dict[str, Any]]:
        return [
            {"id": one["Message-ID"], "to": one["To"], "subject": one["Subject"],
             "unsubscribe": one["List-Unsubscribe"],
             "text": one.get_body(("plain",)).get_content().strip(),
             "files": [(f.get_filename(), f.get_content_type(), f.get_content())
                       for f in one.iter_attachments()]}
            for one in post.parsed()
        ]  # fmt: skip

    def answer(text: str) -> Callable[[], None]:
        return lambda: setattr(post, "answer", text)

    try:
        yield (
            Carrier(
                SmtpMailer(f"smtp://127.0.0.1:{port}", signature),
                answer("550 5.1.1 no such mailbox"), answer("451 4.7.1 greylisted"), arrived,
            ),
            post,
        )  # fmt: skip
    finally:
        controller.stop()


def sendgrid() -> Iterator[Carrier]:
    got: list[dict[str, Any]] = []
    status = [202]

    class Api(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.path == "/v3/mail/send"
            assert self.headers["Authorization"] == "Bearer SG.key"
            if status[0] == 202:
                got.append(body)
            self.send_response(status[0])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Api)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def arrived() -> list[dict[str, Any]]:
        return [
            {"id": one["headers"]["Message-ID"],
             "to": one["personalizations"][0]["to"][0]["email"], "subject": one["subject"],
             "text": one["content"][0]["value"], "unsubscribe": one["headers"]["List-Unsubscribe"],
             "files": [(f["filename"], f["type"], b64decode(f["content"]))
                       for f in one["attachments"]]}
            for one in got
        ]  # fmt: skip

    def answers(code: int) -> Callable[[], None]:
        return lambda: status.__setitem__(0, code)

    yield Carrier(
        SendGridMailer("SG.key", f"http://127.0.0.1:{server.server_port}"),
        answers(400), answers(429), arrived,
    )  # fmt: skip
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(params=["fake", "smtp", "sendgrid"])
def carrier(request: pytest.FixtureRequest) -> Iterator[Carrier]:
    if request.param == "smtp":
        for made, _post in smtp():
            yield made
    else:
        yield from fake() if request.param == "fake" else sendgrid()


def test_a_message_arrives_whole(carrier: Carrier) -> None:
    carrier.send()
    assert carrier.arrived() == [
        {"id": f"<{internet_id(ENVELOPE.id, ENVELOPE.sender)}>",
         "to": "ann@test.example", "subject": "Grüße", "text": "Hallo – Ann",
         "unsubscribe": "<https://gate.test/unsubscribe/t>",
         "files": [("order.pdf", "application/pdf", b"%PDF-1.4 \x00\xff")]}
    ]  # fmt: skip
    assert carrier.handed == ["now"]


def test_a_refusal_is_for_good_and_nothing_arrives(carrier: Carrier) -> None:
    carrier.refuse()
    with pytest.raises(MailRejected):
        carrier.send()
    assert carrier.arrived() == []


def test_a_busy_carrier_may_be_asked_again(carrier: Carrier) -> None:
    carrier.be_busy()
    with pytest.raises(MailUnavailable) as told:
        carrier.send()
    assert not told.value.maybe_taken
    assert carrier.arrived() == []


def test_a_refused_mailbox_is_known_before_the_hand_over() -> None:
    for carrier, _post in smtp():
        carrier.refuse()
        with pytest.raises(MailRejected) as told:
            carrier.send()
        assert told.value.bounced
        assert carrier.handed == []


def test_nobody_there_is_unavailable() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        mailer = SmtpMailer(f"smtp://127.0.0.1:{port}")
        with pytest.raises(MailUnavailable) as told:
            asyncio.run(mailer.send(ENVELOPE, lambda: None))
    assert not told.value.maybe_taken


def test_an_address_that_would_be_headers_is_refused() -> None:
    for carrier, post in smtp():
        wrong = Envelope("m", ENVELOPE.sender, "a@b.c\r\nBcc: x@y.z", ENVELOPE.content, None)
        with pytest.raises(MailRejected):
            asyncio.run(carrier.mailer.send(wrong, lambda: None))
        assert post.raw == []


@pytest.mark.parametrize("url", ["https://x", "smtp://", "nothing"])
def test_a_wrong_server_address_names_the_setting(url: str) -> None:
    with pytest.raises(NotConfigured, match="SMTP_URL"):
        SmtpMailer(url)


@pytest.mark.parametrize(("url", "named"), [("smtp://127.0.0.1", "MAIL_FROM"), ("no", "SMTP_URL")])
def test_a_carrier_that_lacks_a_setting_refuses_mail_when_it_is_sent(
    url: str, named: str, tmp_path: Path
) -> None:
    # Not before: what changes a price must not fail for it.
    sender = None if named == "MAIL_FROM" else ENVELOPE.sender
    given = Settings(_env_file=None, var_dir=tmp_path, smtp_url=SecretStr(url), mail_from=sender)
    mailer = mailer_of(given)
    assert mailer.carrier == "smtp"
    assert why_closed(given)
    with pytest.raises(NotConfigured, match=named):
        asyncio.run(mailer.send(ENVELOPE, lambda: None))


def test_mail_leaves_only_with_a_server_and_a_sender(tmp_path: Path) -> None:
    nothing = Settings(_env_file=None, var_dir=tmp_path)
    assert why_closed(nothing) == "No mail server is set up."
    sender, url = ENVELOPE.sender, SecretStr("smtp://127.0.0.1")
    given = Settings(_env_file=None, var_dir=tmp_path, smtp_url=url, mail_from=sender)
    assert why_closed(given) is None


def test_signed_mail_verifies_and_names_the_one_click_headers() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    import base64

    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)
    for carrier, post in smtp(Signature("test.example", "royal", pem)):
        carrier.send()
        [raw] = post.raw
        assert dkim.verify(raw, dnsfunc=lambda name, timeout=5: record)
        assert not dkim.verify(raw.replace(b"Ann", b"Bob"), dnsfunc=lambda *_, **__: record)
        [message] = post.parsed()
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "list-unsubscribe" in message["DKIM-Signature"]
