"""The turns of this process: begun, answered while nobody listens, followed, taken over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import cast

from aira.schemas import ChatIn, TurnStatus
from aira.tools import Asked, Said
from aira.turns.answering import Answering
from aira.turns.beginning import Begun, begin
from aira.turns.journal import UNSAVED_MAX, Journal, Lost
from aira.turns.liveness import known_dead, retire, worker_name
from core.errors import Unavailable
from core.security.principals import Kind, Principal, principal
from core.storage.database import Database
from core.telemetry.logs import get_logger
from royal_platform.bootstrap import Platform
from royal_platform.commerce.pricing.request import Voice
from royal_platform.persistence import chat_turns
from royal_platform.persistence.chat_turns import ANSWERING, ChatEvent, ChatTurns, Pulse, Turn
from royal_platform.persistence.clock import wall_now
from royal_platform.persistence.conversations import Conversations

_BEAT_SECONDS = 1.0
_TAIL_SECONDS = 0.2
_LEAVE_SECONDS = 4.0
# A turn of ours without a task: it was left by a failure, or is about to get one.
_BEGINNING = timedelta(seconds=5)
# A message may be long; what a proposal quotes of it is read by whoever approves.
_QUOTED = 1_000
_log = get_logger(__name__)

Opened = Callable[[], Platform | None]


class TurnEngine:
    """Answers turns in tasks of one event loop, and takes over those of processes that ended."""

    def __init__(
        self,
        opened: Opened,
        *,
        stale_seconds: float,
        keep_alive_seconds: float = 15.0,
        worker: str | None = None,
    ) -> None:
        self.worker = worker or worker_name()
        self._opened = opened
        self._stale = timedelta(seconds=stale_seconds)
        self._quiet = keep_alive_seconds
        self._journals: dict[str, Journal] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._beating: asyncio.Task[None] | None = None
        self._leaving = False

    def start(self) -> None:
        """Keep the turns of this process alive and look for orphans, until ``leave``."""
        self._beating = asyncio.create_task(self._beat())

    async def say(self, platform: Platform, caller: Principal, said: ChatIn) -> Begun:
        """Begin the turn of a message and answer it. Raises what ``begin`` raises."""
        if self._leaving:
            raise Unavailable("AIRA is being restarted.", remedy="Send the message again.")
        begun = await asyncio.to_thread(begin, platform, caller, said, self.worker)
        if begun.new:
            self._answer(platform, begun.turn, list(begun.events))
        return begun

    async def follow(
        self, platform: Platform, turn: Turn, after: int
    ) -> AsyncIterator[ChatEvent | None]:
        """The events behind ``after`` until the last one; None when there is a silence.

        Ends early, without ``done``, when this process leaves: the follower asks again then.
        """
        journal = self._journals.get(turn.id)
        if journal is not None:
            async for found in journal.follow(after, self._quiet):
                yield found
            return
        async for found in self._tail(platform, turn, after):
            yield found

    async def cancel(self, platform: Platform, turn: Turn) -> TurnStatus:
        """Stop answering the turn; its status once it stopped, or now if it is elsewhere."""
        turns = ChatTurns(turn.store_id)
        if turn.status == ANSWERING:
            await asyncio.to_thread(_ask_cancel, platform.database, turn)
            self._stop(turn.id)
            task = self._tasks.get(turn.id)
            if task is not None:
                await asyncio.wait([task], timeout=_LEAVE_SECONDS)

        def read() -> TurnStatus:
            with platform.database.read() as connection:
                return cast("TurnStatus", turns.get(connection, turn.id).status)

        return await asyncio.to_thread(read)

    async def delete(self, platform: Platform, owner: str, conversation_id: str) -> None:
        """Delete a conversation, also while it is being answered. Raises ``NotFound``."""
        mine = Conversations(platform.store_id, owner)

        def delete() -> str | None:
            with platform.database.write() as transaction:
                found = mine.get(transaction.connection, conversation_id, lock=True)
                mine.delete(transaction.connection, conversation_id)
            return found.answering

        answering = await asyncio.to_thread(delete)
        task = self._tasks.get(answering or "")
        if task is not None:
            task.cancel()

    def stop_streams(self) -> None:
        """Let every follower go, so that a server that is ending need not wait for them."""
        self._leaving = True
        for journal in self._journals.values():
            journal.end()

    async def leave(self) -> None:
        """Hand the turns over: whoever comes next may take them at once."""
        self.stop_streams()
        if self._beating is not None:
            self._beating.cancel()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_LEAVE_SECONDS)
        retire(self.worker)
        platform = self._opened()
        if platform is not None and tasks:
            await asyncio.to_thread(_hand_over, platform.database, self.worker)

    def _answer(
        self, platform: Platform, turn: Turn, stored: list[ChatEvent], *, resumed: bool = False
    ) -> None:
        if turn.id in self._tasks:
            # It got its task while the database was being asked about it.
            return
        journal = Journal(platform.database, turn, self.worker, stored)
        if resumed:
            # The process that died may have shown text under the next numbers.
            journal.skip(UNSAVED_MAX)
        answering = Answering(_asked(platform, turn), journal, resumed=resumed)
        task = asyncio.create_task(answering.run())
        self._journals[turn.id], self._tasks[turn.id] = journal, task
        task.add_done_callback(lambda done: self._ended(journal, done))

    def _ended(self, journal: Journal, task: asyncio.Task[None]) -> None:
        turn_id = journal.turn.id
        self._journals.pop(turn_id, None)
        self._tasks.pop(turn_id, None)
        journal.end()
        if task.cancelled():
            _log.info("chat.turn.left", turn_id=turn_id)
        elif isinstance(task.exception(), Lost):
            _log.warning("chat.turn.lost", turn_id=turn_id)
        elif task.exception() is not None:
            # It stays a turn that is being answered, and is taken up again.
            _log.error("chat.turn.failed", turn_id=turn_id, exc_info=task.exception())

    def _stop(self, turn_id: str) -> None:
        journal, task = self._journals.get(turn_id), self._tasks.get(turn_id)
        if journal is not None and task is not None and not journal.cancelled:
            journal.cancelled = True
            task.cancel()

    async def _beat(self) -> None:
        while True:
            platform = self._opened()
            try:
                if platform is not None:
                    await self._tick(platform)
            except Exception as error:  # noqa: BLE001 - a missed beat costs turns, a dead heart all
                _log.warning("chat.beat.failed", error=repr(error))
            await asyncio.sleep(_BEAT_SECONDS)

    async def _tick(self, platform: Platform) -> None:
        if self._tasks:
            pulse = await asyncio.to_thread(
                _pulse, platform.database, self.worker, list(self._tasks)
            )
            for turn_id in pulse.cancelled:
                self._stop(turn_id)
            for turn_id in pulse.lost & self._tasks.keys():
                self._tasks[turn_id].cancel()
        for turn in await asyncio.to_thread(self._orphans, platform.database):
            stored = await asyncio.to_thread(_stored, platform.database, turn)
            seen = await asyncio.to_thread(platform.of_store, turn.store_id)
            if self._leaving:
                return
            _log.info("chat.turn.taken_over", turn_id=turn.id, worker=turn.worker)
            self._answer(seen, turn, stored, resumed=True)

    def _orphans(self, database: Database) -> list[Turn]:
        """Turns whose process ended or fell silent, now ours."""
        now = wall_now()
        with database.read() as connection:
            candidates = [
                turn
                for turn in chat_turns.answering(connection)
                if turn.id not in self._tasks and self._is_orphan(turn, now - self._stale, now)
            ]
        if not candidates:
            return []
        with database.write() as transaction:
            return [
                turn
                for turn in candidates
                if chat_turns.take_over(transaction.connection, turn, self.worker, now=now)
            ]

    def _is_orphan(self, turn: Turn, silent_since: datetime, now: datetime) -> bool:
        if turn.worker == self.worker:
            return turn.alive_at < now - _BEGINNING
        return turn.alive_at < silent_since or known_dead(turn.worker)

    async def _tail(
        self, platform: Platform, turn: Turn, after: int
    ) -> AsyncIterator[ChatEvent | None]:
        """Follow a turn that another process answers, or none any more, by what is stored."""
        quiet = 0.0
        while not self._leaving:
            journal = self._journals.get(turn.id)
            if journal is not None:
                async for found in journal.follow(after, self._quiet):
                    yield found
                return
            status, events = await asyncio.to_thread(_news, platform.database, turn, after)
            for each in events:
                after = each.number
                yield each
            if status != ANSWERING:
                return
            quiet = 0.0 if events else quiet + _TAIL_SECONDS
            if quiet >= self._quiet:
                quiet = 0.0
                yield None
            await asyncio.sleep(_TAIL_SECONDS)


def _asked(platform: Platform, turn: Turn) -> Asked:
    """The turn's user, with the rights of the role the turn was begun with."""
    speaker = turn.speaker
    caller = principal(speaker.name, speaker.role, turn.store_id, cast("Kind", speaker.kind))
    if turn.mode != "model":
        return Asked(platform, caller)
    said = Said(turn.text[:_QUOTED], f"GET /v1/conversations/{turn.conversation_id}")
    return Asked(platform, caller, Voice.CONVERSATION, said)


def _ask_cancel(database: Database, turn: Turn) -> None:
    with database.write() as transaction:
        ChatTurns(turn.store_id).ask_cancel(transaction.connection, turn.id)


def _hand_over(database: Database, worker: str) -> None:
    with database.write() as transaction:
        chat_turns.hand_over(transaction.connection, worker)


def _pulse(database: Database, worker: str, turn_ids: list[str]) -> Pulse:
    with database.write() as transaction:
        return chat_turns.heartbeat(transaction.connection, worker, turn_ids, now=wall_now())


def _stored(database: Database, turn: Turn) -> list[ChatEvent]:
    with database.read() as connection:
        return ChatTurns(turn.store_id).events(connection, turn.id)


def _news(database: Database, turn: Turn, after: int) -> tuple[str, list[ChatEvent]]:
    turns = ChatTurns(turn.store_id)
    with database.read() as connection:
        status = turns.get(connection, turn.id).status
        return status, turns.events(connection, turn.id, after)
