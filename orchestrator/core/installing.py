"""Installs the app in a store by OAuth: ask, consent in Shopify, come back, be served."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from core.errors import Conflict, Gone, Invalid
from core.security.credentials import new_value
from core.security.grants import Grant
from core.telemetry.logs import get_logger
from orchestrator.core.books import Actor, actor_name, writing
from orchestrator.core.connecting import (
    accept,
    refuse_when_set_by_environment,
    row_of,
    with_previous,
)
from orchestrator.core.needs import access
from royal_platform.persistence import oauth_installs, store_connections, stores
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.oauth_installs import Install
from royal_platform.shopify import oauth

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from core.settings import Settings
    from royal_platform.bootstrap import Platform
    from royal_platform.persistence.store_connections import StoreConnection

_SECONDS = 15.0
_STATE_MAX = 100
# Who asks for what is begun in the Shopify admin.
_MERCHANT = "shopify"
_log = get_logger(__name__)

Query = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Consent:
    """Where to send the browser, and the cookie that proves on the way back that it is the same."""

    address: str
    browser: str


def gateway_address(settings: Settings) -> str:
    """Where a browser reaches the gateway."""
    if settings.royal_public_url is not None:
        return settings.royal_public_url
    return f"http://127.0.0.1:{settings.gateway_port}"


def redirect_address(settings: Settings) -> str:
    """Where Shopify sends the browser back to; the app's settings must list it."""
    return f"{gateway_address(settings)}/oauth/shopify/callback"


def begin(platform: Platform, shop: str, client_id: str, client_secret: str, actor: Actor) -> str:
    """Prepare an install with this app; returns the address a browser opens, once, soon."""
    settings = platform.settings
    refuse_when_set_by_environment(settings)
    domain = oauth.shop_domain(shop, loopback=not settings.is_production)
    state = _prepare(platform, domain, client_id.strip(), client_secret.strip(), actor)
    return f"{gateway_address(settings)}/oauth/shopify/install?ticket={state}"


def begin_again(platform: Platform, actor: Actor) -> str:
    """Ask for consent again with the connected app, for the scopes that are needed now."""
    from royal_platform.store_access import sealing_key

    refuse_when_set_by_environment(platform.settings)
    with platform.database.read() as connection:
        store = stores.get(connection, platform.store_id)
        grant = store_connections.grant_of(
            connection, platform.store_id, sealing_key(platform.settings)
        )
    if grant is None or grant.client_id is None or grant.client_secret is None:
        raise Conflict(
            "This store was connected without an app that could ask for consent.",
            remedy="Grant the scopes in the Shopify admin, or connect it by OAuth.",
        )
    return begin(platform, store.domain, grant.client_id, grant.client_secret, actor)


def consent(platform: Platform, ticket: str, browser: str | None) -> Consent:
    """The consent page for a prepared install, bound to the browser that opens it."""
    from royal_platform.store_access import sealing_key

    settings = platform.settings
    cookie = browser if browser and len(browser) <= _STATE_MAX else new_value("rqo")
    with platform.database.write() as transaction:
        install = oauth_installs.bind(
            transaction.connection, ticket[:_STATE_MAX], cookie, sealing_key(settings),
            now=wall_now(),
        )  # fmt: skip
    if install is None:
        raise _over()
    address = oauth.authorize_address(
        install.domain, client_id=install.client_id, scopes=install.scopes,
        redirect=redirect_address(settings), state=ticket,
    )  # fmt: skip
    return Consent(address, cookie)


def from_shopify(platform: Platform, query: Query) -> tuple[str, str | None] | None:
    """The app opened in the Shopify admin: a ticket, and a session token if one came along.

    Only access that the served store took back is asked for again; None while it has access.
    Raises ``Invalid`` unless the query is signed with the secret of an app known for that shop,
    ``Conflict`` when that shop is not the one that is served.
    """
    settings = platform.settings
    told = dict(query)
    domain = oauth.shop_domain(told.get("shop", ""), loopback=not settings.is_production)
    app = _app_of(platform, domain)
    secrets = [] if app is None else [app.client_secret or "", app.previous_secret or ""]
    oauth.check_query(query, [secret for secret in secrets if secret], now=wall_now())
    if app is None or app.client_id is None or app.client_secret is None:
        raise _over()
    refuse_when_set_by_environment(settings)
    with platform.database.read() as connection:
        if _served(connection, domain).state == "valid":
            return None
    ticket = _prepare(platform, domain, app.client_id, app.client_secret, _MERCHANT)
    return ticket, told.get("id_token")


