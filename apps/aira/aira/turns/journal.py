"""The journal of one turn: numbers its events, stores them in groups, shows them to followers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aira.turns.events import Event, answer_text, storable
from core.storage.database import Database
from core.telemetry.logs import get_logger
from royal_platform.persistence.chat_turns import ChatEvent, ChatTurns, Turn
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.model_usage import ModelUsage, Usage, release

# Pieces that come within this time become one event; the first of them waits for nothing.
_GATHER_SECONDS = 0.04
_SAVE_SECONDS = 0.25
# Text may be shown before it is stored, never more events of it than this.
UNSAVED_MAX = 128
_log = get_logger(__name__)


class Lost(Exception):  # noqa: N818 - it says what happened to the turn
    """Another worker has taken the turn over: nothing more may be said here."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What is recorded with the last event."""

    status: str
    finished_at: datetime
    messages: list[Any] | None = None
    usage: Usage | None = None


class Journal:
    """One turn's events, written by one task and followed by any number.

    Text is shown at once and stored in groups; everything else is stored before it is shown, so
    what a follower saw besides text can never be forgotten by a crash.
    """

    def __init__(
        self, database: Database, turn: Turn, worker: str, stored: Sequence[ChatEvent]
    ) -> None:
        self.turn = turn
        self.stored = list(stored)
        self.cancelled = False
        self.ended = False
        self._database = database
        self._turns = ChatTurns(turn.store_id)
        self._worker = worker
        self._shown: list[ChatEvent] = list(stored)
        self._next = (self._shown[-1].number if self._shown else 0) + 1
        self._unsaved: list[ChatEvent] = []
        self._saving = asyncio.Lock()
        self._gathered: list[str] = []
        self._gather: asyncio.TimerHandle | None = None
        self._saver: asyncio.Task[None] | None = None
        self._followers: set[asyncio.Event] = set()

    @property
    def last(self) -> int:
        """The number of the last event."""
        return self._next - 1

    @property
    def has_text(self) -> bool:
        """True when text was said that a restart did not drop."""
        return bool(self._gathered) or bool(answer_text(self.events()))

    def skip(self, count: int) -> None:
        """Leave numbers out: a process that died may have shown text under them."""
        self._next += count

    async def text(self, piece: str) -> None:
        """Say a piece of the answer."""
        piece = storable(piece)
        if not piece:
            return
        self._gathered.append(piece)
        if self._gather is None:
            self._show_gathered()
            loop = asyncio.get_running_loop()
            self._gather = loop.call_later(_GATHER_SECONDS, self._gather_over)
        if len(self._unsaved) >= UNSAVED_MAX // 2:
            await self._save(())
        elif self._saver is None:
            self._saver = asyncio.create_task(self._save_soon())

    async def record(self, *events: Event, **columns: Any) -> int:
        """Store events, with the turn's ``columns``, then show them; the last one's number.

        Raises ``Lost`` when another worker answers the turn.
        """
        self.settle()
        numbered = self._numbered(events)
        await self._save(numbered, **columns)
        return self.last

    async def finish(self, events: Sequence[Event], ending: Ending, answer: str) -> None:
        """Store the last events with how the turn ended, then show them. Raises ``Lost``."""
        self.settle()
        numbered = self._numbered(events)
        columns = {
            "status": ending.status, "finished_at": ending.finished_at, "answer": answer,
            **({} if ending.messages is None else {"messages": ending.messages}),
        }  # fmt: skip
        await self._save(numbered, ending, **columns)
        self.end()

    def end(self) -> None:
        """Nothing more comes from here; followers go and ask where the turn went on."""
        self.settle()
        self.ended = True
        if self._saver is not None:
            self._saver.cancel()
        self._wake()

    async def save(self) -> None:
        """Store what was only shown so far. Raises ``Lost``."""
        self.settle()
        await self._save(())

    def events(self) -> list[tuple[int, Event]]:
        """Everything said so far."""
        return [(each.number, (each.event, each.data)) for each in self._shown]

    async def follow(self, after: int, quiet: float) -> AsyncIterator[ChatEvent | None]:
        """The events behind ``after`` and those to come; None after ``quiet`` silent seconds."""
        changed = asyncio.Event()
        self._followers.add(changed)
        index = next(
            (at for at, each in enumerate(self._shown) if each.number > after), len(self._shown)
        )
        try:
            while True:
                changed.clear()
                while index < len(self._shown):
                    yield self._shown[index]
                    index += 1
                if self.ended:
                    return
                if changed.is_set():
                    continue
                try:
                    await asyncio.wait_for(changed.wait(), quiet)
                except TimeoutError:
                    yield None
        finally:
            self._followers.discard(changed)

    def _numbered(self, events: Sequence[Event]) -> list[ChatEvent]:
        made = [ChatEvent(self._next + at, name, data) for at, (name, data) in enumerate(events)]
        self._next += len(made)
        return made

    def _gather_over(self) -> None:
        self._gather = None
        if self._gathered:
            self._show_gathered()
            loop = asyncio.get_running_loop()
            self._gather = loop.call_later(_GATHER_SECONDS, self._gather_over)

    def settle(self) -> None:
        """Show the text that was being gathered."""
        if self._gather is not None:
            self._gather.cancel()
            self._gather = None
        self._show_gathered()

    def _show_gathered(self) -> None:
        if self._gathered:
            text, self._gathered = "".join(self._gathered), []
            shown = self._numbered([("text", {"text": text})])
            self._unsaved += shown
            self._show(shown)

    def _show(self, events: Sequence[ChatEvent]) -> None:
        self._shown += events
        self._wake()

    def _wake(self) -> None:
        for follower in self._followers:
            follower.set()

    async def _save_soon(self) -> None:
        await asyncio.sleep(_SAVE_SECONDS)
        self._saver = None
        try:
            await self._save(())
        except Exception as error:  # noqa: BLE001 - the next save tries again and is heard
            _log.warning("chat.text.unsaved", turn_id=self.turn.id, error=repr(error))

    async def _save(
        self, more: Sequence[ChatEvent], ending: Ending | None = None, **columns: Any
    ) -> None:
        async with self._saving:
            batch = [*self._unsaved, *more]
            if not batch and not columns:
                return
            cancelled = await _to_the_end(lambda: self._write(batch, ending, columns))
            del self._unsaved[: len(batch) - len(more)]
            self._show(more)
        if cancelled:
            raise asyncio.CancelledError

    def _write(
        self, batch: Sequence[ChatEvent], ending: Ending | None, columns: dict[str, Any]
    ) -> None:
        with self._database.write() as transaction:
            connection = transaction.connection
            values = {"alive_at": wall_now(), **columns}
            if not self._turns.change(connection, self.turn.id, self._worker, **values):
                raise Lost(self.turn.id)
            self._turns.append(connection, self.turn.id, batch)
            if ending is None:
                return
            self._turns.release(connection, self.turn, now=ending.finished_at)
            release(connection, self.turn.store_id, self.turn.id)
            if ending.usage is not None:
                usage = ModelUsage(self.turn.store_id, self.turn.speaker.name)
                usage.add(connection, wall_now().date(), ending.usage)


async def _to_the_end(function: Callable[[], None]) -> bool:
    """Run ``function`` in a thread; True when this task was cancelled meanwhile.

    A write happens whether we wait for it or not: only once it is known may the next one begin.
    """
    work = asyncio.ensure_future(asyncio.to_thread(function))
    cancelled = False
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:
            cancelled = True
    work.result()
    return cancelled
