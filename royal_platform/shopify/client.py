"""The one way to the Admin API: paced, retried, timed out, and silent about its tokens."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import httpx
import orjson

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


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take: attempts after failures, and seconds in all."""

    attempts: int = 5
    seconds: float = 90.0
    first_pause: float = 0.25
    longest_pause: float = 8.0


class ShopifyClient:
    """Sends documents to one store. Safe to use from several event loops and threads."""

    def __init__(
        self,
        address: str,
        api_version: str,
        credentials: Credentials,
        *,
        patience: Patience | None = None,
        pacer: Pacer | None = None,
        timeout: float = 30.0,
    ) -> None:
        self.address = address.rstrip("/")
        self.api_version = api_version
        self.served_version: str | None = None
        self.pacer = pacer or Pacer()
        self._credentials = credentials
        self._patience = patience or Patience()
        self._timeout = httpx.Timeout(timeout, connect=min(5.0, timeout))
        # A connection pool belongs to the loop it was opened in.
        self._pools: WeakKeyDictionary[asyncio.AbstractEventLoop, httpx.AsyncClient] = (
            WeakKeyDictionary()
        )

    def __repr__(self) -> str:
        return f"ShopifyClient({self.address!r}, {self.api_version!r})"

    async def run(
        self, document: Document[Answer], variables: Mapping[str, Any] | None = None
    ) -> Answer:
        """Send the document and return its answer.

        Raises ``ShopifyUnavailable`` (repeat later; ``maybe_applied`` says whether a write may
        have happened), ``ShopifyRejected`` or ``ShopifyUnauthorized``.
        """
        body = orjson.dumps({"query": document.text, "variables": dict(variables or {})})
        deadline = time.monotonic() + self._patience.seconds
        failures = 0
        while True:
            try:
                return document.read(await self._once(document.name, body))
            except ShopifyUnavailable as error:
                failures += 1
                pause = self._pause(failures, error)
                hopeless = error.maybe_applied and not document.repeatable
                late = time.monotonic() + pause > deadline
                if hopeless or late or failures >= self._patience.attempts:
                    raise
                log.info(
                    "shopify.call.retried", document=document.name, attempt=failures,
                    pause=round(pause, 3), reason=error.detail,
                )  # fmt: skip
                await asyncio.sleep(pause)

    async def aclose(self) -> None:
        """Close the running loop's connections."""
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.aclose()

    def http(self) -> httpx.AsyncClient:
        """The running loop's connections."""
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None or pool.is_closed:
            pool = self._pools[loop] = httpx.AsyncClient(
                timeout=self._timeout, limits=httpx.Limits(max_keepalive_connections=4)
            )
        return pool

    async def _once(self, name: str, body: bytes) -> dict[str, Any]:
        """Send until it is neither refused for its token nor throttled."""
        renewed, throttled_until = False, time.monotonic() + self._patience.seconds
        token = await self._credentials.token(self.http())
        while True:
            await self.pacer.admit(name)
            answer = await self._post(body, token)
            if answer.status_code == 401:
                if renewed:
                    raise _unauthorized()
                renewed, token = True, await self._credentials.token(self.http(), refused=token)
                continue
            document = self._read(answer)
            self.pacer.learn(name, (document.get("extensions") or {}).get("cost") or {})
            if not _is_throttled(document):
                return _data(document, name)
            pause = self.pacer.throttled(name)
            if time.monotonic() + pause > throttled_until:
                raise ShopifyUnavailable(
                    "The store's API budget is used up by other apps or workers."
                )
            log.debug("shopify.call.throttled", document=name, pause=round(pause, 3))
            await asyncio.sleep(pause)

    async def _post(self, body: bytes, token: str) -> httpx.Response:
        url = f"{self.address}/admin/api/{self.api_version}/graphql.json"
        headers = {"X-Shopify-Access-Token": token, "Content-Type": "application/json"}
        try:
            return await self.http().post(url, content=body, headers=headers)
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
                "The store asks to wait (429).", retry_after=_retry_after(answer)
            )
        if status >= 500:
            raise ShopifyUnavailable(
                f"The store answered {status}.",
                retry_after=_retry_after(answer), maybe_applied=True,
            )  # fmt: skip
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

    def _pause(self, failures: int, error: ShopifyUnavailable) -> float:
        if error.retry_after is not None:
            return error.retry_after
        doubled = self._patience.first_pause * 2.0 ** (failures - 1)
        longest: float = min(self._patience.longest_pause, doubled)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret


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


def _retry_after(answer: httpx.Response) -> float | None:
    try:
        return min(60.0, max(0.0, float(answer.headers["Retry-After"])))
    except (KeyError, ValueError):
        return None


def _unauthorized() -> ShopifyUnauthorized:
    return ShopifyUnauthorized(
        "The store refuses a token that was renewed a moment ago.",
        remedy="Check that the app is still installed in the Shopify admin, then start again.",
    )
