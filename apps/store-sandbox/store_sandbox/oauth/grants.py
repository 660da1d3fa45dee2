"""`POST /admin/oauth/access_token`: each grant turns what an app shows into a token."""

import hmac
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import jwt

from store_sandbox.oauth import tokens
from store_sandbox.oauth.tokens import Holder, Pair
from store_sandbox.runtime import Runtime
from store_sandbox.scopes import ALL, shown
from store_sandbox.state.store import read_meta

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ID_TOKEN = "urn:ietf:params:oauth:token-type:id_token"  # noqa: S105 - a type's name
OFFLINE = "urn:shopify:params:oauth:token-type:offline-access-token"
ONLINE = "urn:shopify:params:oauth:token-type:online-access-token"

Given: TypeAlias = Mapping[str, Any]
Answer: TypeAlias = tuple[int, dict[str, Any]]


class GrantRefusedError(Exception):
    """An OAuth error: its code, and what to do about it."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


def grant(runtime: Runtime, given: Given) -> Answer:
    """(status, body) of a token request."""
    try:
        _check_app(runtime, given)
        kind = str(given.get("grant_type") or ("code" if given.get("code") else ""))
        work = _GRANTS.get(kind)
        if work is None:
            raise GrantRefusedError(
                "unsupported_grant_type",
                f"The grant type {kind!r} is not supported. Use one of"
                f" {', '.join(key for key in _GRANTS if key != 'code')}, or send a code.",
            )
        return 200, _body(work(runtime, given))
    except GrantRefusedError as refused:
        return 400, {"error": refused.code, "error_description": str(refused)}


def session_token(runtime: Runtime) -> str:
    """What App Bridge hands to an embedded app's page: a minute-long signed JWT."""
    now = int(time.time())
    shop = f"https://{_domain(runtime)}"
    claims = {
        "iss": f"{shop}/admin",
        "dest": shop,
        "aud": runtime.credentials.client_id,
        "sub": "1",
        "exp": now + 60,
        "nbf": now,
        "iat": now,
    }
    return jwt.encode(claims, runtime.credentials.client_secret, algorithm="HS256")


def _body(pair: Pair) -> dict[str, Any]:
    body: dict[str, Any] = {"access_token": pair.access, "scope": ",".join(shown(pair.scopes))}
    if pair.life is not None:
        body["expires_in"] = pair.life - 1 if pair.refresh is None else pair.life
    if pair.refresh is not None:
        body["refresh_token"] = pair.refresh
        body["refresh_token_expires_in"] = tokens.REFRESH_LIFE
    return body


def _check_app(runtime: Runtime, given: Given) -> None:
    own = runtime.credentials
    offered = str(given.get("client_id", "")).encode()
    if not hmac.compare_digest(offered, own.client_id.encode()):
        raise GrantRefusedError("application_cannot_be_found", "Application cannot be found")
    secret = str(given.get("client_secret", "")).encode()
    if not hmac.compare_digest(secret, own.client_secret.encode()):
        raise GrantRefusedError("invalid_client", "Client authentication failed")


def _expiring(given: Given) -> bool:
    return str(given.get("expiring", "0")).lower() in ("1", "true")


def _client(runtime: Runtime, given: Given) -> Pair:
    client_id = str(given["client_id"])
    token = tokens.issue_token(runtime.state, client_id)
    return Pair(token, frozenset(ALL), tokens.CLIENT_LIFE)


def _code(runtime: Runtime, given: Given) -> Pair:
    with runtime.state.write() as tx:
        found = tokens.take_code(tx, str(given["client_id"]), str(given.get("code", "")))
        if found is not None:
            holder, online = found
            if online:
                return tokens.online(tx, holder)
            return tokens.offline(tx, holder, expiring=_expiring(given))
    raise GrantRefusedError(
        "invalid_request", "The authorization code was not found or was already used"
    )


def _refresh(runtime: Runtime, given: Given) -> Pair:
    with runtime.state.write() as tx:
        offered = str(given.get("refresh_token", ""))
        pair = tokens.renew(tx, str(given["client_id"]), offered)
    if pair is None:
        raise GrantRefusedError(
            "invalid_grant", "The refresh token is unknown, expired or was replaced"
        )
    return pair


def _exchange(runtime: Runtime, given: Given) -> Pair:
    """A session token for an access token, or a lasting offline token for an expiring one."""
    if given.get("requested_token_type") not in (OFFLINE, ONLINE):
        raise GrantRefusedError("invalid_request", "The requested token type is not supported")
    client_id = str(given["client_id"])
    subject = str(given.get("subject_token", ""))
    kind = given.get("subject_token_type")
    holder = None
    if kind == ID_TOKEN and _is_session(runtime, subject):
        holder = Holder(client_id, frozenset(ALL))
    elif kind == OFFLINE:
        holder = tokens.verify_token(runtime.state, subject)
    if holder is None or holder.client_id != client_id:
        raise GrantRefusedError("invalid_subject_token", "The subject token is invalid")
    with runtime.state.write() as tx:
        if kind == OFFLINE:
            tokens.revoke(tx, subject)
        if given["requested_token_type"] == ONLINE:
            return tokens.online(tx, holder)
        return tokens.offline(tx, holder, expiring=_expiring(given))


def _is_session(runtime: Runtime, token: str) -> bool:
    own = runtime.credentials
    try:
        claims = jwt.decode(
            token,
            own.client_secret,
            algorithms=["HS256"],
            audience=own.client_id,
            leeway=10,
            options={"require": ["exp", "nbf", "aud", "dest"]},
        )
    except jwt.InvalidTokenError:
        return False
    return bool(claims["dest"] == f"https://{_domain(runtime)}")


def _domain(runtime: Runtime) -> str:
    with runtime.state.read() as db:
        return read_meta(db, "shop.domain") or "sandbox.myshopify.com"


_GRANTS: dict[str, Callable[[Runtime, Given], Pair]] = {
    "client_credentials": _client,
    "code": _code,
    "authorization_code": _code,
    "refresh_token": _refresh,
    EXCHANGE: _exchange,
}
