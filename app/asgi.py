"""The coordinator as one asynchronous application: ``/ws`` and AIRA's streams, all else Flask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, cast
from urllib.parse import parse_qs

from a2wsgi import WSGIMiddleware
from flask import Flask

from app.access import for_caller
from app.feed import HEARTBEAT_SECONDS, POLICY_VIOLATION, Client, Rendered, wanted_after
from app.stream import AiraStream
from core.errors import PROBLEM_CONTENT_TYPE, Forbidden, NotFound, RoyalError, problem
from core.events import EventFeed
from core.web.door import Door, Request
from core.web.opening import Opening
from royal_platform.bootstrap import Platform

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
_THREADS = 16
_PERMISSION = "events:read"


class Coordinator:
    """The ASGI application around Flask; start it once per process."""

    def __init__(self, application: Flask, *, heartbeat: float = HEARTBEAT_SECONDS) -> None:
        self.flask = application
        self._heartbeat = heartbeat
        self._opening = cast("Opening[Platform]", application.extensions["royal.platform"])
        self._door = cast("Door", application.extensions["royal.door"])
        # Flask stays synchronous; the bridge hands each request to one of these threads.
        self._bridge = cast("Any", WSGIMiddleware(cast("Any", application), workers=_THREADS))
        self._aira = AiraStream(application.extensions["royal.settings"].aira_port)
        self._feeds: dict[str, EventFeed] = {}
        self._rendered: dict[str, Rendered] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif AiraStream.owns(scope["path"]):
            await self._aira.forward(scope, receive, send)
        else:
            await self._bridge(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._opening.begin()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def close(self) -> None:
        """End the feeds, the stream's connections and the platform."""
        await self._aira.close()
        for feed in self._feeds.values():
            await asyncio.to_thread(feed.close)
        await asyncio.to_thread(self._door.access.flush)
        await asyncio.to_thread(self._opening.close)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        try:
            if scope["path"] != "/ws":
                raise NotFound("There is no socket here.", remedy="Open /ws.")
            platform = await asyncio.to_thread(self._admit, scope)
            query = parse_qs(scope["query_string"].decode("latin1"))
            after = wanted_after(query.get("after", [None])[0])
        except RoyalError as error:
            client = scope.get("client")
            self._door.access.note("/ws", error.status, None, client[0] if client else None)
            await _deny(scope, send, error)
            return
        feed, rendered = self._feed(platform)
        await send({"type": "websocket.accept"})

        async def still_allowed() -> None:
            found = await asyncio.to_thread(self._admit, scope)
            if found.store_id != platform.store_id:
                raise Forbidden(
                    "Another store is served now.", remedy="Load the page again to see it."
                )

        client = Client(
            feed, rendered, send, still_allowed=still_allowed, heartbeat=self._heartbeat
        )
        await client.serve(receive, after)

    def _admit(self, scope: Scope) -> Platform:
        """The platform as the caller may see it. Raises ``Unauthenticated``, ``Forbidden``."""
        headers = {
            name.decode("latin1").lower(): value.decode("latin1")
            for name, value in scope["headers"]
        }
        client = scope.get("client")
        # Not one of the safe methods: browsers open sockets across origins without asking.
        wanted = Request(
            method="WEBSOCKET",
            path=scope["path"],
            headers=headers,
            cookies=_cookies(headers.get("cookie", "")),
            client=client[0] if client else None,
        )
        principal = self._door.authorise(_PERMISSION, wanted)
        found = self._opening.get()
        return found if principal is None else for_caller(found, principal)

    def _feed(self, platform: Platform) -> tuple[EventFeed, Rendered]:
        store_id = platform.store_id
        if store_id not in self._feeds:
            self._feeds[store_id] = EventFeed(platform.database, store_id)
            self._rendered[store_id] = Rendered()
            self._feeds[store_id].start()
        return self._feeds[store_id], self._rendered[store_id]


def wrap(application: Flask) -> Coordinator:
    """The application for an ASGI server."""
    return Coordinator(application)


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return {name: value.strip('"') for name, _, value in pairs if name}


async def _deny(scope: Scope, send: Send, error: RoyalError) -> None:
    """Refuse the handshake with the problem's status, where the server can carry one."""
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return
    import orjson

    await send(
        {
            "type": "websocket.http.response.start",
            "status": error.status,
            "headers": [(b"content-type", PROBLEM_CONTENT_TYPE.encode())],
        }
    )
    body = orjson.dumps(problem(error, instance=scope["path"]))
    await send({"type": "websocket.http.response.body", "body": body})
