"""The one way to the Admin API: paced, retried, timed out, and silent about its tokens."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import httpx
import orjson

from core.errors import Unavailable
from core.resilience import (
    BreakerState,
    CircuitBreaker,
    RetryPolicy,
    retry,
    retry_after_seconds,
)
from core.telemetry.logs import get_logger
from royal_platform.shopify.credentials import Credentials
from royal_platform.shopify.documents import Document
from royal_platform.shopify.errors import (
    ShopifyRejected,
    ShopifyUnauthorized,
    ShopifyUnavailable,
    access_denied,
    rejected,
)
from royal_platform.shopify.pacing import Pacer

log = get_logger(__name__)

Answer = TypeVar("Answer")

# Failures before the request has left: nothing can have happened at the other end.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_TRANSIENT_CODES = {"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"}
_STATUS_REMEDIES = {
    402: "The shop is frozen: pay its Shopify bill, then start again.",
    403: "Grant the app the access scopes listed in docs/how-to/connect-a-store.md.",
    404: "Check SHOPIFY_SHOP: there is no such shop.",
    423: "The shop is locked; ask Shopify support.",
}


_POLICY = RetryPolicy(attempts=5, base_seconds=0.3, cap_seconds=8.0, patience_seconds=60.0)
# Throttling is not a failure; it is waited out up to this long.
_THROTTLED_SECONDS = 90.0


@cache
def _certificates() -> ssl.SSLContext:
    """The certificates a server is held against; reading them takes longer than a call."""
    return httpx.create_ssl_context()


class _OutcomeUnknownError(Exception):
    """A write that must not be repeated blindly broke off."""

    def __init__(self, cause: ShopifyUnavailable) -> None:
        super().__init__()
        self.cause = cause


@dataclass(frozen=True, slots=True)
class _Link:
    """What belongs to one event loop: its connection pool and its breaker."""

    http: httpx.AsyncClient
    breaker: CircuitBreaker


class ShopifyClient:
    """Sends documents to one store. Safe to use from several event loops and threads."""

    def __init__(
        self,
        address: str,
        api_version: str,
        credentials: Credentials,
        *,
        policy: RetryPolicy = _POLICY,
        pacer: Pacer | None = None,
        timeout: float = 30.0,
    ) -> None:
        self.address = address.rstrip("/")
        self.api_version = api_version
        self.served_version: str | None = None
        self.pacer = pacer or Pacer()
        self._credentials = credentials
        self._policy = policy
        self._timeout = httpx.Timeout(timeout, connect=min(5.0, timeout))
        self._links: WeakKeyDictionary[asyncio.AbstractEventLoop, _Link] = WeakKeyDictionary()

    def __repr__(self) -> str:
        return f"ShopifyClient({self.address!r}, {self.api_version!r})"

    async def run(
        self, document: Document[Answer], variables: Mapping[str, Any] | None = None
    ) -> Answer:
        """Send the document and return its answer.

        Raises ``ShopifyUnavailable`` (repeat later; ``maybe_applied`` says whether a write may
        have happened), ``ShopifyRejected`` or ``ShopifyUnauthorized``.
        """
        given = dict(variables or {})
        body = orjson.dumps({"query": document.text, "variables": given})
        # A page of another size costs something else.
        priced = f"{document.name}:{given['first']}" if "first" in given else document.name
        link = self._link()

        async def attempt() -> dict[str, Any]:
            try:
                return await link.breaker.call(
                    lambda: self._once(link.http, document, priced, body)
                )
            except ShopifyUnavailable as error:
                if error.maybe_applied and not document.repeatable:
                    raise _OutcomeUnknownError(error) from None
                raise

        try:
            data = await retry(attempt, on=(ShopifyUnavailable,), policy=self._policy)
        except _OutcomeUnknownError as broken:
            raise broken.cause from None
        except ShopifyUnavailable:
            raise
        except Unavailable as error:
            # The breaker's own refusal.
            raise ShopifyUnavailable(error.detail, remedy=error.remedy) from None
        return document.read(data)

    @property
    def breaker_state(self) -> BreakerState:
        """Whether the running loop's calls go through."""
        return self._link().breaker.state

    async def aclose(self) -> None:
        """Close the running loop's connections."""
        link = self._links.pop(asyncio.get_running_loop(), None)
        if link is not None:
            await link.http.aclose()

    def _link(self) -> _Link:
        loop = asyncio.get_running_loop()
        link = self._links.get(loop)
        if link is None or link.http.is_closed:
            # A connection pool belongs to the loop it was opened in.
            limits = httpx.Limits(max_keepalive_connections=4)
            link = self._links[loop] = _Link(
                httpx.AsyncClient(timeout=self._timeout, limits=limits, verify=_certificates()),
                CircuitBreaker(
                    "The store", failures=8, open_seconds=10.0, counts=(ShopifyUnavailable,)
                ),
            )
        return link

    async def _once(
        self, http: httpx.AsyncClient, document: Document[Any], priced: str, body: bytes
    ) -> dict[str, Any]:
        """Send until it is neither refused for its token nor throttled."""
        renewed, throttled_until = False, time.monotonic() + _THROTTLED_SECONDS
        token = await self._credentials.token(http)
        while True:
            told = await self._paced(http, document, priced, body, token)
            if told is None:
                if renewed:
                    await self._credentials.give_up()
                    raise _unauthorized()
                renewed, token = True, await self._credentials.token(http, refused=token)
                continue
            await self._credentials.accepted()
            if not _is_throttled(told):
                return _data(told, document.name)
            pause = self.pacer.throttled(priced)
            if time.monotonic() + pause > throttled_until:
                raise ShopifyUnavailable(
                    "The store's API budget is used up by other apps or workers."
                )
            log.info("shopify.call.throttled", document=document.name, pause=round(pause, 3))
            await asyncio.sleep(pause)

    async def _paced(
        self, http: httpx.AsyncClient, document: Document[Any], priced: str, body: bytes, token: str
    ) -> dict[str, Any] | None:
        """Send once, when the bucket allows; None when the token was refused."""
        await self.pacer.admit(priced, urgent=document.urgent)
        try:
            answer = await self._post(http, body, token)
            if answer.status_code == 401:
                return None
            told = self._read(answer)
            self.pacer.learn(priced, (told.get("extensions") or {}).get("cost") or {})
            return told
        finally:
            await self.pacer.tell()

    async def _post(self, http: httpx.AsyncClient, body: bytes, token: str) -> httpx.Response:
        url = f"{self.address}/admin/api/{self.api_version}/graphql.json"
        headers = {"X-Shopify-Access-Token": token, "Content-Type": "application/json"}
        try:
            return await http.post(url, content=body, headers=headers)
        except _NOT_SENT as error:
            raise ShopifyUnavailable(
                f"The store at {self.address} cannot be reached ({type(error).__name__})."
            ) from None
        except httpx.TransportError as error:
            raise ShopifyUnavailable(
                f"The connection to {self.address} broke ({type(error).__name__}).",
                maybe_applied=True,
            ) from None

    def _read(self, answer: httpx.Response) -> dict[str, Any]:
        status = answer.status_code
        if status == 429:
            raise ShopifyUnavailable(
                "The store asks to wait (429).",
                retry_after=retry_after_seconds(answer.headers.get("Retry-After")),
            )
        if status >= 500:
            raise ShopifyUnavailable(
                f"The store answered {status}.",
                retry_after=retry_after_seconds(answer.headers.get("Retry-After")),
                maybe_applied=True,
            )
        if status != 200:
            raise ShopifyRejected(
                f"The store answered {status}.",
                remedy=_STATUS_REMEDIES.get(
                    status, "Check the store's address and the API version."
                ),
                code=str(status),
            )
        self._note_version(answer.headers.get("X-Shopify-API-Version"))
        try:
            document = orjson.loads(answer.content)
        except orjson.JSONDecodeError:
            document = None
        if not isinstance(document, dict):
            raise ShopifyUnavailable("The store's answer is not JSON.", maybe_applied=True)
        return document

    def _note_version(self, served: str | None) -> None:
        if served is not None and served != self.served_version:
            self.served_version = served
            if served != self.api_version:
                log.warning(
                    "shopify.version.differs", asked=self.api_version, served=served,
                    remedy="set SHOPIFY_API_VERSION to a supported version",
                )  # fmt: skip


