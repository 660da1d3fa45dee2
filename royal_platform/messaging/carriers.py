"""Which carrier takes mail out: SendGrid with its key, a mail server by SMTP_URL, else nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from core.errors import NotConfigured
from core.settings import Settings
from royal_platform.commerce.messages.model import Envelope
from royal_platform.commerce.messages.ports import Mailer
from royal_platform.messaging.mime import signature_of
from royal_platform.messaging.outbox import LocalOutbox

HERE = "Royal Equips <outbox@localhost>"


class ClosedPost:
    """A carrier whose settings lack something: each mail is refused with what to set."""

    def __init__(self, carrier: str, reason: NotConfigured) -> None:
        self.carrier, self._reason = carrier, reason

    async def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> None:  # noqa: ARG002 - nothing is handed over
        """Raises ``NotConfigured``."""
        raise self._reason


def mailer_of(settings: Settings) -> Mailer:
    """The configured carrier; without one mail stays in the local outbox.

    Settings that lack something refuse mail when it is sent: prices and refunds need no post.
    """
    try:
        return _carrier(settings)
    except NotConfigured as reason:
        return ClosedPost(carrier_of(settings), reason)


def _carrier(settings: Settings) -> Mailer:
    if settings.mail_from is None and carrier_of(settings) != "outbox":
        raise NotConfigured(
            "Mail has no sender.", remedy="Set MAIL_FROM, e.g. 'The shop <hello@shop.example>'."
        )
    if settings.sendgrid_api_key is not None:
        from royal_platform.messaging.sendgrid import SendGridMailer

        return SendGridMailer(
            settings.sendgrid_api_key.get_secret_value(), settings.sendgrid_base_url
        )
    if settings.smtp_url is not None:
        from royal_platform.messaging.smtp import SmtpMailer

        return SmtpMailer(settings.smtp_url.get_secret_value(), signature_of(settings))
    return LocalOutbox()


def carrier_of(settings: Settings) -> Literal["outbox", "smtp", "sendgrid"]:
    """The configured carrier's name."""
    if settings.sendgrid_api_key is not None:
        return "sendgrid"
    return "smtp" if settings.smtp_url is not None else "outbox"


def why_closed(settings: Settings) -> str | None:
    """Why no mail leaves this machine as it is set up; None: it does."""
    if carrier_of(settings) == "outbox":
        return "No mail server is set up."
    try:
        _carrier(settings)
    except NotConfigured as reason:
        return reason.detail
    return None


def operators_of(settings: Settings) -> tuple[str, ...]:
    """Who is told of alerts and reports by mail: nobody while no carrier is configured."""
    if carrier_of(settings) == "outbox":
        return ()
    return tuple(each.strip() for each in settings.operator_mail.split(",") if each.strip())


def sender_of(settings: Settings) -> str:
    """Whom mail comes from; what leaves the machine is refused without ``MAIL_FROM``."""
    return settings.mail_from or HERE
