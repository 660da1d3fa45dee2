"""Begins a turn in one transaction: the same message once, one answer at a time, in order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from aira.schemas import MAX_CHARACTERS, ChatIn
from aira.turns.events import first
from core.errors import Conflict, Invalid
from core.security.principals import Principal
from royal_platform.bootstrap import Platform
from royal_platform.persistence import stores
from royal_platform.persistence.chat_turns import ChatEvent, ChatTurns, Speaker, Turn
from royal_platform.persistence.conversations import Conversation, Conversations


class TooLong(Invalid):
    """More than one message may hold."""

    title, slug = "Too long", "too-long"


@dataclass(frozen=True, slots=True)
class Begun:
    """The turn of a message; ``new`` is False when the message had been said before."""

    turn: Turn
    events: tuple[ChatEvent, ...]
    new: bool


def begin(platform: Platform, caller: Principal, said: ChatIn, worker: str) -> Begun:
    """Begin a turn, or find the one that this message began.

    Raises ``TooLong``, ``NotFound``, and ``Conflict`` with the turn and the reason.
    """
    if len(said.text) > MAX_CHARACTERS:
        raise TooLong(
            f"The message has {len(said.text)} characters; {MAX_CHARACTERS} are read at once.",
            remedy="Shorten it or send it in parts. It was not sent and stays with you.",
            errors=[{"field": "text", "reason": f"more than {MAX_CHARACTERS} characters"}],
        )
    try:
        return _begin(platform, caller, said, worker)
    except IntegrityError:
        # The same message came twice at the same moment: the other one began the turn.
        return _begin(platform, caller, said, worker)


def _begin(platform: Platform, caller: Principal, said: ChatIn, worker: str) -> Begun:
    turns = ChatTurns(platform.store_id)
    mine = Conversations(platform.store_id, caller.name)
    text = said.text.replace("\x00", "")
    with platform.database.write() as transaction:
        connection = transaction.connection
        conversation = (
            None
            if said.conversation_id is None
            else mine.get(connection, said.conversation_id, lock=True)
        )
        found = _said_before(turns, connection, caller, said)
        if found is not None:
            return Begun(found, tuple(turns.events(connection, found.id)), new=False)
        now = stores.get(connection, platform.store_id).store_clock().now()
        if conversation is None:
            _demand_first(said)
            conversation = mine.create(connection, text, now=now)
        else:
            _demand_turn(conversation, said)
        turn = turns.begin(
            connection, conversation.id, Speaker(caller.name, caller.role, caller.kind),
            text=text, mode="command" if text.lstrip().startswith("/") else "model",
            message_id=said.message_id, worker=worker, now=now,
        )  # fmt: skip
        name, data = first(turn.id, conversation.id, turn.mode, text, now)
        opening = ChatEvent(1, name, data)
        turns.append(connection, turn.id, [opening])
        mine.moved(
            connection, conversation.id, answering=turn.id, last_turn=turn.id,
            turns=conversation.turns + 1, updated_at=_later(conversation, now),
        )  # fmt: skip
    return Begun(turn, (opening,), new=True)


def _said_before(
    turns: ChatTurns, connection: Connection, caller: Principal, said: ChatIn
) -> Turn | None:
    if said.message_id is None:
        return None
    return turns.said(connection, caller.name, said.message_id)


def _demand_first(said: ChatIn) -> None:
    if said.after_turn:
        raise _conflict("This begins a new conversation, which has no turn yet.", "", "moved_on")


def _demand_turn(conversation: Conversation, said: ChatIn) -> None:
    last = conversation.last_turn or ""
    if conversation.answering is not None:
        raise _conflict(
            "A message of this conversation is being answered.", conversation.answering, "answering"
        )
    if said.after_turn is not None and said.after_turn != last:
        raise _conflict("The conversation has moved on in another tab.", last, "moved_on")


def _conflict(detail: str, turn_id: str, reason: str) -> Conflict:
    remedy = (
        "Follow that turn or cancel it, then send again."
        if reason == "answering"
        else "Read the conversation, then send again. Nothing was said."
    )
    return Conflict(detail, remedy=remedy, errors=[{"turn_id": turn_id, "reason": reason}])


def _later(conversation: Conversation, now: datetime) -> datetime:
    return max(conversation.updated_at, now)
