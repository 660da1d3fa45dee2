"""Mail by SendGrid, through its own SDK."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Callable
from email.utils import parseaddr
from typing import Any

from royal_platform.commerce.messages.model import Envelope
from royal_platform.commerce.messages.rules import (
    internet_id,
    thread_headers,
    unsubscribe_headers,
)
from royal_platform.messaging.errors import MailRejected, MailUnavailable

_SECONDS = 20
_LATER = {429, 500, 502, 503, 504}


class SendGridMailer:
    """One SendGrid account; ``host`` is its region's address."""

    carrier = "sendgrid"

    def __init__(self, key: str, host: str) -> None:
        self._key, self._host = key, host

    async def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> None:
        """Send it in one request: the hand-over is the request."""
        body = _body(envelope)
        handing_over()
        await asyncio.to_thread(self._post, body)

    def _post(self, body: dict[str, Any]) -> None:
        from python_http_client.exceptions import HTTPError
        from sendgrid import SendGridAPIClient

        client = SendGridAPIClient(self._key, host=self._host)
        client.client.timeout = _SECONDS
        try:
            client.client.mail.send.post(request_body=body)
        except HTTPError as error:
            raise _refusal(error.status_code, error.body) from None
        except OSError as error:
            raise MailUnavailable(
                f"SendGrid does not answer ({type(error).__name__}).", maybe_taken=True
            ) from None


def _body(envelope: Envelope) -> dict[str, Any]:
    name, address = parseaddr(envelope.sender)
    # Ours, so that an answer is known by the mail it answers.
    named = f"<{internet_id(envelope.id, envelope.sender)}>"
    headers = {
        "Message-ID": named, "X-Message-Key": envelope.id, **thread_headers(envelope.answers),
    }  # fmt: skip
    if envelope.unsubscribe_url is not None:
        headers |= unsubscribe_headers(envelope.unsubscribe_url)
    files = [
        {"content": b64encode(each.content).decode(), "type": each.media_type,
         "filename": each.filename, "disposition": "attachment"}
        for each in envelope.files
    ]  # fmt: skip
    return {
        "personalizations": [
            {"to": [{"email": envelope.to}], "custom_args": {"message_id": envelope.id}}
        ],
        "from": {"email": address, **({"name": name} if name else {})},
        "subject": envelope.content.subject,
        "content": [
            {"type": "text/plain", "value": envelope.content.text},
            {"type": "text/html", "value": envelope.content.html},
        ],
        "headers": headers,
        **({"attachments": files} if files else {}),
        # The words and links arrive as they were approved.
        "tracking_settings": {
            "click_tracking": {"enable": False}, "open_tracking": {"enable": False},
        },
    }  # fmt: skip


def _refusal(status: int, body: bytes) -> MailUnavailable | MailRejected:
    said = body.decode(errors="replace")[:300] if body else ""
    if status in _LATER:
        # An answer with a status says that it was not taken.
        return MailUnavailable(f"SendGrid answered {status}.")
    if status in {401, 403}:
        return MailRejected(
            f"SendGrid answered {status}.",
            remedy="Set SENDGRID_API_KEY to a key that may send mail, and verify the sender.",
        )
    return MailRejected(f"SendGrid answered {status}: {said}", remedy="Correct what it names.")