def _is_throttled(document: Mapping[str, Any]) -> bool:
    errors = document.get("errors")
    if not isinstance(errors, list) or document.get("data"):
        return False
    return any(_code(error) == "THROTTLED" for error in errors)


def _data(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    errors = document.get("errors")
    if errors:
        raise _top_level(errors if isinstance(errors, list) else [{"message": str(errors)}], name)
    data = document.get("data")
    if not isinstance(data, dict):
        raise ShopifyUnavailable("The store's answer holds no data.", maybe_applied=True)
    return data


def _top_level(errors: list[Mapping[str, Any]], name: str) -> ShopifyRejected | ShopifyUnavailable:
    codes = {_code(error) for error in errors}
    if codes & _TRANSIENT_CODES:
        return ShopifyUnavailable("The store had an internal error.", maybe_applied=True)
    if "IDEMPOTENCY_CONCURRENT_REQUEST" in codes:
        return ShopifyUnavailable("The same change is being made right now.", retry_after=1.0)
    for error in errors:
        if _code(error) == "ACCESS_DENIED":
            return access_denied(error)
    return rejected(errors, doing=f"the document {name!r}")


def _code(error: Any) -> str | None:
    extensions = error.get("extensions") if isinstance(error, dict) else None
    return extensions.get("code") if isinstance(extensions, dict) else None


def _unauthorized() -> ShopifyUnauthorized:
    return ShopifyUnauthorized(
        "The store refuses a token that was renewed a moment ago.",
        remedy="Check that the app is still installed in the Shopify admin, then start again.",
    )
