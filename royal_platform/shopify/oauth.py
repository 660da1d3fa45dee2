"""Shopify's OAuth: the shop's name, the query's signature, the grant requests, the addresses."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson

from core.errors import Invalid
from core.security.grants import Grant
from royal_platform.shopify.errors import ShopifyUnauthorized, ShopifyUnavailable

# Renewed this long before it ends, so that no request carries a token that expires on its way.
AHEAD_SECONDS = 600.0
# Clocks differ and people read consent pages, but a signed query is not good for ever.
QUERY_LIFE = timedelta(minutes=10)
_SHOP = re.compile(
    r"^[a-zA-Z0-9][a-zA-Z0-9-_]*\.(myshopify\.com|shopify\.com|myshopify\.io|shop\.dev)$"
)
_LOOPBACK = re.compile(r"^(127\.0\.0\.1|localhost):[0-9]{1,5}$")
_TOKEN_LIFE_SECONDS = 86_399.0
_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


def shop_domain(name: str, *, loopback: bool) -> str:
    """A shop's domain from its name, domain or address; raises ``Invalid`` for anything else.

    ``loopback`` also lets the sandbox's ``127.0.0.1:<port>`` through: never in production.
    """
    domain = name.strip().lower().removeprefix("https://").removeprefix("http://")
    domain = domain.partition("/")[0]
    if domain and "." not in domain and ":" not in domain:
        domain = f"{domain}.myshopify.com"
    # fullmatch: a $ alone would let a trailing line break through.
    if _SHOP.fullmatch(domain) or (loopback and _LOOPBACK.fullmatch(domain)):
        return domain
    raise Invalid("That is not a shop's address.", remedy="Give it as your-shop.myshopify.com.")


def address_of(domain: str) -> str:
    """Where the shop's API is; only a sandbox on this machine is spoken to without TLS."""
    return f"http://{domain}" if _LOOPBACK.fullmatch(domain) else f"https://{domain}"


def query_hmac(parameters: Iterable[tuple[str, str]], secret: str) -> str:
    """The signature of a query's parameters as Shopify makes it (hex HMAC-SHA256).

    Delimiters are escaped as in Shopify's own library (ShopifyAPI for Python, ``Session``): else a
    signed ``code=1&host=2`` would also sign one parameter ``code`` of the value ``1&host=2``.
    """
    signed = sorted((name, value) for name, value in parameters if name != "hmac")
    message = "&".join(
        f"{_escaped(name).replace('=', '%3D')}={_escaped(value)}" for name, value in signed
    )
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def _escaped(part: str) -> str:
    return part.replace("%", "%25").replace("&", "%26")


def check_query(
    parameters: Sequence[tuple[str, str]], secrets: Sequence[str], *, now: datetime
) -> None:
    """Raise ``Invalid`` unless Shopify signed this query with one of ``secrets``, lately."""
    told = dict(parameters)
    if len(told) != len(parameters):
        raise _unsigned()
    given = told.get("hmac", "").encode("utf-8", "surrogatepass")
    fits = [
        hmac.compare_digest(query_hmac(parameters, secret).encode(), given) for secret in secrets
    ]
    if not any(fits):
        raise _unsigned()
    stamp = told.get("timestamp", "")
    # Digits of ASCII only, and few: int() would take others and datetime would overflow.
    if not re.fullmatch(r"[0-9]{1,11}", stamp):
        raise _unsigned()
    if abs(now.timestamp() - int(stamp)) > QUERY_LIFE.total_seconds():
        raise Invalid(
            "This link from Shopify is too old.", remedy="Begin again on the Connections page."
        )


def authorize_address(
    domain: str, *, client_id: str, scopes: Iterable[str], redirect: str, state: str
) -> str:
    """Shopify's consent page for these scopes; it sends the browser back to ``redirect``."""
    query = {
        "client_id": client_id, "scope": ",".join(sorted(scopes)), "redirect_uri": redirect,
        "state": state,
    }  # fmt: skip
    return f"{address_of(domain)}/admin/oauth/authorize?{urlencode(query)}"


