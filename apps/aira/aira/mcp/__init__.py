"""``/mcp``: the Model Context Protocol over streamable HTTP, loaded when somebody first calls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.routing import Route

from core.errors import Unauthenticated, Unavailable
from core.security.principals import Principal
from core.telemetry.logs import get_logger
from core.web.asgi_binding import request_of
from core.web.door import Door
from core.web.opening import Opening
from core.web.permissions import requires
from royal_platform.bootstrap import Platform

PATH = "/mcp"
# Every role has it; each tool demands its own.
PERMISSION = "session:read"
_log = get_logger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


def add_mcp(app: FastAPI, opening: Opening[Platform]) -> None:
    """Serve MCP on ``app``; its library is imported by the first caller who is let in."""
    door: Door = app.state.door
    served = requires(PERMISSION)(_Served(door, opening))
    app.router.routes.append(
        Route(PATH, endpoint=served, methods=["GET", "POST", "DELETE"], include_in_schema=False)
    )
    begin = app.router.lifespan_context

    @asynccontextmanager
    async def life(owner: Any) -> AsyncIterator[Any]:
        async with begin(owner) as state:
            yield state
            await served.close()

    app.router.lifespan_context = life


class _Served:
    """The endpoint: lets callers in by bearer token, then hands over to the protocol's server."""

    def __init__(self, door: Door, opening: Opening[Platform]) -> None:
        self._door = door
        self._opening = opening
        self._lock = asyncio.Lock()
        self._app: App | None = None
        self._life: asyncio.Task[None] | None = None
        self._ends = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        caller = await run_in_threadpool(self._let_in, request)
        scope["state"]["principal"] = caller
        app = self._app or await self._begin()
        await app(scope, receive, send)

    async def close(self) -> None:
        """End what the protocol's server keeps running."""
        self._ends.set()
        if self._life is not None:
            await self._life

    def _let_in(self, request: Request) -> Principal:
        # A cookie travels by itself, also from another page: only what the client sends on
        # purpose counts here.
        if not request.headers.get("authorization", "").lower().startswith("bearer "):
            raise Unauthenticated(
                "MCP needs a bearer token.",
                remedy="Create one with `royal tokens create --name NAME --role assistant`.",
                headers={"WWW-Authenticate": 'Bearer realm="royal"'},
            )
        caller = self._door.authorise(PERMISSION, request_of(request))
        if caller is None:
            raise RuntimeError("a guarded door let nobody in")
        return caller

    async def _begin(self) -> App:
        async with self._lock:
            if self._app is None:
                begun = await asyncio.to_thread(self._build)
                ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._life = asyncio.create_task(self._live(begun, ready))
                await ready
                self._app = begun
                _log.info("mcp.served", path=PATH)
            return self._app

    def _build(self) -> Any:
        from aira.mcp.server import build

        return build(self._opening, self._door.settings, PATH)

    async def _live(self, begun: Any, ready: asyncio.Future[None]) -> None:
        """Keep the server's task group in one task from its beginning to its end."""
        try:
            async with begun.lifespan(begun):
                ready.set_result(None)
                await self._ends.wait()
        except Exception as error:  # noqa: BLE001 - the first caller is told, the log has it all
            if ready.done():
                _log.error("mcp.ended", exc_info=error)
                return
            _log.error("mcp.not_served", exc_info=error)
            ready.set_exception(Unavailable("MCP could not be started.", remedy="See the log."))
