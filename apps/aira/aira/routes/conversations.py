"""Own conversations: listed, read, renamed, deleted, taken along."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Any, Literal

import orjson
from fastapi import FastAPI, Query
from fastapi.responses import Response
from sqlalchemy import Connection

from aira.export import as_markdown, file_name
from aira.routes.shared import Caller, Cursor, Limit, Parts, problems
from aira.schemas import (
    ConversationDetail,
    ConversationList,
    ConversationOut,
    RenameIn,
)
from core.security.principals import Principal
from core.web.permissions import requires
from royal_platform.persistence.chat_turns import ANSWERING, ChatEvent, ChatTurns, Turn
from royal_platform.persistence.conversations import Conversation, Conversations

_TAG: list[str | Enum] = ["conversations"]
_EXPORT_PAGE = 100
Json = dict[str, Any]
_EXPORTED: dict[int | str, Json] = {
    200: {
        "description": "The file.",
        "content": {
            "application/json": {"schema": {"type": "object"}},
            "text/markdown": {"schema": {"type": "string"}},
        },
    }
}


def add_conversations(app: FastAPI, parts: Parts) -> None:
    """``/v1/conversations``."""

    @app.get(
        "/v1/conversations", tags=_TAG, operation_id="listConversations", responses=problems(422)
    )  # fmt: skip
    @requires("store:read")
    def list_conversations(
        caller: Caller,
        q: Annotated[str | None, Query(max_length=200)] = None,
        cursor: Cursor = None,
        limit: Limit = 30,
    ) -> ConversationList:
        """Own conversations, the last used first; ``q`` searches titles, questions, answers."""
        platform = parts.seen_by(caller)
        with platform.database.read() as connection:
            found = _mine(platform.store_id, caller).page(connection, q, cursor, limit)
        data = [_item(each) for each in found.items]
        return ConversationList(data=data, next_cursor=found.next_cursor, total=found.total)

    @app.get(
        "/v1/conversations/{conversation_id}", tags=_TAG, operation_id="getConversation",
        response_model=ConversationDetail, responses=problems(404, 422),
    )  # fmt: skip
    @requires("store:read")
    def get_conversation(
        conversation_id: str, caller: Caller, cursor: Cursor = None, limit: Limit = 20
    ) -> Response:
        """One conversation with its newest turns; the cursor leads to older ones."""
        platform = parts.seen_by(caller)
        with platform.database.read() as connection:
            found = _mine(platform.store_id, caller).get(connection, conversation_id)
            return _json(_detail(connection, found, cursor, limit))

    @app.patch(
        "/v1/conversations/{conversation_id}", tags=_TAG, operation_id="renameConversation",
        responses=problems(404, 422),
    )  # fmt: skip
    @requires("store:read")
    def rename_conversation(
        conversation_id: str, body: RenameIn, caller: Caller
    ) -> ConversationOut:
        """Give a conversation another title."""
        platform = parts.seen_by(caller)
        with platform.database.write() as transaction:
            mine = _mine(platform.store_id, caller)
            return _item(mine.rename(transaction.connection, conversation_id, body.title))

    @app.delete(
        "/v1/conversations/{conversation_id}", tags=_TAG, operation_id="deleteConversation",
        status_code=204, responses=problems(404),
    )  # fmt: skip
    @requires("store:read")
    async def delete_conversation(conversation_id: str, caller: Caller) -> Response:
        """Delete a conversation with its turns and events; an answer under way is stopped."""
        platform = await asyncio.to_thread(parts.seen_by, caller)
        await parts.engine.delete(platform, caller.name, conversation_id)
        return Response(status_code=204)

    @app.get(
        "/v1/conversations/{conversation_id}/export", tags=_TAG,
        operation_id="exportConversation", responses=_EXPORTED | problems(404, 422),
    )  # fmt: skip
    @requires("store:read")
    def export_conversation(
        conversation_id: str,
        caller: Caller,
        as_: Annotated[Literal["json", "markdown"], Query(alias="format")] = "json",
    ) -> Response:
        """The whole conversation as a file."""
        platform = parts.seen_by(caller)
        with platform.database.read() as connection:
            found = _mine(platform.store_id, caller).get(connection, conversation_id)
            whole = _whole(connection, found)
        if as_ == "json":
            return _json(whole, file_name(found.title, "json"))
        text = as_markdown(whole)
        headers = {"Content-Disposition": file_name(found.title, "md")}
        return Response(text, media_type="text/markdown; charset=utf-8", headers=headers)


def _mine(store_id: str, caller: Principal) -> Conversations:
    return Conversations(store_id, caller.name)


def _item(found: Conversation) -> ConversationOut:
    return ConversationOut(
        id=found.id, title=found.title, created_at=found.created_at, updated_at=found.updated_at,
        turns=found.turns, answering=found.answering,
    )  # fmt: skip


def _detail(connection: Connection, found: Conversation, cursor: str | None, limit: int) -> Json:
    """The conversation as JSON; the stored events are what they were when they were streamed."""
    turns = ChatTurns(found.store_id)
    page = turns.page(connection, found.id, cursor, limit)
    events = turns.events_of(connection, [each.id for each in page.items])
    return {
        "id": found.id, "title": found.title, "created_at": found.created_at,
        "updated_at": found.updated_at, "total": page.total, "last_turn": found.last_turn,
        "answering": found.answering, "next_cursor": page.next_cursor,
        "turns": [_turn(each, events.get(each.id, [])) for each in reversed(page.items)],
    }  # fmt: skip


def _whole(connection: Connection, found: Conversation) -> Json:
    detail = _detail(connection, found, None, _EXPORT_PAGE)
    cursor = detail["next_cursor"]
    while cursor is not None:
        older = _detail(connection, found, cursor, _EXPORT_PAGE)
        detail["turns"] = [*older["turns"], *detail["turns"]]
        cursor = older["next_cursor"]
    return {**detail, "next_cursor": None}


def _turn(turn: Turn, events: Sequence[ChatEvent]) -> Json:
    return {
        "id": turn.id, "text": turn.text, "mode": turn.mode, "status": turn.status,
        "at": turn.created_at, "finished_at": turn.finished_at,
        "last_event_id": events[-1].number if events else 0,
        "events": joined(events, turn.status != ANSWERING),
    }  # fmt: skip


def joined(events: Sequence[ChatEvent], ended: bool) -> list[Json]:
    """The events with adjacent pieces of text as one, under the number of the last piece.

    While a turn is answered its pieces stay apart: a restart may drop some of them by number.
    """
    found: list[Json] = []
    kept = {each.data["keep"] for each in events if each.event == "restarted"}
    for each in events:
        last = found[-1] if found else None
        adjacent = each.event == "text" and last is not None and last["event"] == "text"
        if ended and adjacent and last is not None and last["id"] not in kept:
            last["data"] = {"text": last["data"]["text"] + each.data["text"]}
            last["id"] = each.number
        else:
            found.append({"id": each.number, "event": each.event, "data": each.data})
    return found


def _json(content: Json, disposition: str | None = None) -> Response:
    headers = {} if disposition is None else {"Content-Disposition": disposition}
    body = orjson.dumps(content, option=orjson.OPT_NAIVE_UTC)
    return Response(body, media_type="application/json", headers=headers)
