"""Shopify's OAuth: where an install begins, and where Shopify sends the browser back to."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from html import escape
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, RedirectResponse, Response

from core.errors import Invalid, RoyalError
from core.web.permissions import public
from orchestrator.core import installing

if TYPE_CHECKING:
    from starlette.requests import Request

    from core.settings import Settings
    from royal_platform.bootstrap import Platform

COOKIE = "royal_oauth"
_COOKIE_SECONDS = 900
# Longer than any query Shopify sends; a session token is about a kilobyte.
_QUERY_MAX = 8_192

PlatformOf = Callable[[], Awaitable["Platform"]]


class OAuthDoor:
    """Installs and callbacks for one installation."""

    def __init__(self, settings: Settings, platform: PlatformOf) -> None:
        self._settings = settings
        self._platform = platform

    @public
    async def install(self, request: Request) -> Response:
        """Open to anybody: only a ticket of the Connections page or Shopify's signature goes on."""
        try:
            return await self._install(request)
        except RoyalError as error:
            return _page(request, error, self._home_address)

    async def _install(self, request: Request) -> Response:
        query = _query(request)
        platform = await self._platform()
        ticket = dict(query).get("ticket", "")
        if not ticket:
            asked = await asyncio.to_thread(installing.from_shopify, platform, query)
            if asked is None:
                return self._home()
            ticket, session_token = asked
            if session_token:
                await installing.exchange(platform, ticket, session_token)
                return self._home()
        browser = request.cookies.get(COOKIE)
        consent = await asyncio.to_thread(installing.consent, platform, ticket, browser)
        answer = RedirectResponse(consent.address, status_code=303)
        # Lax: Shopify sends the browser back by a link, which is when the cookie has to come along.
        answer.set_cookie(
            COOKIE, consent.browser, max_age=_COOKIE_SECONDS, path="/oauth/shopify",
            httponly=True, samesite="lax", secure=self._is_secure,
        )  # fmt: skip
        return answer

    @public
    async def callback(self, request: Request) -> Response:
        """Open to anybody: state, cookie, signature, time and shop decide."""
        try:
            query = _query(request)
            platform = await self._platform()
            await installing.finish(platform, query, request.cookies.get(COOKIE))
        except RoyalError as error:
            return _page(request, error, self._home_address)
        answer = self._home()
        answer.delete_cookie(COOKIE, path="/oauth/shopify")
        return answer

    @property
    def _is_secure(self) -> bool:
        return (self._settings.royal_public_url or "").startswith("https://")

    def _home(self) -> Response:
        """Back to the command center.

        On one machine it is another origin: a consent page may forbid that its form is redirected
        there (CSP form-action), so a page of ours goes on by itself.
        """
        if self._settings.royal_public_url is not None:
            return RedirectResponse(self._home_address, status_code=303)
        home = escape(self._home_address)
        return HTMLResponse(
            f'<!doctype html><meta charset=utf-8><meta http-equiv="refresh" content="0;url={home}">'
            f'<title>Connected</title><p><a href="{home}">Connections</a></p>'
        )

    @property
    def _home_address(self) -> str:
        settings = self._settings
        base = settings.royal_public_url or f"http://127.0.0.1:{settings.port}"
        return f"{base}/connections"


def _page(request: Request, error: RoyalError, home: str) -> Response:
    """A refusal a person can read in a browser; programs get the problem document."""
    if "text/html" not in request.headers.get("accept", ""):
        raise error
    body = (
        f"<!doctype html><meta charset=utf-8><title>{escape(error.title)}</title>"
        f"<h1>{escape(error.title)}</h1><p>{escape(error.detail)}</p><p>{escape(error.remedy)}</p>"
        f'<p><a href="{escape(home)}">Connections</a></p>'
    )
    return HTMLResponse(body, status_code=error.status)


def _query(request: Request) -> list[tuple[str, str]]:
    if len(request.url.query) > _QUERY_MAX:
        raise Invalid("The query is too long.", remedy="Begin again on the Connections page.")
    found = list(request.query_params.multi_items())
    if any("\x00" in part for pair in found for part in pair):
        raise Invalid("The query holds a NUL character.", remedy="Leave it out.")
    return found
