"""Turns of a conversation and the events of their answers: begun, carried on, finished."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from core.errors import NotFound
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.ids import new_id
from royal_platform.persistence.paging import Order, Page, page
from royal_platform.persistence.tables.conversations import (
    chat_events,
    chat_turns,
    conversations,
)

ANSWERING = "answering"
# Silent for longer than any worker waits.
HANDED_OVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whose turn it is and with which rights: what a principal is made of."""

    name: str
    role: str
    kind: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One message and what became of its answer.

    ``messages`` are the model's up to the last whole step, ``kept`` the last event of that step.
    """

    store_id: str
    id: str
    conversation_id: str
    number: int
    speaker: Speaker
    text: str
    mode: str
    status: str
    answer: str
    messages: list[Any] | None
    kept: int
    created_at: datetime
    finished_at: datetime | None
    worker: str
    alive_at: datetime
    cancel_asked: bool


@dataclass(frozen=True, slots=True)
class ChatEvent:
    """One event of an answer; ``number`` counts from 1 within the turn."""

    number: int
    event: str
    data: dict[str, Any]


class ChatTurns:
    """The turns of one store."""

    def __init__(self, store_id: str) -> None:
        self.store_id = store_id

    def begin(
        self,
        connection: Connection,
        conversation_id: str,
        speaker: Speaker,
        *,
        text: str,
        mode: str,
        message_id: str | None,
        worker: str,
        now: datetime,
    ) -> Turn:
        """Append a turn that is being answered by ``worker``; ``now`` is the store's time.

        That its worker lives is told in the wall's time, whatever the store's clock says.
        """
        turn_id = new_id("trn")
        counted = select(func.coalesce(func.max(chat_turns.c.number), 0)).where(
            chat_turns.c.store_id == self.store_id,
            chat_turns.c.conversation_id == conversation_id,
        )
        number = int(connection.execute(counted).scalar_one()) + 1
        connection.execute(
            insert(chat_turns).values(
                store_id=self.store_id, id=turn_id, conversation_id=conversation_id,
                number=number, owner=speaker.name, role=speaker.role, kind=speaker.kind,
                message_id=message_id, text=text, mode=mode, status=ANSWERING, answer="",
                messages=None, kept=0, created_at=now, finished_at=None, worker=worker,
                alive_at=wall_now(), cancel_asked=False,
            )
        )  # fmt: skip
        return self.get(connection, turn_id, speaker.name)

    def get(self, connection: Connection, turn_id: str, owner: str | None = None) -> Turn:
        """One turn, of ``owner`` when given. Raises ``NotFound``."""
        query = select(chat_turns).where(
            chat_turns.c.store_id == self.store_id, chat_turns.c.id == turn_id
        )
        if owner is not None:
            query = query.where(chat_turns.c.owner == owner)
        row = connection.execute(query).one_or_none()
        if row is None:
            raise NotFound(
                f"There is no turn {turn_id[:80]!r} of yours.",
                remedy="Read the conversation with GET /v1/conversations/{id}.",
            )
        return _turn(row)

    def said(self, connection: Connection, owner: str, message_id: str) -> Turn | None:
        """The turn that a message of this name began, if it did."""
        query = select(chat_turns).where(
            chat_turns.c.store_id == self.store_id,
            chat_turns.c.owner == owner,
            chat_turns.c.message_id == message_id,
        )
        row = connection.execute(query).one_or_none()
        return None if row is None else _turn(row)

    def append(self, connection: Connection, turn_id: str, events: Sequence[ChatEvent]) -> None:
        """Store events under their numbers."""
        rows = [
            {"store_id": self.store_id, "turn_id": turn_id, "number": each.number,
             "event": each.event, "data": each.data}
            for each in events
        ]  # fmt: skip
        if rows:
            connection.execute(insert(chat_events), rows)

    def events(
        self, connection: Connection, turn_id: str, after: int = 0, limit: int | None = None
    ) -> list[ChatEvent]:
        """The events behind ``after``, in order."""
        query = (
            select(chat_events.c.number, chat_events.c.event, chat_events.c.data)
            .where(
                chat_events.c.store_id == self.store_id,
                chat_events.c.turn_id == turn_id,
                chat_events.c.number > after,
            )
            .order_by(chat_events.c.number)
            .limit(limit)
        )
        return [ChatEvent(row.number, row.event, row.data) for row in connection.execute(query)]

    def events_of(
        self, connection: Connection, turn_ids: Collection[str]
    ) -> dict[str, list[ChatEvent]]:
        """The events of each turn, in order."""
        query = (
            select(chat_events)
            .where(chat_events.c.store_id == self.store_id, chat_events.c.turn_id.in_(turn_ids))
            .order_by(chat_events.c.turn_id, chat_events.c.number)
        )
        found: dict[str, list[ChatEvent]] = {}
        for row in connection.execute(query):
            found.setdefault(row.turn_id, []).append(ChatEvent(row.number, row.event, row.data))
        return found

    def before(
        self, connection: Connection, conversation_id: str, number: int, after: int = 0
    ) -> list[Turn]:
        """The turns behind ``after`` and before ``number``, oldest first."""
        query = (
            select(chat_turns)
            .where(
                chat_turns.c.store_id == self.store_id,
                chat_turns.c.conversation_id == conversation_id,
                chat_turns.c.number < number,
                chat_turns.c.number > after,
            )
            .order_by(chat_turns.c.number)
        )
        return [_turn(row) for row in connection.execute(query)]

    def page(
        self, connection: Connection, conversation_id: str, cursor: str | None, limit: int
    ) -> Page[Turn]:
        """A page of a conversation's turns, the newest first."""
        mine = (chat_turns.c.store_id == self.store_id) & (
            chat_turns.c.conversation_id == conversation_id
        )
        order = Order("number", chat_turns.c.number, chat_turns.c.id, descending=True)
        rows = connection.execute(order.apply(select(chat_turns).where(mine), cursor, limit))
        found = [_turn(row) for row in rows]
        counted = select(func.count()).select_from(chat_turns).where(mine)
        total = int(connection.execute(counted).scalar_one())
        return page(found, limit, total, order, lambda turn: (turn.number, turn.id))

    def change(self, connection: Connection, turn_id: str, worker: str, **columns: Any) -> bool:
        """Change a turn that ``worker`` is answering; False when it no longer is."""
        statement = (
            update(chat_turns)
            .where(chat_turns.c.store_id == self.store_id, chat_turns.c.id == turn_id)
            .where(chat_turns.c.status == ANSWERING, chat_turns.c.worker == worker)
            .values(**columns)
        )
        return connection.execute(statement).rowcount == 1

    def ask_cancel(self, connection: Connection, turn_id: str) -> None:
        """Whoever answers the turn shall stop."""
        connection.execute(
            update(chat_turns)
            .where(chat_turns.c.store_id == self.store_id, chat_turns.c.id == turn_id)
            .where(chat_turns.c.status == ANSWERING)
            .values(cancel_asked=True)
        )

    def release(self, connection: Connection, turn: Turn, *, now: datetime) -> None:
        """The conversation waits for its next message."""
        connection.execute(
            update(conversations)
            .where(
                conversations.c.store_id == self.store_id,
                conversations.c.id == turn.conversation_id,
                conversations.c.answering == turn.id,
            )
            .values(answering=None, updated_at=now)
        )


