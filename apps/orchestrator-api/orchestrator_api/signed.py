"""Lets in only requests signed with the control key, each once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from core.errors import Unauthenticated
from core.security import hmac_requests
from core.security.principals import Principal
from core.web.door import Door, Request
from core.web.permissions import PROBE, PUBLIC

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Signed:
    """What a signature covers, as it came over the wire."""

    target: str
    body: bytes


_SIGNED: ContextVar[_Signed | None] = ContextVar("signed", default=None)


class ControlDoor(Door):
    """A door that knows callers by their signature instead of by a token."""

    def authorise(self, permission: str | None, request: Request) -> Principal | None:
        """Verify the signature over the raw request; raises ``Unauthenticated``, ``Forbidden``."""
        if permission in {PUBLIC, PROBE, None}:
            return Door.authorise(self, permission, request)
        signed = _SIGNED.get()
        if signed is None:
            raise Unauthenticated("The request is not signed.", remedy="See /docs.")
        key = self.settings.control_hmac_secret.get_secret_value().encode()
        with self.database().write() as transaction:
            caller = hmac_requests.verify(
                transaction.connection, key, request.method, signed.target, signed.body,
                request.headers, now=datetime.now(UTC),
            )  # fmt: skip
        caller.demand(str(permission))
        return caller


class KeepRawRequest:
    """Reads the body once, keeps it for the signature, and hands it on unchanged."""

    def __init__(self, app: App, body_max_bytes: int) -> None:
        self._app = app
        self._max = body_max_bytes

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/control/"):
            await self._app(scope, receive, send)
            return
        messages, size = [], 0
        while size <= self._max:
            message = await receive()
            messages.append(message)
            size += len(message.get("body", b""))
            if message["type"] != "http.request" or not message.get("more_body", False):
                break
        _SIGNED.set(
            _Signed(_target(scope), b"".join(message.get("body", b"") for message in messages))
        )
        replay = iter(messages)

        async def again() -> Message:
            kept = next(replay, None)
            return await receive() if kept is None else kept

        await self._app(scope, again, send)


def _target(scope: Message) -> str:
    path = scope.get("raw_path") or scope["path"].encode()
    query = scope.get("query_string", b"")
    return str((path + (b"?" + query if query else b"")).decode("latin1"))
