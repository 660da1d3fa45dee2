"""What customers write: mail as it is, and messages of chat or other programs; durable first."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson
from starlette.responses import JSONResponse, Response

from api_gateway.inbox import Inbox
from api_gateway.webhooks import read_body
from core.errors import Invalid, NotConfigured, Unauthenticated
from core.web.permissions import public
from orchestrator.core.suppressing import take_report
from orchestrator.core.taking_in import MAIL_TOPIC, MESSAGE_TOPIC
from royal_platform.messaging.inbound import mail_key
from royal_platform.messaging.sendgrid_events import SIGNATURE, TIMESTAMP, is_signed, reports_of
from royal_platform.persistence.commands import Receipt

if TYPE_CHECKING:
    from starlette.requests import Request

    from royal_platform.bootstrap import Platform

_ID = re.compile(r"[A-Za-z0-9_.:\-]{1,100}")

InboxOf = Callable[[], Awaitable[tuple["Platform", Inbox]]]
SecretOf = Callable[[], str | None]


class InboundDoor:
    """The inlets of one installation: whoever knows INBOUND_SECRET may bring in messages."""

    def __init__(self, secret: SecretOf, inbox: InboxOf) -> None:
        self._secret = secret
        self._inbox = inbox

    @public
    async def mail(self, request: Request) -> Response:
        """Open to whoever knows the secret: one raw mail (message/rfc822) in the body."""
        body = await self._authenticated(request)
        return await self._store(MAIL_TOPIC, f"mail:{mail_key(body)}", body)

    @public
    async def message(self, request: Request) -> Response:
        """Open to whoever knows the secret: one message of a chat or another program, as JSON."""
        body = await self._authenticated(request)
        given = _document(body)
        return await self._store(MESSAGE_TOPIC, f"message:{given['id']}", body)

    @public
    async def sendgrid(self, request: Request) -> Response:
        """Open to SendGrid's event webhook, by its signature: bounces and complaints."""
        body = await read_body(request.receive)
        platform, _inbox = await self._inbox()
        key = platform.settings.sendgrid_webhook_key
        if key is None:
            raise NotConfigured(
                "The key of SendGrid's event webhook is not set.",
                remedy="Set SENDGRID_WEBHOOK_KEY to its verification key and restart.",
            )
        headers = request.headers
        if not is_signed(key, body, headers.get(SIGNATURE, ""), headers.get(TIMESTAMP, "")):
            raise Unauthenticated(
                "SendGrid did not sign this.", remedy="Turn its signed event webhook on."
            )
        for report in reports_of(_events(body)):
            await asyncio.to_thread(take_report, platform, report, source="sendgrid")
        return JSONResponse({"status": "taken"})

    async def _authenticated(self, request: Request) -> bytes:
        body = await read_body(request.receive)
        secret = self._secret()
        if secret is None:
            raise NotConfigured(
                "The secret of the inlets is not set.", remedy="Set INBOUND_SECRET and restart."
            )
        if not _knows(request, body, secret):
            raise Unauthenticated(
                "The message does not show that it may come in.",
                remedy="Send INBOUND_SECRET as bearer token or password, or sign the body with it: "
                "X-Royal-Hmac-Sha256, base64.",
            )
        return body

    async def _store(self, topic: str, key: str, body: bytes) -> Response:
        platform, inbox = await self._inbox()
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        receipt = Receipt(
            store_id=platform.store_id, webhook_id=key, topic=topic,
            headers={"content-length": str(len(body)), "content-digest": f"sha-256=:{digest}:"},
            body=body, received_at=datetime.now(UTC), triggered_at=None, processed_at=None,
            error=None,
        )  # fmt: skip
        await inbox.store(receipt)
        return JSONResponse({"status": "stored"})


def _events(body: bytes) -> list[object]:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, list):
        raise Invalid("Events are a JSON list.", remedy="Send what SendGrid sends.")
    return given


def _document(body: bytes) -> dict[str, object]:
    """Checked only as far as the receipt needs; what it says is read by the worker."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict) or not _ID.fullmatch(str(given.get("id", ""))):
        raise Invalid(
            "A message is a JSON object with an id of its own.",
            remedy='Send {"id": "...", "channel": "chat", "address": "...", "text": "..."}.',
        )
    return given


def _knows(request: Request, body: bytes, secret: str) -> bool:
    signed = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    told = request.headers.get("x-royal-hmac-sha256", "")
    # Both compared whole, in constant time.
    fits = hmac.compare_digest(told.encode(), signed.encode())
    return hmac.compare_digest(_password(request).encode(), secret.encode()) or fits


def _password(request: Request) -> str:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
