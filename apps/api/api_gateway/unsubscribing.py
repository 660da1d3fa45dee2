"""Ends marketing mail: one click from the mail program (RFC 8058), or a person's own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from html import escape
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response

from core.errors import NotFound
from core.web.permissions import public
from orchestrator.core.messaging import unsubscribe
from royal_platform.messaging.unsubscribing import Links

if TYPE_CHECKING:
    from starlette.requests import Request

    from royal_platform.bootstrap import Platform

PlatformOf = Callable[[], Awaitable["Platform"]]


class UnsubscribeDoor:
    """The links in messages of one installation."""

    def __init__(self, links: Callable[[], Links], platform: PlatformOf) -> None:
        self._links = links
        self._platform = platform

    @public
    async def ask(self, request: Request) -> Response:
        """Open to anybody with a signed link. Changes nothing: mail scanners open links too."""
        token = request.path_params["token"]
        self._links().read(token)
        return page(
            "No more advertising by mail?",
            '<form method="post"><button type="submit">Unsubscribe</button></form>',
        )

    @public
    async def end(self, request: Request) -> Response:
        """Open to anybody with a signed link: whoever holds the mail may end it."""
        store_id, message_id = self._links().read(request.path_params["token"])
        platform = await self._platform()
        done = await asyncio.to_thread(lambda: unsubscribe(platform.of_store(store_id), message_id))
        if done is None:
            raise NotFound(
                "This message is no longer known here.", remedy="You will get no more mail of it."
            )
        return page("You get no more advertising by mail.", "")


def page(title: str, body: str) -> HTMLResponse:
    """A page for whoever followed a link in a mail."""
    head = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex">'
    )
    said = escape(title)
    return HTMLResponse(f"{head}<title>{said}</title><h1>{said}</h1>{body}</html>")