def host_of(domain: str) -> str:
    """The ``host`` parameter of an embedded app: unpadded base64, which every library reads."""
    return base64.b64encode(f"{domain}/admin".encode()).decode().rstrip("=")


async def granted_by_key(
    http: httpx.AsyncClient, address: str, grant: Grant, now: datetime
) -> Grant:
    """A new token by client credentials. Raises ``ShopifyUnauthorized`` when they are refused."""
    body = {"grant_type": "client_credentials"}
    return _filled(grant, await _request(http, address, grant, body), now)


async def granted_by_code(
    http: httpx.AsyncClient, address: str, grant: Grant, code: str, now: datetime
) -> Grant:
    """The expiring offline token that the callback's ``code`` stands for."""
    return _filled(grant, await _request(http, address, grant, {"code": code, "expiring": 1}), now)


async def granted_by_refresh(
    http: httpx.AsyncClient, address: str, grant: Grant, refresh_token: str, now: datetime
) -> Grant:
    """A new pair of tokens; the used refresh token is kept as the spare one."""
    body = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    told = await _request(http, address, grant, body)
    return replace(_filled(grant, told, now), spare_refresh_token=refresh_token)


async def granted_by_exchange(
    http: httpx.AsyncClient, address: str, grant: Grant, session_token: str, now: datetime
) -> Grant:
    """An expiring offline token for an embedded app's session token (RFC 8693)."""
    body = {
        "grant_type": _EXCHANGE,
        "subject_token": session_token,
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
        "expiring": 1,
    }
    return _filled(grant, await _request(http, address, grant, body), now)


async def _request(
    http: httpx.AsyncClient, address: str, grant: Grant, body: Mapping[str, Any]
) -> dict[str, Any]:
    named = {"client_id": grant.client_id, "client_secret": grant.client_secret, **body}
    try:
        answer = await http.post(f"{address}/admin/oauth/access_token", json=named)
    except httpx.TransportError as error:
        raise ShopifyUnavailable(
            f"The store at {address} does not answer ({type(error).__name__})."
        ) from None
    if answer.status_code in (400, 401, 403, 404):
        raise ShopifyUnauthorized(
            "The store does not accept the app's credentials.",
            remedy="Check the client id and secret, and that the app is installed, in Shopify.",
        )
    if answer.status_code != 200:
        raise ShopifyUnavailable(
            f"The store answered {answer.status_code} when asked for an access token."
        )
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict) or not isinstance(told.get("access_token"), str):
        raise ShopifyUnavailable("The store's answer holds no access token.")
    return told


def _filled(grant: Grant, told: Mapping[str, Any], now: datetime) -> Grant:
    lifetime = _seconds(told.get("expires_in"))
    if lifetime is None and grant.method == "client_credentials":
        lifetime = _TOKEN_LIFE_SECONDS
    scope = told.get("scope")
    scopes = tuple(each for each in scope.split(",") if each) if isinstance(scope, str) else None
    refresh_life = _seconds(told.get("refresh_token_expires_in"))
    ahead = None if lifetime is None else max(lifetime - AHEAD_SECONDS, lifetime / 2)
    return replace(
        grant,
        access_token=str(told["access_token"]),
        expires_at=_after(now, lifetime),
        renew_at=_after(now, ahead),
        refresh_token=told.get("refresh_token") or grant.refresh_token,
        refresh_expires_at=_after(now, refresh_life) or grant.refresh_expires_at,
        scopes=grant.scopes if scopes is None else scopes,
    )


def _seconds(told: object) -> float | None:
    return float(told) if isinstance(told, (int, float)) and 0 < told < 10**9 else None


def _after(now: datetime, seconds: float | None) -> datetime | None:
    return None if seconds is None else now + timedelta(seconds=seconds)


def _unsigned() -> Invalid:
    return Invalid(
        "This request does not carry Shopify's signature.",
        remedy="Begin again on the Connections page, or check the app's client secret.",
    )
