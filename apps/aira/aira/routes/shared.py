"""What the routes share: whose store is seen, how events travel, what problems are documented."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import Depends, Query
from fastapi.responses import StreamingResponse

from aira.turns.engine import TurnEngine
from core.security.principals import Principal
from core.web.asgi_binding import current_principal
from core.web.fastapi_document import problem_answers
from core.web.opening import Opening
from royal_platform.bootstrap import Platform
from royal_platform.persistence.chat_turns import ChatEvent

Caller = Annotated[Principal, Depends(current_principal)]
Cursor = Annotated[str | None, Query(max_length=500)]
Limit = Annotated[int, Query(ge=1, le=100)]

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_TOLD = {
    401: "Nobody known is calling.",
    403: "The caller may not do this.",
    404: "There is no such thing of this caller's in this store.",
    409: "The state changed; `errors[0]` names the turn and the reason.",
    422: "The request's content is wrong; `errors` lists the fields.",
    429: "A budget is spent, or the model takes no more requests now; see Retry-After.",
    502: "The model's answer is not usable; `errors` lists what its sources do not state.",
    503: "No model is configured, or it does not answer.",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes stand on."""

    opening: Opening[Platform]
    engine: TurnEngine

    def seen_by(self, caller: Principal) -> Platform:
        """A caller bound to a store sees that store and no other."""
        platform = self.opening.get()
        if caller.store_id in (None, platform.store_id):
            return platform
        return platform.of_store(caller.store_id)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented problems of a route."""
    return problem_answers({status: _TOLD[status] for status in (401, 403, *statuses)})


# What a stream's route answers: the events of the chat protocol, one after another.
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The events of the answer; see the chat protocol.",
        "content": {"text/event-stream": {}},
    }
}


def event_stream(events: AsyncIterator[ChatEvent | None]) -> StreamingResponse:
    """Server-sent events (WHATWG HTML), never buffered on the way."""

    async def lines() -> AsyncIterator[bytes]:
        async for each in events:
            yield b": keep-alive\n\n" if each is None else _line(each)

    return StreamingResponse(lines(), media_type="text/event-stream", headers=_HEADERS)


def _line(each: ChatEvent) -> bytes:
    head = f"id: {each.number}\nevent: {each.event}\ndata: ".encode()
    return head + orjson.dumps(each.data, default=str) + b"\n\n"
