"""AIRA's conversations, streamed through the coordinator so the browser knows one origin."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import quote

import httpx
import orjson

from core.errors import PROBLEM_CONTENT_TYPE, NotFound, RoyalError, Unavailable, problem

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
_PREFIXES = ("/v1/chat", "/v1/conversations", "/v1/commands", "/v1/drafts")
_HOP = {b"connection", b"keep-alive", b"transfer-encoding", b"te", b"upgrade", b"trailer"}
# Tokens may come slowly; a silent minute means the other side is gone.
_TIMEOUT = httpx.Timeout(60.0, connect=2.0)


class AiraStream:
    """Forwards requests to AIRA on loopback and streams the answers back unbuffered."""

    def __init__(self, port: int) -> None:
        self._base = f"http://127.0.0.1:{port}"
        self._client: httpx.AsyncClient | None = None

    @staticmethod
    def owns(path: str) -> bool:
        """True for the addresses AIRA owns on the coordinator's origin."""
        return any(path == prefix or path.startswith(f"{prefix}/") for prefix in _PREFIXES)

    @staticmethod
    def target(path: str, query: bytes) -> httpx.URL:
        """Where to ask AIRA. Raises ``NotFound`` for a path that would lead elsewhere in it.

        A caller forwarded from here looks local to AIRA, so nothing but AIRA's own addresses
        may be reached through here.
        """
        if {".", ".."} & set(path.split("/")):
            raise _nothing_there(path)
        try:
            return httpx.URL(quote(path, safe="/")).copy_with(query=query or None)
        except httpx.InvalidURL as error:
            raise _nothing_there(path) from error

    async def forward(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request. AIRA authenticates it; Host stays the browser's for its Origin check."""
        if self._client is None:
            self._client = httpx.AsyncClient(base_url=self._base, timeout=_TIMEOUT)
        try:
            url = self.target(scope["path"], scope["query_string"])
        except NotFound as error:
            await _tell(send, scope["path"], error)
            return
        headers = [(name, value) for name, value in scope["headers"] if name not in _HOP]
        request = self._client.build_request(
            scope["method"], url, headers=headers, content=_body(receive)
        )
        started = False
        try:
            answer = await self._client.send(request, stream=True)
            try:
                kept = [
                    (name.lower(), value)
                    for name, value in answer.headers.raw
                    if name.lower() not in _HOP
                ]
                started = True
                await send(
                    {"type": "http.response.start", "status": answer.status_code, "headers": kept}
                )
                if not await _pumped(answer, receive, send):
                    return
            finally:
                await answer.aclose()
        except httpx.HTTPError as error:
            if not started:
                await _unreachable(send, scope["path"])
                return
            raise ConnectionError("AIRA ended its answer early") from error
        await send({"type": "http.response.body", "body": b""})

    async def close(self) -> None:
        """Close the connections to AIRA."""
        if self._client is not None:
            await self._client.aclose()


async def _pumped(answer: httpx.Response, receive: Receive, send: Send) -> bool:
    """Pass the answer on as it comes; False when the caller left, so nobody reads on for nobody."""

    async def pump() -> None:
        async for chunk in answer.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})

    async def left() -> None:
        while (await receive())["type"] != "http.disconnect":
            continue

    pumping, leaving = asyncio.ensure_future(pump()), asyncio.ensure_future(left())
    try:
        await asyncio.wait({pumping, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not pumping.done():
            return False
        pumping.result()
        return True
    finally:
        pumping.cancel()
        leaving.cancel()
        await asyncio.gather(pumping, leaving, return_exceptions=True)


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body", False):
            return


def _nothing_there(path: str) -> NotFound:
    return NotFound(f"There is nothing at {path[:100]!r}.", remedy="See /docs for what there is.")


async def _unreachable(send: Send, path: str) -> None:
    error = Unavailable(
        "AIRA, the conversation service, does not answer.",
        remedy="Start it with `make run`, or `python -m aira`; everything else works without it.",
    )
    await _tell(send, path, error)


async def _tell(send: Send, path: str, error: RoyalError) -> None:
    headers = [(b"content-type", PROBLEM_CONTENT_TYPE.encode())]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": orjson.dumps(problem(error, instance=path))})
