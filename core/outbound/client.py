"""One HTTP exchange with an address somebody entered: guarded, bounded in size and time."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from core.errors import Invalid, RoyalError, TooLarge, Unavailable
from core.outbound.guard import AddressGuard

_REDIRECTS = 3
_AGENT = "RoyalEquips/1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``url`` is where it came from after redirects."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class _Guarded(httpcore.AsyncNetworkBackend):
    """Connects to the address the guard has checked; TLS still names the host."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        address = await self._guard.resolve(host, port)
        return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)


class _Transport(httpx.AsyncBaseTransport):
    """httpx over a pool whose connections pass the guard. Proxies would go round it: none."""

    def __init__(self, guard: AddressGuard) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(), network_backend=_Guarded(guard)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port,
            target=request.url.raw_path,
        )  # fmt: skip
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                request.method, url, headers=request.headers.raw, content=request.stream,
                extensions=request.extensions,
            )
        )  # fmt: skip
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(answer))

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self._answer.aclose()


async def exchange(
    guard: AddressGuard,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    most_bytes: int = 50_000_000,
    seconds: float = 30.0,
) -> Answer:
    """Send and read whole. A GET follows at most three redirects, each guarded anew.

    Headers given here go to the first host only: a redirect elsewhere gets none of them. Raises
    ``Invalid`` for what is no http(s) address, ``PrivateAddressError``, ``TooLarge``, and
    ``Unavailable`` when nothing answers. Any HTTP status is an answer.
    """
    first = _parsed(url)
    current, sent = first, dict(headers or {})
    try:
        async with _client(guard, seconds) as client:
            for _ in range(_REDIRECTS + 1):
                request = client.build_request(method, current, headers=sent, content=content)
                answer = await client.send(request, stream=True)
                try:
                    following = answer.next_request if method == "GET" else None
                    if following is None:
                        body = await _body(answer, most_bytes)
                        return Answer(str(current), answer.status_code, answer.headers, body)
                finally:
                    await answer.aclose()
                current = _parsed(str(following.url))
                if current.netloc != first.netloc or current.scheme != first.scheme:
                    sent = {}
    except RoyalError:
        raise
    except (httpx.HTTPError, httpcore.NetworkError, httpcore.ProtocolError,
            httpcore.TimeoutException, OSError) as error:  # fmt: skip
        raise Unavailable(
            f"{first.host} does not answer ({type(error).__name__}).",
            remedy="Check the address, and that the other side is up.",
        ) from error
    raise Unavailable(f"{first.host} redirects without end.", remedy="Enter the final address.")


@asynccontextmanager
async def _client(guard: AddressGuard, seconds: float) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=_Transport(guard), timeout=seconds, trust_env=False,
        headers={"User-Agent": _AGENT},
    ) as client:  # fmt: skip
        yield client


def _parsed(url: str) -> httpx.URL:
    try:
        found = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise _no_address(url) from error
    if found.scheme not in {"http", "https"} or not found.host or found.userinfo:
        raise _no_address(url)
    return found


def _no_address(url: str) -> Invalid:
    return Invalid(
        f"{url[:200]!r} is not an address this can fetch.",
        remedy="Enter an http:// or https:// address without a user name in it.",
    )


async def _body(answer: httpx.Response, most: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > most:
            raise TooLarge(
                f"The answer is larger than {most:,} bytes.",
                remedy="Ask for less at that address, for example one part of the catalogue.",
            )
        parts.append(part)
    return b"".join(parts)
