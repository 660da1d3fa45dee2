"""Conversations of one user in one store: listed, searched, renamed, deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, or_, select, update

from core.errors import NotFound
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.model_calls import ModelCalls
from royal_platform.persistence.paging import Order, Page, page
from royal_platform.persistence.tables.conversations import chat_turns, conversations

_TITLE = 80


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation; ``answering`` is the turn being answered, one at a time."""

    store_id: str
    id: str
    owner: str
    title: str
    created_at: datetime
    updated_at: datetime
    turns: int
    last_turn: str | None
    answering: str | None
    summary: str | None
    summarised: int


class Conversations:
    """The conversations of ``owner`` in one store; nobody else's exist here."""

    def __init__(self, store_id: str, owner: str) -> None:
        self.store_id = store_id
        self.owner = owner

    def create(self, connection: Connection, first_words: str, *, now: datetime) -> Conversation:
        """A new conversation, named after its first words."""
        conversation_id = new_id("cnv")
        connection.execute(
            insert(conversations).values(
                store_id=self.store_id, id=conversation_id, owner=self.owner,
                title=title_of(first_words), created_at=now, updated_at=now, turns=0,
                last_turn=None, answering=None, summary=None, summarised=0,
            )
        )  # fmt: skip
        return self.get(connection, conversation_id)

    def get(
        self, connection: Connection, conversation_id: str, *, lock: bool = False
    ) -> Conversation:
        """One of the owner's conversations. Raises ``NotFound``."""
        query = select(conversations).where(self._mine(), conversations.c.id == conversation_id)
        row = connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound(
                f"There is no conversation {conversation_id[:80]!r} of yours.",
                remedy="List them with GET /v1/conversations.",
            )
        return Conversation(**row._asdict())

    def page(
        self, connection: Connection, text: str | None, cursor: str | None, limit: int
    ) -> Page[Conversation]:
        """A page, the last used first; ``text`` is searched in titles, questions and answers."""
        condition = and_(self._mine(), *self._saying(text))
        order = Order(
            "updated", conversations.c.updated_at, conversations.c.id, descending=True
        )  # fmt: skip
        query = order.apply(select(conversations).where(condition), cursor, limit)
        found = [Conversation(**row._asdict()) for row in connection.execute(query)]
        counted = select(func.count()).select_from(conversations).where(condition)
        total = int(connection.execute(counted).scalar_one())
        return page(found, limit, total, order, lambda item: (item.updated_at, item.id))

    def rename(self, connection: Connection, conversation_id: str, title: str) -> Conversation:
        """Give it another title. Raises ``NotFound``."""
        self.get(connection, conversation_id, lock=True)
        self._change(connection, conversation_id, title=title_of(title))
        return self.get(connection, conversation_id)

    def delete(self, connection: Connection, conversation_id: str) -> None:
        """Delete it with its turns, events and what models saw of it. Raises ``NotFound``."""
        self.get(connection, conversation_id, lock=True)
        ModelCalls(self.store_id).erase(connection, conversation_id)
        connection.execute(
            delete(conversations).where(self._mine(), conversations.c.id == conversation_id)
        )

    def moved(self, connection: Connection, conversation_id: str, **columns: Any) -> None:
        """Record what became of it."""
        self._change(connection, conversation_id, **columns)

    def _change(self, connection: Connection, conversation_id: str, **columns: Any) -> None:
        connection.execute(
            update(conversations)
            .where(self._mine(), conversations.c.id == conversation_id)
            .values(**columns)
        )

    def _mine(self) -> ColumnElement[bool]:
        return and_(conversations.c.store_id == self.store_id, conversations.c.owner == self.owner)

    def _saying(self, text: str | None) -> list[ColumnElement[bool]]:
        """Every word stands in the title or in one of the turns."""
        return [self._says(word) for word in (text or "").split()]

    def _says(self, word: str) -> ColumnElement[bool]:
        turn = (
            select(chat_turns.c.id)
            .where(
                chat_turns.c.store_id == self.store_id,
                chat_turns.c.conversation_id == conversations.c.id,
                or_(
                    chat_turns.c.text.icontains(word, autoescape=True),
                    chat_turns.c.answer.icontains(word, autoescape=True),
                ),
            )
            .exists()
        )
        return or_(conversations.c.title.icontains(word, autoescape=True), turn)


def title_of(words: str) -> str:
    """The beginning of ``words`` on one line."""
    line = " ".join(words.split())
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 1].rstrip()}…"
