"""Access tokens: a static one, or a grant that all processes share and one of them renews."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol
from weakref import WeakKeyDictionary

import httpx

from core.security.grants import Grant
from core.telemetry.logs import get_logger
from royal_platform.shopify import oauth
from royal_platform.shopify.errors import ShopifyUnauthorized, ShopifyUnavailable
from royal_platform.shopify.ports import GrantStore

log = get_logger(__name__)

# How long an accepted token is not noted again.
_SURE = timedelta(seconds=30)
# What is stored of a token that a setting holds.
_OF_SETTING = Grant("static")


class Credentials(Protocol):
    """Where access tokens come from."""

    async def token(self, http: httpx.AsyncClient, *, refused: str | None = None) -> str:
        """A token to use now; ``refused`` is one the store answered 401 to."""
        ...

    async def give_up(self) -> None:
        """The store refuses a token renewed a moment ago: access is lost."""
        ...

    async def accepted(self) -> None:
        """The store took the token."""
        ...


@dataclass(frozen=True, slots=True)
class ClientKey:
    """An app's client id and secret."""

    client_id: str
    client_secret: str = field(repr=False)
    setting: str = "SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET"


class StaticToken:
    """A custom app's token from before 2026, given by the environment: it cannot be renewed.

    The value stays there; ``grants`` only keep whether the store takes it, so that its loss pauses
    and its successor resumes as with any other access.
    """

    def __init__(
        self,
        value: str,
        grants: GrantStore,
        *,
        setting: str = "SHOPIFY_ACCESS_TOKEN",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._value = value
        self._grants = grants
        self._setting = setting
        self._now = now
        self._sure_until: datetime | None = None

    def __repr__(self) -> str:
        return f"StaticToken({self._setting!r})"

    async def token(self, http: httpx.AsyncClient, *, refused: str | None = None) -> str:  # noqa: ARG002 - the protocol's
        """The token. Raises ``ShopifyUnauthorized`` when it was refused: access is lost."""
        if refused is not None:
            self._sure_until = None
            error = refused_by(self._setting)
            await asyncio.to_thread(self._grants.refused, _OF_SETTING, str(error))
            raise error
        return self._value

    async def give_up(self) -> None:
        """Nothing to note: it was when the token was refused."""

    async def accepted(self) -> None:
        """Note, once in a while, that the store takes the token."""
        now = self._now()
        if self._sure_until is None or now >= self._sure_until:
            await asyncio.to_thread(self._note)
            self._sure_until = now + _SURE

    def _note(self) -> None:
        if self._grants.read() != _OF_SETTING:
            self._grants.save(_OF_SETTING)
        self._grants.accepted()


class SharedGrant:
    """One store's grant: read by every process, renewed ahead of its end by one at a time.

    ``key`` gives an app's key that is kept outside the store of grants (the environment's, the
    sandbox's); without it the stored grant brings its own.
    """

    def __init__(
        self,
        address: str,
        grants: GrantStore,
        key: Callable[[], Awaitable[ClientKey]] | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._address = address
        self._grants = grants
        self._key = key
        self._now = now
        self._held: Grant | None = None
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = (
            WeakKeyDictionary()
        )
        self._sure_until: datetime | None = None

    def __repr__(self) -> str:
        return f"SharedGrant({self._address!r})"

    async def token(self, http: httpx.AsyncClient, *, refused: str | None = None) -> str:
        """The current token, renewed when it ends soon or was refused.

        Raises ``ShopifyUnauthorized`` when the store takes the grant no longer.
        """
        held = self._held
        if held is None or not self._good(held, refused):
            turn = self._turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())
            async with turn:
                held = self._held = await self._fresh(http, refused)
        return held.access_token or ""

    async def give_up(self) -> None:
        """The token is refused although it is new: access is revoked."""
        self._sure_until = None
        await asyncio.to_thread(self._grants.refused, self._held, _LOST)

    async def accepted(self) -> None:
        """After a doubt, and once in a while, note that the store takes the token.

        Others may think that access is lost, by what they were told or what another process saw.
        """
        now = self._now()
        if self._sure_until is None or now >= self._sure_until:
            await asyncio.to_thread(self._grants.accepted)
            self._sure_until = now + _SURE

    async def _fresh(self, http: httpx.AsyncClient, refused: str | None) -> Grant:
        grant, key = await self._current()
        if self._good(grant, refused):
            return grant
        async with _turn(self._grants):
            # Whoever had the turn before may have renewed it.
            grant, key = await self._current()
            if self._good(grant, refused):
                return grant
            return await self._renewed(http, grant, key, refused)

    async def _current(self) -> tuple[Grant, ClientKey | None]:
        """The stored grant; with a key from outside, only if it was given to that key."""
        stored = await asyncio.to_thread(self._grants.read)
        if self._key is None:
            if stored is None:
                raise refused_by("no credentials; none were entered")
            return stored, None
        key = await self._key()
        if stored is None or stored.client_id != key.client_id:
            stored = Grant("client_credentials", client_id=key.client_id)
        return stored, key

    def _good(self, grant: Grant, refused: str | None) -> bool:
        if grant.access_token is None or grant.access_token == refused:
            return False
        return grant.renew_at is None or self._now() < grant.renew_at

    async def _renewed(
        self, http: httpx.AsyncClient, grant: Grant, key: ClientKey | None, refused: str | None
    ) -> Grant:
        asking = grant if key is None else replace(grant, client_secret=key.client_secret)
        try:
            renewed = await self._ask(http, asking)
        except ShopifyUnavailable:
            if self._still_valid(grant, refused):
                log.warning("shopify.token.renewal_put_off", address=self._address)
                return grant
            raise
        except ShopifyUnauthorized as error:
            self._sure_until = None
            told = error if key is None else refused_by(key.setting)
            await asyncio.to_thread(self._grants.refused, grant, str(told))
            raise told from None
        if key is not None:
            renewed = replace(renewed, client_secret=None)
        await asyncio.to_thread(self._grants.save, renewed)
        log.info("shopify.token.renewed", method=grant.method, expires_at=renewed.expires_at)
        return renewed

    async def _ask(self, http: httpx.AsyncClient, grant: Grant) -> Grant:
        now = self._now()
        if grant.method == "client_credentials":
            return await oauth.granted_by_key(http, self._address, grant, now)
        if grant.refresh_token is None:
            raise ShopifyUnauthorized(_LOST, remedy=_LOST_REMEDY)
        try:
            return await oauth.granted_by_refresh(
                http, self._address, grant, grant.refresh_token, now
            )
        except ShopifyUnauthorized:
            # The one before stays good until its successor was used, which it may not have been.
            if grant.spare_refresh_token is None:
                raise ShopifyUnauthorized(_LOST, remedy=_LOST_REMEDY) from None
        try:
            return await oauth.granted_by_refresh(
                http, self._address, grant, grant.spare_refresh_token, now
            )
        except ShopifyUnauthorized:
            raise ShopifyUnauthorized(_LOST, remedy=_LOST_REMEDY) from None

    def _still_valid(self, grant: Grant, refused: str | None) -> bool:
        known = grant.access_token is not None and grant.access_token != refused
        return known and grant.expires_at is not None and self._now() < grant.expires_at


_LOST = "The store refuses the access it once gave: the app was removed or its key has changed."
_LOST_REMEDY = "Connect the store again on the Connections page; nothing that is stored is lost."


@asynccontextmanager
async def _turn(grants: GrantStore) -> AsyncIterator[None]:
    """The renewal's turn; waiting for it and leaving it happen off the event loop."""
    turn = grants.turn()
    entering = asyncio.ensure_future(asyncio.to_thread(turn.__enter__))
    try:
        await asyncio.shield(entering)
    except asyncio.CancelledError:
        # The thread goes on waiting: what it gets nobody would give back.
        entering.add_done_callback(lambda _entered: turn.__exit__(None, None, None))
        raise
    try:
        yield
    finally:
        await asyncio.to_thread(turn.__exit__, None, None, None)


def refused_by(setting: str) -> ShopifyUnauthorized:
    """The refusal of what a setting holds."""
    return ShopifyUnauthorized(
        f"The store does not accept {setting}.",
        remedy=(
            f"Check {setting} in the Shopify admin (Settings, Apps, Develop apps), set the new "
            "value and start again; or unset it and connect the store on the Connections page."
        ),
    )
