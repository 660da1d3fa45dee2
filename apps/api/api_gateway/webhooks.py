"""Shopify's webhooks: authenticated by their HMAC, stored durably, answered, worked on later."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from api_gateway.inbox import Inbox
from core.errors import Invalid, NotConfigured, NotFound, TooLarge, Unauthenticated
from core.storage.database import Database
from royal_platform.persistence import stores
from royal_platform.persistence.commands import Receipt

BODY_MAX = 5 * 1024 * 1024
_ID = re.compile(r"[A-Za-z0-9_.:\-]{1,128}")
_TOPIC = re.compile(r"[a-z0-9_]{1,60}/[a-z0-9_]{1,60}")
_KEPT_HEADERS = (
    "x-shopify-topic", "x-shopify-shop-domain", "x-shopify-webhook-id", "x-shopify-event-id",
    "x-shopify-api-version", "x-shopify-triggered-at", "content-type",
)  # fmt: skip

Secret = Callable[[], str | None]


class Reception:
    """Takes webhooks in for the stores of one database."""

    def __init__(self, database: Database, inbox: Inbox, secret: Secret) -> None:
        self._database = database
        self._inbox = inbox
        self._secret = secret
        self._stores: dict[str, str] = {}

    async def receive(self, request: Request) -> Response:
        """Answer 200 once the webhook is durable, whether it is new or was sent before."""
        body = await _body(request)
        self._check_signature(request, body)
        receipt = self._receipt(request, body)
        new = await self._inbox.store(receipt)
        return JSONResponse({"status": "stored" if new else "known"})

    def _check_signature(self, request: Request, body: bytes) -> None:
        secret = self._secret()
        if not secret:
            raise NotConfigured(
                "The secret that webhooks are signed with is not set.",
                remedy="Set SHOPIFY_WEBHOOK_SECRET (or SHOPIFY_CLIENT_SECRET).",
            )
        expected = hmac.new(secret.encode(), body, hashlib.sha256).digest()
        try:
            given = base64.b64decode(
                request.headers.get("x-shopify-hmac-sha256", ""), validate=True
            )
        except (binascii.Error, ValueError):
            given = b""
        if not hmac.compare_digest(expected, given):
            raise Unauthenticated(
                "The webhook's signature does not fit its body.",
                remedy="Sign the raw body with the app's secret: X-Shopify-Hmac-Sha256.",
            )

    def _receipt(self, request: Request, body: bytes) -> Receipt:
        headers = {name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers}
        webhook_id = headers.get("x-shopify-webhook-id", "")
        if not _ID.fullmatch(webhook_id):
            raise _missing("X-Shopify-Webhook-Id")
        return Receipt(
            store_id=self._store(headers.get("x-shopify-shop-domain", "")),
            webhook_id=webhook_id,
            topic=_topic(request),
            headers=headers,
            body=body,
            received_at=datetime.now(UTC),
            triggered_at=_moment(headers.get("x-shopify-triggered-at")),
            processed_at=None,
            error=None,
        )

    def _store(self, domain: str) -> str:
        """The store that sends; a known domain keeps its id, so it is looked up once."""
        found = self._stores.get(domain)
        if found is None:
            with self._database.read() as connection:
                store = stores.by_domain(connection, domain)
            if store is None:
                raise NotFound(
                    f"No store {domain!r} is connected here.",
                    remedy="Send X-Shopify-Shop-Domain of the connected store.",
                )
            found = self._stores[domain] = store.id
        return found


async def _body(request: Request) -> bytes:
    """The raw body, never more than ``BODY_MAX`` of it in memory."""
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > BODY_MAX:
        raise _too_large()
    chunks, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > BODY_MAX:
                raise _too_large()
            chunks.append(chunk)
    except ClientDisconnect as error:
        raise Invalid("The webhook ended early.", remedy="Send the whole body.") from error
    return b"".join(chunks)


def _topic(request: Request) -> str:
    """From the header; the address must agree where it names one (``orders-create`` style too)."""
    told = request.headers.get("x-shopify-topic", "").lower()
    named = request.path_params.get("topic", "").lower()
    if not _TOPIC.fullmatch(told):
        raise _missing("X-Shopify-Topic")
    if named and named.replace("-", "/").replace("_", "/") != told.replace("_", "/"):
        raise Invalid(
            f"The address names {named!r}, the header {told!r}.",
            remedy="Send each topic to its own address, or to /webhooks/shopify.",
        )
    return told


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _missing(header: str) -> Invalid:
    return Invalid(
        f"The header {header} is missing or malformed.", remedy="Send it as Shopify does."
    )


def _too_large() -> TooLarge:
    return TooLarge(
        f"The webhook is larger than {BODY_MAX // 1024 // 1024} MiB.",
        remedy="Subscribe to fewer fields (includeFields).",
    )