async def exchange(platform: Platform, ticket: str, session_token: str) -> str:
    """An embedded app's session token becomes access of our own; returns the store's id."""
    browser = new_value("rqo")
    await asyncio.to_thread(consent, platform, ticket, browser)
    install = await asyncio.to_thread(_used, platform, ticket, browser)
    async with httpx.AsyncClient(timeout=_SECONDS) as http:
        grant = await oauth.granted_by_exchange(
            http, oauth.address_of(install.domain), _asking(install), session_token, wall_now()
        )
    return await asyncio.to_thread(_finished, platform, install, grant)


async def finish(platform: Platform, query: Query, browser: str | None) -> str:
    """The callback: every check, then the code becomes access; returns the store's id.

    Raises ``Invalid`` or ``Gone``, ``ShopifyUnauthorized`` or ``ShopifyUnavailable``; nothing of
    the connection that is served changes then.
    """
    install = await asyncio.to_thread(_checked, platform, query, browser or "")
    code = dict(query)["code"]
    async with httpx.AsyncClient(timeout=_SECONDS) as http:
        grant = await oauth.granted_by_code(
            http, oauth.address_of(install.domain), _asking(install), code, wall_now()
        )
    return await asyncio.to_thread(_finished, platform, install, grant)


def _checked(platform: Platform, query: Query, browser: str) -> Install:
    from royal_platform.store_access import sealing_key

    told = dict(query)
    state, now = told.get("state", "")[:_STATE_MAX], wall_now()
    key = sealing_key(platform.settings)
    with platform.database.read() as connection:
        install = oauth_installs.peek(connection, state, browser, key, now=now)
    if install is None:
        raise _over()
    oauth.check_query(query, [install.client_secret], now=now)
    # A sandbox calls itself by a name of its own; state and signature are its proof.
    named = oauth.address_of(install.domain).startswith("http://") or (
        told.get("shop", "").lower() == install.domain
    )
    if not named or not told.get("code"):
        raise Invalid(
            "Shopify answered for another shop than was asked.",
            remedy="Begin again on the Connections page.",
        )
    return _used(platform, state, browser)


def _used(platform: Platform, state: str, browser: str) -> Install:
    from royal_platform.store_access import sealing_key

    now = wall_now()
    with platform.database.write() as transaction:
        install = oauth_installs.peek(
            transaction.connection, state, browser, sealing_key(platform.settings), now=now
        )
        used = oauth_installs.use(transaction.connection, state, browser, now=now)
    if install is None or not used:
        raise _over()
    return install


def _asking(install: Install) -> Grant:
    return Grant("authorization_code", install.client_id, client_secret=install.client_secret)


def _prepare(
    platform: Platform, domain: str, client_id: str, client_secret: str, actor: Actor
) -> str:
    from royal_platform.store_access import sealing_key

    if not client_id or not client_secret:
        raise Invalid("The app's client id or secret is empty.", remedy="Enter both.")
    key = sealing_key(platform.settings)
    key.ensure()
    state = new_value("rqi")
    asked = access(platform).asked
    install = Install(domain, client_id, client_secret, asked, actor_name(actor))
    with platform.database.write() as transaction:
        oauth_installs.begin(transaction.connection, state, install, key, now=wall_now())
    _log.info("store.install.begun", domain=domain, scopes=list(asked))
    return state


def _finished(platform: Platform, install: Install, grant: Grant) -> str:
    """Serve the store: the exchange itself proved that it accepts us."""
    from royal_platform.store_access import sealing_key

    key = sealing_key(platform.settings)
    with writing(platform) as books:
        if install.requested_by == _MERCHANT:
            _served(books.connection, install.domain)
        store_id = row_of(books.connection, install.domain, platform.settings)
        before = store_connections.grant_of(books.connection, store_id, key)
        store_connections.enter(
            books.connection, store_id, with_previous(grant, before), key,
            actor=install.requested_by,
        )  # fmt: skip
        accept(books, store_id, list(grant.scopes))
    return store_id


def _app_of(platform: Platform, domain: str) -> Grant | None:
    from royal_platform.store_access import sealing_key

    with platform.database.read() as connection:
        store = stores.by_domain(connection, domain)
        if store is None:
            return None
        return store_connections.grant_of(connection, store.id, sealing_key(platform.settings))


def _served(connection: Connection, domain: str) -> StoreConnection:
    """The connection that is served, if it is this shop's: a merchant cannot choose another."""
    found = store_connections.active(connection)
    if found is None or stores.get(connection, found.store_id).domain != domain:
        raise Conflict(
            "Another store is served here than the one the app was opened in.",
            remedy="Connect this store on the Connections page to have it served.",
        )
    return found


def _over() -> Gone:
    return Gone(
        "This install is unknown, over, used, or was begun in another browser.",
        remedy="Begin again on the Connections page.",
    )
