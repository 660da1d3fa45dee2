"""An envelope as an Internet message (RFC 5322), signed with DKIM (RFC 6376) where a key is set."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime

from core.settings import Settings
from royal_platform.commerce.messages.model import Envelope
from royal_platform.commerce.messages.rules import (
    internet_id,
    thread_headers,
    unsubscribe_headers,
)
from royal_platform.messaging.errors import MailRejected

_SIGNED = [
    b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type",
    b"list-unsubscribe", b"list-unsubscribe-post",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signature:
    """A DKIM key (PEM) and where its public half is found: ``selector._domainkey.domain``."""

    domain: str
    selector: str
    key: bytes


def signature_of(settings: Settings) -> Signature | None:
    """The key that mail is signed with; None when none is set."""
    key = settings.dkim_key
    if key is None or not settings.dkim_domain:
        return None
    # One line in an environment file holds no line breaks.
    pem = key.get_secret_value().replace("\\n", "\n").encode()
    return Signature(settings.dkim_domain, settings.dkim_selector, pem)


def internet_message(envelope: Envelope, signature: Signature | None = None) -> bytes:
    """The message's bytes. Raises ``MailRejected`` for an address that is none."""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = envelope.sender
        message["To"] = envelope.to
        message["Subject"] = envelope.content.subject
    except ValueError:
        raise MailRejected(
            "The message's sender, address or subject cannot stand in a mail.",
            remedy="Correct the customer's address in the store, or MAIL_FROM.", bounced=False,
        ) from None  # fmt: skip
    message["Date"] = localtime()
    # The same at every attempt: whoever gets it twice can tell.
    message["Message-ID"] = f"<{internet_id(envelope.id, envelope.sender)}>"
    for name, value in thread_headers(envelope.answers).items():
        message[name] = value
    if envelope.unsubscribe_url is not None:
        for name, value in unsubscribe_headers(envelope.unsubscribe_url).items():
            message[name] = value
    message.set_content(envelope.content.text)
    message.add_alternative(envelope.content.html, subtype="html")
    for each in envelope.files:
        maintype, _, subtype = each.media_type.partition("/")
        message.add_attachment(
            each.content, maintype=maintype, subtype=subtype, filename=each.filename
        )
    raw = message.as_bytes()
    return raw if signature is None else _signed(raw, signature) + raw


def _signed(raw: bytes, signature: Signature) -> bytes:
    import dkim

    try:
        header: bytes = dkim.sign(
            raw, signature.selector.encode(), signature.domain.encode(), signature.key,
            include_headers=[name for name in _SIGNED if b"\n" + name + b":" in raw.lower()
                             or raw.lower().startswith(name + b":")],
        )  # fmt: skip
    except (dkim.DKIMException, ValueError) as error:
        raise MailRejected(
            f"The mail cannot be signed: {error}.",
            remedy="Put a PEM private key into DKIM_KEY, or leave it empty to send unsigned.",
        ) from None
    return header
