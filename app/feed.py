"""``/ws``: the audit log as it happens, natively asynchronous, one bounded queue per client."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from app.views.events import event_out
from core.errors import Invalid, RoyalError, problem
from core.events import EventFeed, FeedClosed, FeedLagged, StoredEvent, Subscription
from core.telemetry.logs import get_logger

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Check = Callable[[], Awaitable[None]]

HEARTBEAT_SECONDS = 15.0
# A client that takes nothing for this long is gone.
SEND_SECONDS = 20.0
MESSAGE_MAX = 1024
POLICY_VIOLATION = 1008
_RENDERED_MAX = 2048
_log = get_logger(__name__)


class Rendered:
    """Each event is turned into JSON once, however many clients read it."""

    def __init__(self) -> None:
        self._texts: OrderedDict[int, str] = OrderedDict()

    def text(self, event: StoredEvent) -> str:
        """The message that carries ``event``."""
        found = self._texts.get(event.seq)
        if found is None:
            found = f'{{"kind":"event","event":{event_out(event).model_dump_json()}}}'
            self._texts[event.seq] = found
            if len(self._texts) > _RENDERED_MAX:
                self._texts.popitem(last=False)
        return found


class Client:
    """One accepted socket: a writer that follows the log and a reader that hears pings."""

    def __init__(
        self,
        feed: EventFeed,
        rendered: Rendered,
        send: Send,
        *,
        still_allowed: Check,
        heartbeat: float = HEARTBEAT_SECONDS,
    ) -> None:
        self._feed = feed
        self._rendered = rendered
        self._send = send
        self._still_allowed = still_allowed
        self._heartbeat = heartbeat
        self._turn = asyncio.Lock()

    async def serve(self, receive: Receive, after: int | None) -> None:
        """Follow the log for this client until either side ends."""
        start = self._feed.head if after is None else after
        writer = asyncio.create_task(self._follow(start))
        reader = asyncio.create_task(self._listen(receive))
        try:
            done, _ = await asyncio.wait({writer, reader}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (writer, reader):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(writer, reader, return_exceptions=True)
        for task in done:
            await self._end(task.exception())

    async def _follow(self, after: int) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + self._heartbeat
        async with self._feed.subscribe(after) as subscription:
            was_live = False
            while True:
                for event in await subscription.next_batch(max(0.0, due - loop.time())):
                    await self._say(self._rendered.text(event))
                if subscription.live and not was_live:
                    was_live = True
                    await self._tell({"kind": "live", "head": self._head(subscription)})
                if loop.time() >= due:
                    await self._still_allowed()
                    await self._tell(self._beat(subscription))
                    due = loop.time() + self._heartbeat

    async def _listen(self, receive: Receive) -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            _refuse_unknown(message)
            await self._tell({"kind": "heartbeat", "head": self._feed.head, "now": _now()})

    def _head(self, subscription: Subscription) -> int:
        return max(self._feed.head, subscription.position)

    def _beat(self, subscription: Subscription) -> dict[str, Any]:
        return {"kind": "heartbeat", "head": self._head(subscription), "now": _now()}

    async def _end(self, reason: BaseException | None) -> None:
        """Close with the code that tells the client whether to come back."""
        if reason is None:
            return
        with suppress(OSError, RuntimeError, TimeoutError):
            if isinstance(reason, (FeedLagged, FeedClosed)):
                await self._close(reason.close_code)
            elif isinstance(reason, RoyalError):
                await self._tell({"kind": "error", **problem(reason, instance="/ws")})
                await self._close(POLICY_VIOLATION)
            elif not isinstance(reason, (OSError, RuntimeError, TimeoutError)):
                _log.error("feed.client.failed", exc_info=reason)
                await self._close(1011)

    async def _tell(self, message: dict[str, Any]) -> None:
        await self._say(json.dumps(message, separators=(",", ":")))

    async def _say(self, text: str) -> None:
        async with self._turn, asyncio.timeout(SEND_SECONDS):
            await self._send({"type": "websocket.send", "text": text})

    async def _close(self, code: int) -> None:
        async with asyncio.timeout(SEND_SECONDS):
            await self._send({"type": "websocket.close", "code": code})


def _refuse_unknown(message: Message) -> None:
    """Pings are the only thing a client may say. Raises ``Invalid``."""
    text = message.get("text")
    known = False
    if isinstance(text, str) and len(text) <= MESSAGE_MAX:
        with suppress(ValueError):
            known = json.loads(text) == {"kind": "ping"}
    if not known:
        raise Invalid(
            "This message is of no known kind.", remedy='Send only {"kind": "ping"} on /ws.'
        )


def wanted_after(query: str | None) -> int | None:
    """The sequence number after which to start; None starts at the newest. Raises ``Invalid``."""
    if query is None or query == "":
        return None
    if not query.isascii() or not query.isdigit() or len(query) > 15:
        raise Invalid("'after' is not a sequence number.", remedy="Pass after=0 or a seq you saw.")
    return int(query)


def _now() -> str:
    return datetime.now(UTC).isoformat()
