"""Shopify's webhooks: authenticated by their HMAC, stored durably, answered, worked on later."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from api_gateway.inbox import Inbox
from core.errors import (
    Invalid,
    NotConfigured,
    NotFound,
    RoyalError,
    TooLarge,
    Unauthenticated,
)
from core.storage.database import Database
from core.telemetry.logs import get_logger
from core.web.asgi_binding import Receive, Scope
from orchestrator.core.webhooks import needs_body
from royal_platform.persistence import stores
from royal_platform.persistence.commands import Receipt

BODY_MAX = 5 * 1024 * 1024
# As long as their columns.
_ID = re.compile(r"[A-Za-z0-9_.:\-]{1,80}")
_TOPIC = re.compile(r"[a-z0-9_]{1,60}/[a-z0-9_]{1,59}")
_SIGNED_BY = b"x-shopify-hmac-sha256"
_DOMAIN = b"x-shopify-shop-domain"
# As they come, and as they are kept.
_KEPT_HEADERS = tuple(
    (name.encode(), name)
    for name in (
        "x-shopify-topic", "x-shopify-shop-domain", "x-shopify-webhook-id", "x-shopify-event-id",
        "x-shopify-api-version", "x-shopify-triggered-at", "content-type",
        # By it what was sent can be recognised when its body is not kept.
        "x-shopify-hmac-sha256",
    )
)  # fmt: skip

_ANSWER = b'{"status":"stored"}'

# A secret is read again after this long, at the latest after twice that: one that was taken back
# must not be believed for ever.
_SECRETS_SECONDS = 5.0
# Before a webhook is refused they are read again, unless that was done this lately: a new secret is
# in use as soon as the store has it, and whoever signs wrongly must not make us work.
_REFUSED_SECONDS = 1.0

_log = get_logger(__name__)

# Stands for no store: whoever signs rightly is told that it is not connected.
_NOBODY = ""

Secrets = Callable[[str], list[str]]
# Stores, each with the secrets it may have signed with.
_Senders = list[tuple[str, list[bytes]]]


class Reception:
    """Takes webhooks in for the stores of one database."""

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        secrets: Secrets,
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._secrets = secrets
        self._seconds = seconds
        self._known: dict[str, tuple[float, _Senders]] = {}
        self._asking: dict[str, asyncio.Task[_Senders]] = {}

    async def receive(
        self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive
    ) -> bytes:
        """The answer once the webhook is durable, whether it is new or was sent before."""
        body = await read_body(receive)
        domain = headers.get(_DOMAIN, b"").decode("latin-1").lower()
        known = self._known.get(domain)
        if known is not None and self._seconds() - known[0] <= _SECRETS_SECONDS:
            senders = known[1]
        else:
            senders = await self._senders(domain)
        given = _signature(headers)
        signed = _signers(senders, given, body)
        if not signed and self._is_older(domain, _REFUSED_SECONDS):
            senders = await asyncio.shield(self._asking.get(domain) or self._ask(domain))
            signed = _signers(senders, given, body)
        if not signed:
            raise _unsigned(senders)
        if signed[0] == _NOBODY:
            raise NotFound(
                f"No store {domain!r} is connected here.",
                remedy="Send X-Shopify-Shop-Domain of the connected store.",
            )
        named = scope["path_params"].get("topic", "")
        await self._inbox.store(_receipt(signed[0], _kept(headers), named, body))
        return _ANSWER

    def _is_older(self, domain: str, seconds: float) -> bool:
        """Whether what is known of ``domain`` was read longer ago; not when nobody is known."""
        known = self._known.get(domain)
        return known is not None and self._seconds() - known[0] > seconds

    async def _senders(self, domain: str) -> _Senders:
        """The stores that may be sending, each with what it must have signed with."""
        asking = self._asking.get(domain) or self._ask(domain)
        known = self._known.get(domain)
        if known is not None and self._seconds() - known[0] <= 2 * _SECRETS_SECONDS:
            # In a burst hundreds find it old at once: one asks, the others go on.
            return known[1]
        return await asyncio.shield(asking)

    def _ask(self, domain: str) -> asyncio.Task[_Senders]:
        asking = asyncio.create_task(self._renewed(domain))
        self._asking[domain] = asking
        asking.add_done_callback(lambda done: self._asked(domain, done))
        return asking

    def _asked(self, domain: str, done: asyncio.Task[_Senders]) -> None:
        del self._asking[domain]
        failure = None if done.cancelled() else done.exception()
        if failure is not None:
            _log.warning("webhook.secrets.unread", error=type(failure).__name__)

    async def _renewed(self, domain: str) -> _Senders:
        found = await asyncio.to_thread(self._look_up, domain)
        if found[0][0] == _NOBODY:
            # Names that nobody has are not kept: there is no end of them.
            self._known.pop(domain, None)
        else:
            self._known[domain] = self._seconds(), found
        return found

    def _look_up(self, domain: str) -> _Senders:
        with self._database.read() as connection:
            found = [each.id for each in stores.calling_itself(connection, domain)]
        return [
            (store_id, [secret.encode() for secret in self._secrets(store_id)])
            for store_id in found or [_NOBODY]
        ]


def _kept(headers: Mapping[bytes, bytes]) -> dict[str, str]:
    told = {}
    for raw, name in _KEPT_HEADERS:
        value = headers.get(raw)
        if value is not None:
            told[name] = value.decode("latin-1")
    return told


def _receipt(store_id: str, told: dict[str, str], named: str, body: bytes) -> Receipt:
    """``told``: the headers that are kept; ``named``: the topic in the address, if any."""
    topic, is_kept = _topic(told.get("x-shopify-topic", ""), named)
    webhook_id = told.get("x-shopify-webhook-id", "")
    if not _ID.fullmatch(webhook_id):
        raise _missing("X-Shopify-Webhook-Id")
    told["content-length"] = str(len(body))
    # By position, as thousands are made a second; the last are ``processed_at`` and ``error``.
    return Receipt(
        store_id, webhook_id, topic, told, body if is_kept else b"",
        datetime.now(UTC), _moment(told.get("x-shopify-triggered-at")), None, None,
    )  # fmt: skip


def _signature(headers: Mapping[bytes, bytes]) -> bytes:
    try:
        return base64.b64decode(headers.get(_SIGNED_BY, b""), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _signers(senders: _Senders, given: bytes, body: bytes) -> list[str]:
    return [store_id for store_id, secrets in senders if _fits(given, body, secrets)]


def _fits(given: bytes, body: bytes, secrets: list[bytes]) -> bool:
    # Each is compared whole, in constant time, whether an earlier one fitted or not.
    fits = False
    for secret in secrets:
        fits |= hmac.compare_digest(hmac.digest(secret, body, "sha256"), given)
    return fits


def _unsigned(senders: _Senders) -> RoyalError:
    if not any(secrets for _store_id, secrets in senders):
        return NotConfigured(
            "The secret that webhooks are signed with is not set.",
            remedy="Set SHOPIFY_WEBHOOK_SECRET (or SHOPIFY_CLIENT_SECRET), or connect the store "
            "with its app's client secret.",
        )
    return Unauthenticated(
        "The webhook's signature does not fit its body.",
        remedy="Sign the raw body with the app's secret: X-Shopify-Hmac-Sha256.",
    )


async def read_body(receive: Receive) -> bytes:
    """The raw body, never more than ``BODY_MAX`` of it in memory."""
    chunks, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Invalid("The webhook ended early.", remedy="Send the whole body.")
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
        size += len(chunks[-1])
        if size > BODY_MAX:
            raise _too_large()
    return b"".join(chunks)


# Only who signed rightly gets here, so they are a store's few.
@lru_cache(maxsize=1024)
def _topic(told: str, named: str) -> tuple[str, bool]:
    """From the header, and whether its body is kept.

    The address must agree where it names one (``orders-create`` style too).
    """
    topic, named = told.lower(), named.lower()
    if not _TOPIC.fullmatch(topic):
        raise _missing("X-Shopify-Topic")
    if named and named.replace("-", "/").replace("_", "/") != topic.replace("_", "/"):
        raise Invalid(
            f"The address names {named!r}, the header {topic!r}.",
            remedy="Send each topic to its own address, or to /webhooks/shopify.",
        )
    return topic, needs_body(topic)


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
