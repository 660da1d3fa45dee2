"""Access tokens: a static one, or one that is exchanged for client credentials and renewed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol
from weakref import WeakKeyDictionary

import httpx
import orjson

from royal_platform.shopify.errors import ShopifyUnauthorized, ShopifyUnavailable

# Renewed this long before it ends, so that no request carries a token that expires on its way.
_AHEAD_SECONDS = 600.0


class Credentials(Protocol):
    """Where access tokens come from."""

    async def token(self, http: httpx.AsyncClient, *, refused: str | None = None) -> str:
        """A token to use now; ``refused`` is one the store answered 401 to."""
        ...


@dataclass(frozen=True, slots=True)
class StaticToken:
    """A custom app's token from before 2026: it cannot be renewed."""

    value: str = field(repr=False)
    setting: str = "SHOPIFY_ACCESS_TOKEN"

    async def token(self, http: httpx.AsyncClient, *, refused: str | None = None) -> str:  # noqa: ARG002 - the protocol's
        """The token. Raises ``ShopifyUnauthorized`` when it was refused."""
        if refused is not None:
            raise _refused(self.setting)
        return self.value


@dataclass(frozen=True, slots=True)
class ClientKey:
    """An app's client id and secret."""

    client_id: str
    client_secret: str = field(repr=False)
    setting: str = "SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET"


class ClientCredentials:
    """Tokens by the client credentials grant: 24 hours each, renewed ahead of their end."""

    def __init__(
        self,
        address: str,
        key: Callable[[], Awaitable[ClientKey]],
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address
        self._key = key
        self._monotonic = monotonic
        self._token: str | None = None
        self._renew_at = 0.0
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = (
            WeakKeyDictionary()
        )

    def __repr__(self) -> str:
        return f"ClientCredentials({self._address!r})"

    async def token(self, http: httpx.AsyncClient, *, refused: str | None = None) -> str:
        """The current token, renewed when it ends soon or was refused."""
        turn = self._turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())
        async with turn:
            fresh = self._token is not None and self._monotonic() < self._renew_at
            if self._token is None or not fresh or self._token == refused:
                await self._renew(http)
            return self._token or ""

    async def _renew(self, http: httpx.AsyncClient) -> None:
        key = await self._key()
        body = {
            "client_id": key.client_id,
            "client_secret": key.client_secret,
            "grant_type": "client_credentials",
        }
        try:
            answer = await http.post(f"{self._address}/admin/oauth/access_token", json=body)
        except httpx.TransportError as error:
            raise ShopifyUnavailable(
                f"The store at {self._address} does not answer ({type(error).__name__})."
            ) from None
        if answer.status_code in (400, 401, 403, 404):
            raise _refused(key.setting)
        if answer.status_code != 200:
            raise ShopifyUnavailable(
                f"The store answered {answer.status_code} when asked for an access token."
            )
        try:
            grant = orjson.loads(answer.content)
            token, lifetime = str(grant["access_token"]), float(grant.get("expires_in", 86_399))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            raise ShopifyUnavailable("The store's answer holds no access token.") from None
        self._token = token
        self._renew_at = self._monotonic() + max(lifetime - _AHEAD_SECONDS, lifetime / 2)


def _refused(setting: str) -> ShopifyUnauthorized:
    return ShopifyUnauthorized(
        f"The store does not accept {setting}.",
        remedy=(
            f"Check {setting} in the Shopify admin (Settings, Apps, Develop apps), set the new "
            "value and start again; or unset them and SHOPIFY_SHOP to run against the sandbox."
        ),
    )
