"""Printful's wire: bearer token, store header, its rate limit waited for, its answers unwrapped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from core.outbound.client import Answer, exchange
from core.outbound.guard import AddressGuard
from royal_platform.suppliers.errors import SupplierUnavailable
from royal_platform.suppliers.printful.errors import refused, unreadable

ADDRESS = "https://api.printful.com"
# 120 calls a minute are served; what is beyond is turned away for at most as long (its
# documentation, "Rate limits").
_LONGEST_WAIT = 60.0
_TRIES = 3
_Shape = TypeVar("_Shape", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class PrintfulClient:
    """One store at Printful. ``token`` gives the token anew for each call; it is never kept.

    ``store_id`` is needed with a token of the whole account only.
    """

    guard: AddressGuard
    token: Callable[[], Awaitable[str]] = field(repr=False)
    address: str = ADDRESS
    store_id: str = ""
    pause: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep, repr=False)

    async def get(self, path: str, shape: type[_Shape]) -> _Shape | None:
        """What is there; None where nothing is. Raises the two failures of suppliers."""
        answer = await self._send("GET", path, None)
        return None if answer.status == 404 else _shaped(answer, shape)

    async def send(
        self, method: str, path: str, body: BaseModel | None, shape: type[_Shape]
    ) -> _Shape:
        """Ask for a change or a calculation."""
        content = None if body is None else body.model_dump_json(exclude_none=True).encode()
        return _shaped(await self._send(method, path, content), shape)

    async def _send(self, method: str, path: str, content: bytes | None) -> Answer:
        headers = {"Accept": "application/json", "Authorization": f"Bearer {await self.token()}"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        if self.store_id:
            headers["X-PF-Store-Id"] = self.store_id
        url = self.address.rstrip("/") + path
        for _ in range(_TRIES):
            answer = await exchange(self.guard, method, url, headers=headers, content=content)
            if answer.status != 429:
                break
            # Turned away before anything was done, so asking again repeats nothing.
            await self.pause(_seconds(answer))
        if answer.status == 429 or answer.status >= 500:
            raise SupplierUnavailable(
                f"Printful answered {answer.status}.",
                remedy="It is asked again; if it stays so, see Printful's status page.",
            )
        return answer


def _shaped(answer: Answer, shape: type[_Shape]) -> _Shape:
    if answer.status != 200:
        raise refused(answer)
    try:
        return shape.model_validate(orjson.loads(answer.body))
    except (orjson.JSONDecodeError, ValidationError) as error:
        raise unreadable(shape.__name__) from error


def _seconds(answer: Answer) -> float:
    told = answer.headers.get("retry-after") or answer.headers.get("x-ratelimit-reset") or ""
    return min(float(told), _LONGEST_WAIT) if told.isdigit() else _LONGEST_WAIT
