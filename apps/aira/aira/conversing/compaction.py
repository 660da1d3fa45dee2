"""Makes room in a long conversation: older turns become a summary that keeps their facts."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace

from pydantic_ai.usage import RunUsage

from aira.conversing.facts import with_lost_facts
from aira.conversing.history import Before, tokens_of
from core.errors import RoyalError
from core.settings import Settings
from core.telemetry.logs import get_logger
from royal_platform.bootstrap import Platform
from royal_platform.commerce.language.model import Passage
from royal_platform.persistence.chat_turns import Turn
from royal_platform.persistence.conversations import Conversation, Conversations

# Turns that stay as they were said, whatever they take.
_KEEP = 2
_ANSWER = 6_000
_log = get_logger(__name__)
_MARK = re.compile(r"\s*\[\d{1,3}\]")
_TASK = (
    "Summarise the conversation in the passages for the assistant that continues it. Keep every "
    "id, figure with its unit, day, name, open question and decision, in short lines. Write in the "
    "language of the conversation."
)


async def compacted(
    platform: Platform, found: Before, usage: RunUsage, cut: Callable[[str, int], str]
) -> Before:
    """``found`` with its older turns summarised, when it is longer than the setting allows."""
    room = _room(platform.settings)
    older = _older(found, room)
    if not older:
        return found
    said = await asyncio.to_thread(lambda: [text for turn in older for text in _told(turn, cut)])
    told = [found.conversation.summary or "", *said]
    texts = [_MARK.sub("", text) for text in told if text]
    summary = await _summary(platform, found.conversation, texts, usage)
    kept = with_lost_facts(texts, summary, room)
    conversation = replace(found.conversation, summary=kept, summarised=older[-1].number)
    await asyncio.to_thread(_store, platform, conversation)
    return Before(found.store, conversation, found.turns[len(older) :])


def _room(settings: Settings) -> int:
    """What earlier turns may take: a quarter of a small context, whatever the setting says."""
    context = settings.openai_context_tokens
    return (
        min(settings.aira_context_tokens, context // 4)
        if context
        else (settings.aira_context_tokens)
    )


def _older(found: Before, room: int) -> tuple[Turn, ...]:
    """The oldest turns, so many that what stays takes half the room, if all take more than it."""
    if found.tokens <= room:
        return ()
    stay, taken = 0, 0
    for turn in reversed(found.turns):
        taken += tokens_of(turn)
        if stay >= _KEEP and taken > room // 2:
            break
        stay += 1
    return found.turns[: len(found.turns) - stay]


async def _summary(
    platform: Platform, conversation: Conversation, texts: list[str], usage: RunUsage
) -> str:
    """A summary that states nothing the turns do not; empty without one: then facts are kept."""
    llm = platform.llm(actor=conversation.owner, about=conversation.id, usage=usage)
    passages = [Passage(f"part {n}", text, "conversation") for n, text in enumerate(texts, 1)]
    try:
        draft = await llm.draft(_TASK, passages, purpose="summary")
    except RoyalError as error:
        _log.warning("chat.summary.failed", slug=error.slug)
        return ""
    return _MARK.sub("", draft.text)


def _told(turn: Turn, cut: Callable[[str, int], str]) -> tuple[str, str]:
    return f"User: {cut(turn.text, _ANSWER)}", f"AIRA: {cut(turn.answer, _ANSWER) or turn.status}"


def _store(platform: Platform, conversation: Conversation) -> None:
    with platform.database.write() as transaction:
        Conversations(conversation.store_id, conversation.owner).moved(
            transaction.connection, conversation.id,
            summary=conversation.summary, summarised=conversation.summarised,
        )  # fmt: skip
