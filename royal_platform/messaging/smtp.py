"""Mail by SMTP (RFC 5321): envelope first, so a refused address is known before the hand-over."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib

from core.errors import NotConfigured
from royal_platform.commerce.messages.model import Envelope
from royal_platform.messaging.errors import MailRejected, MailUnavailable
from royal_platform.messaging.mime import Signature, internet_message

_SECONDS = 20.0
# RFC 3463: the mailbox is the reason, not the message or the sender.
_NO_SUCH_MAILBOX = {550, 551, 553}


class SmtpMailer:
    """One mail server: ``smtp://user:password@host:587`` (STARTTLS) or ``smtps://…:465``."""

    carrier = "smtp"

    def __init__(self, url: str, signature: Signature | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise NotConfigured(
                "SMTP_URL is not an address of a mail server.",
                remedy="Write it as smtp://user:password@host:587 or smtps://user:password@host.",
            )
        self._host, self._implicit = parts.hostname, parts.scheme == "smtps"
        self._port = parts.port or (465 if self._implicit else 587)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._signature = signature

    async def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> None:
        """Send it; only the last step, the message itself, cannot be taken back."""
        raw = internet_message(envelope, self._signature)
        client = aiosmtplib.SMTP(
            hostname=self._host, port=self._port, use_tls=self._implicit, timeout=_SECONDS,
            start_tls=None if not self._implicit else False,
        )  # fmt: skip
        try:
            await self._introduce(client, envelope)
            handing_over()
            await _hand_over(client, raw)
        finally:
            client.close()

    async def _introduce(self, client: aiosmtplib.SMTP, envelope: Envelope) -> None:
        try:
            await client.connect()
            if self._user:
                await client.login(self._user, self._password)
            await client.mail(parseaddr(envelope.sender)[1])
            await client.rcpt(parseaddr(envelope.to)[1])
        except aiosmtplib.SMTPAuthenticationError as error:
            raise MailRejected(
                f"The mail server refused our name and password ({error.code}).",
                remedy="Correct user and password in SMTP_URL.",
            ) from None
        except aiosmtplib.SMTPRecipientRefused as error:
            raise _refusal(error, bounced=error.code in _NO_SUCH_MAILBOX) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal(error, bounced=False) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailUnavailable(
                f"The mail server {self._host}:{self._port} does not answer "
                f"({type(error).__name__})."
            ) from None


async def _hand_over(client: aiosmtplib.SMTP, raw: bytes) -> None:
    try:
        await client.data(raw)
    except aiosmtplib.SMTPResponseException as error:
        raise _refusal(error, bounced=False) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailUnavailable(
            f"The mail server fell silent after the message was given ({type(error).__name__}).",
            maybe_taken=True,
        ) from None


def _refusal(
    error: aiosmtplib.SMTPResponseException, *, bounced: bool
) -> MailUnavailable | MailRejected:
    said = f"The mail server answered {error.code} {_first_line(error.message)}."
    if 400 <= error.code < 500:
        return MailUnavailable(said)
    return MailRejected(
        said, bounced=bounced,
        remedy="The address gets no more mail." if bounced else "Look at the mail server's answer.",
    )  # fmt: skip


def _first_line(text: str) -> str:
    return text.splitlines()[0][:200] if text else ""