@dataclass(frozen=True, slots=True)
class Pulse:
    """What a heartbeat found: turns to cancel, and turns that another worker took."""

    cancelled: frozenset[str]
    lost: frozenset[str]


def heartbeat(
    connection: Connection, worker: str, turn_ids: Collection[str], *, now: datetime
) -> Pulse:
    """Say that ``worker`` still answers ``turn_ids``."""
    mine = (
        (chat_turns.c.status == ANSWERING)
        & (chat_turns.c.worker == worker)
        & chat_turns.c.id.in_(turn_ids)
    )
    connection.execute(update(chat_turns).where(mine).values(alive_at=now))
    rows = connection.execute(select(chat_turns.c.id, chat_turns.c.cancel_asked).where(mine)).all()
    held = {row.id for row in rows}
    return Pulse(
        cancelled=frozenset(row.id for row in rows if row.cancel_asked),
        lost=frozenset(set(turn_ids) - held),
    )


def answering(connection: Connection) -> list[Turn]:
    """Every turn that is being answered, by whomever, in every store."""
    query = select(chat_turns).where(chat_turns.c.status == ANSWERING)
    return [_turn(row) for row in connection.execute(query.order_by(chat_turns.c.created_at))]


def take_over(connection: Connection, turn: Turn, worker: str, *, now: datetime) -> bool:
    """Answer ``turn`` from here on; False when somebody was quicker or it is alive after all."""
    statement = (
        update(chat_turns)
        .where(chat_turns.c.store_id == turn.store_id, chat_turns.c.id == turn.id)
        .where(chat_turns.c.status == ANSWERING, chat_turns.c.worker == turn.worker)
        .where(chat_turns.c.alive_at == turn.alive_at)
        .values(worker=worker, alive_at=now)
    )
    return connection.execute(statement).rowcount == 1


def hand_over(connection: Connection, worker: str) -> None:
    """The turns of ``worker`` may be taken over at once."""
    mine = (chat_turns.c.status == ANSWERING) & (chat_turns.c.worker == worker)
    connection.execute(update(chat_turns).where(mine).values(alive_at=HANDED_OVER))


def _turn(row: Row[Any]) -> Turn:
    values = row._asdict()
    values.pop("message_id")
    speaker = Speaker(values.pop("owner"), values.pop("role"), values.pop("kind"))
    return Turn(speaker=speaker, **values)
