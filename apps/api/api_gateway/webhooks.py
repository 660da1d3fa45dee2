"""Shopify's webhooks: authenticated by their HMAC, stored durably, answered, worked on later."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import re
import time
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

# A secret is read again after this long: one that was taken back must not be believed for ever.
_SECRETS_SECONDS = 5.0

Secrets = Callable[[str], list[str]]


class Reception:
    """Takes webhooks in for the stores of one database."""

    def __init__(self, database: Database, inbox: Inbox, secrets: Secrets) -> None:
        self._database = database
        self._inbox = inbox
        self._secrets = secrets
        self._stores: dict[str, str] = {}
        self._known: dict[str, tuple[float, list[str]]] = {}

    async def receive(self, request: Request) -> Response:
        """Answer 200 once the webhook is durable, whether it is new or was sent before."""
        body = await _body(request)
        domain = request.headers.get("x-shopify-shop-domain", "")
        store_id, secrets = await self._sender(domain)
        _check_signature(request, body, secrets)
        if store_id is None:
            raise NotFound(
                f"No store {domain!r} is connected here.",
                remedy="Send X-Shopify-Shop-Domain of the connected store.",
            )
        receipt = self._receipt(request, body, store_id)
        new = await self._inbox.store(receipt)
        return JSONResponse({"status": "stored" if new else "known"})

    async def _sender(self, domain: str) -> tuple[str | None, list[str]]:
        """The store that says it sends, and what it must have signed with."""
        store_id = self._stores.get(domain)
        if store_id is None:
            store_id = await asyncio.to_thread(self._store, domain)
        key = store_id or ""
        known = self._known.get(key)
        if known is None or time.monotonic() - known[0] > _SECRETS_SECONDS:
            found = await asyncio.to_thread(self._secrets, key)
            known = self._known[key] = time.monotonic(), found
        return store_id, known[1]

    def _receipt(self, request: Request, body: bytes, store_id: str) -> Receipt:
        headers = {name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers}
        webhook_id = headers.get("x-shopify-webhook-id", "")
        if not _ID.fullmatch(webhook_id):
            raise _missing("X-Shopify-Webhook-Id")
        return Receipt(
            store_id=store_id,
            webhook_id=webhook_id,
            topic=_topic(request),
            headers=headers,
            body=body,
            received_at=datetime.now(UTC),
            triggered_at=_moment(headers.get("x-shopify-triggered-at")),
            processed_at=None,
            error=None,
        )

    def _store(self, domain: str) -> str | None:
        """A known domain keeps its id, so it is looked up once."""
        with self._database.read() as connection:
            store = stores.by_domain(connection, domain)
        if store is None:
            return None
        self._stores[domain] = store.id
        return store.id


def _check_signature(request: Request, body: bytes, secrets: list[str]) -> None:
    if not secrets:
        raise NotConfigured(
            "The secret that webhooks are signed with is not set.",
            remedy="Set SHOPIFY_WEBHOOK_SECRET (or SHOPIFY_CLIENT_SECRET), or connect the store "
            "with its app's client secret.",
        )
    try:
        given = base64.b64decode(request.headers.get("x-shopify-hmac-sha256", ""), validate=True)
    except (binascii.Error, ValueError):
        given = b""
    # Each is compared whole, in constant time, whether an earlier one fitted or not.
    fits = [
        hmac.compare_digest(hmac.new(secret.encode(), body, hashlib.sha256).digest(), given)
        for secret in secrets
    ]
    if not any(fits):
        raise Unauthenticated(
            "The webhook's signature does not fit its body.",
            remedy="Sign the raw body with the app's secret: X-Shopify-Hmac-Sha256.",
        )


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
