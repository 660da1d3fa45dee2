"""`/admin/oauth/authorize`: the merchant sees what an app asks for, and says yes or no."""

import base64
import hashlib
import hmac
import html
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from store_sandbox.admin.writes.subscriptions import is_loopback
from store_sandbox.oauth.tokens import Holder, issue_code
from store_sandbox.runtime import Runtime
from store_sandbox.scopes import ALL, DESCRIPTIONS, expanded
from store_sandbox.state.store import read_meta

_CONSENT_LIFE = 600
_CARRIED = ("client_id", "scope", "redirect_uri", "state")
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Install app - sandbox store</title>
<style nonce="{nonce}">body{{font:16px/1.5 system-ui;max-width:34rem;
margin:3rem auto;padding:0 1rem}}
button{{font:inherit;padding:.5rem 1rem;margin-right:.5rem}}</style></head><body>
<p><strong>Sandbox.</strong> {shop} is a store on this machine; nothing in it is real.</p>
<h1>Install Royal Equips Orchestrator?</h1><p>It asks for:</p><ul>{scopes}</ul>
<form method="post">{fields}
<button name="answer" value="install">Install</button>
<button name="answer" value="cancel">Cancel</button></form></body></html>"""


@dataclass(frozen=True, slots=True)
class Asked:
    """A checked installation request."""

    client_id: str
    scopes: tuple[str, ...]
    redirect_uri: str
    state: str
    online: bool


class AskedBadlyError(Exception):
    """Nobody to send back to: the text is shown."""


def read(runtime: Runtime, given: Mapping[str, str]) -> Asked:
    """The request of the query or form; AskedBadlyError for one that goes nowhere safe."""
    if not hmac.compare_digest(
        given.get("client_id", "").encode(), runtime.credentials.client_id.encode()
    ):
        raise AskedBadlyError("application_cannot_be_found: no app has this client_id.")
    uri = given.get("redirect_uri", "")
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https") or not is_loopback(parts.hostname or ""):
        raise AskedBadlyError("invalid_request: the redirect_uri is not a loopback address.")
    wanted = [one for one in given.get("scope", "").replace(" ", ",").split(",") if one]
    unknown = [one for one in wanted if one not in DESCRIPTIONS]
    if unknown:
        raise AskedBadlyError(f"invalid_scope: this store does not know {', '.join(unknown)}.")
    return Asked(
        runtime.credentials.client_id,
        tuple(wanted) or ALL,
        uri,
        given.get("state", ""),
        given.get("grant_options[]") == "per-user",
    )


def sign_query(fields: Mapping[str, str], secret: str) -> str:
    """Hex HMAC-SHA256 of the sorted `k=v` pairs, `hmac` left out."""
    text = "&".join(f"{key}={value}" for key, value in sorted(fields.items()) if key != "hmac")
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


async def ask(request: Request) -> Response:
    """`GET`: the page."""
    runtime: Runtime = request.app.state.runtime
    given = dict(request.query_params)
    try:
        asked = read(runtime, given)
    except AskedBadlyError as error:
        return Response(str(error), 400, media_type="text/plain")
    shop = await run_in_threadpool(_domain, runtime)
    kept: dict[str, str] = {key: given[key] for key in _CARRIED if key in given}
    if asked.online:
        kept["grant_options[]"] = "per-user"
    kept["until"] = str(int(time.time()) + _CONSENT_LIFE)
    kept["consent"] = sign_query(kept, runtime.credentials.client_secret)
    return _page(asked, shop, kept)


def _page(asked: Asked, shop: str, kept: Mapping[str, str]) -> Response:
    nonce = base64.b64encode(hashlib.sha256(kept["consent"].encode()).digest()[:12]).decode()
    fields = "".join(
        f'<input type="hidden" name="{html.escape(key)}" value="{html.escape(value)}">'
        for key, value in kept.items()
    )
    scopes = "".join(
        f"<li>{html.escape(DESCRIPTIONS[one])} <code>{html.escape(one)}</code></li>"
        for one in asked.scopes
    )
    text = _PAGE.format(nonce=nonce, shop=html.escape(shop), scopes=scopes, fields=fields)
    parts = urlsplit(asked.redirect_uri)
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; frame-ancestors 'none';"
        f" form-action 'self' {parts.scheme}://{parts.netloc}"
    )
    headers = {"Content-Security-Policy": policy, "X-Frame-Options": "DENY"}
    return HTMLResponse(text, headers={**headers, "Cache-Control": "no-store"})


async def decide(request: Request) -> Response:
    """`POST`: back to the app with a code, or with `access_denied`."""
    runtime: Runtime = request.app.state.runtime
    body = (await request.body()).decode("utf-8", "replace")
    given = dict(parse_qsl(body, keep_blank_values=True))
    answer, offered = given.pop("answer", ""), given.pop("consent", "")
    own = sign_query(given, runtime.credentials.client_secret)
    fresh = given.get("until", "").isdigit() and time.time() < int(given["until"])
    if not fresh or not hmac.compare_digest(own.encode(), offered.encode()):
        return Response("This page is too old. Start again in the app.", 400)
    try:
        asked = read(runtime, given)
    except AskedBadlyError as error:
        return Response(str(error), 400, media_type="text/plain")
    shop = await run_in_threadpool(_domain, runtime)
    fields = {"shop": shop, "state": asked.state, "timestamp": str(int(time.time()))}
    if answer == "install":
        holder = Holder(asked.client_id, expanded(asked.scopes))
        code = await run_in_threadpool(
            lambda: issue_code(runtime.state, holder, online=asked.online)
        )
        host = base64.b64encode(f"{shop}/admin".encode()).decode().rstrip("=")
        fields |= {"code": code, "host": host}
    else:
        fields |= {"error": "access_denied", "error_description": "The merchant said no."}
    fields["hmac"] = sign_query(fields, runtime.credentials.client_secret)
    joint = "&" if urlsplit(asked.redirect_uri).query else "?"
    return RedirectResponse(f"{asked.redirect_uri}{joint}{urlencode(fields)}", 302)


def _domain(runtime: Runtime) -> str:
    with runtime.state.read() as db:
        return read_meta(db, "shop.domain") or "sandbox.myshopify.com"
