"""What the model is shown of a conversation: a summary, then earlier turns, then the question.

The order never changes and earlier turns are shown as they were, so that each request begins with
the one before it and a server's prompt cache serves all but the newest part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic_ai.messages import (
    ModelMessage,
    ModelMessagesTypeAdapter,
    ModelRequest,
    ModelResponse,
    TextPart,
    UserPromptPart,
)

from aira.turns.events import storable
from royal_platform.bootstrap import Platform
from royal_platform.persistence import stores
from royal_platform.persistence.chat_turns import ChatTurns, Turn
from royal_platform.persistence.conversations import Conversation, Conversations
from royal_platform.persistence.stores import Store

# A common rule of thumb for English; other languages take a few more tokens.
_CHARACTERS_PER_TOKEN = 4
# A command's table may be long; the model can read it again with the tool.
_SHOWN = 4_000


@dataclass(frozen=True, slots=True)
class Before:
    """What was said before a turn."""

    store: Store
    conversation: Conversation
    turns: tuple[Turn, ...]

    @property
    def tokens(self) -> int:
        """About how many tokens the history takes."""
        shown = sum(tokens_of(turn) for turn in self.turns)
        return shown + len(self.conversation.summary or "") // _CHARACTERS_PER_TOKEN


def before(platform: Platform, turn: Turn) -> Before:
    """Read what was said before ``turn`` and is not summarised."""
    owner = turn.speaker.name
    with platform.database.read() as connection:
        store = stores.get(connection, turn.store_id)
        conversation = Conversations(turn.store_id, owner).get(connection, turn.conversation_id)
        turns = ChatTurns(turn.store_id).before(
            connection, turn.conversation_id, turn.number, conversation.summarised
        )
    return Before(store, conversation, tuple(turns))


def tokens_of(turn: Turn) -> int:
    """About how many tokens the turn takes in the history."""
    size = len(turn.text) + len(turn.answer)
    if _is_whole(turn):
        size = len(ModelMessagesTypeAdapter.dump_json(restored(turn.messages or [])))
    return size // _CHARACTERS_PER_TOKEN


def history(found: Before, cut: Callable[[str, int], str]) -> list[ModelMessage]:
    """The messages before the question; ``cut`` shortens a text where nobody's name is."""
    told: list[ModelMessage] = []
    summary = found.conversation.summary
    if summary:
        told += _said(f"What was said earlier, summarised:\n{summary}", "I have read it.")
    for turn in found.turns:
        if _is_whole(turn):
            told += restored(turn.messages or [])
        else:
            told += _said(cut(turn.text, _SHOWN), cut(turn.answer, _SHOWN) or f"({turn.status})")
    return told


def question(turn: Turn, store: Store) -> str:
    """The user's message with the store's time, which may not stand in the stable beginning."""
    at = store.store_clock().local_day(turn.created_at)
    return f"(Today is {at:%A %Y-%m-%d} in the store.)\n{turn.text}"


def dumped(messages: Sequence[ModelMessage]) -> list[Any]:
    """Messages as JSON for the turn's row, without the instructions every request repeats."""
    bare = [
        replace(each, instructions=None) if isinstance(each, ModelRequest) else each
        for each in messages
    ]
    found: list[Any] = storable(ModelMessagesTypeAdapter.dump_python(bare, mode="json"))
    return found


def restored(messages: list[Any]) -> list[ModelMessage]:
    """The messages of a turn's row."""
    return ModelMessagesTypeAdapter.validate_python(messages)


def _is_whole(turn: Turn) -> bool:
    """A failed answer's messages may hold calls without results, which servers refuse."""
    return turn.status == "completed" and bool(turn.messages)


def _said(text: str, answer: str) -> list[ModelMessage]:
    return [
        ModelRequest(parts=[UserPromptPart(content=text)]),
        ModelResponse(parts=[TextPart(content=answer)]),
    ]
