"""The turns of this process: begun, answered while nobody listens, followed, taken over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import cast

from aira.schemas import ChatIn, DoneData, RestartedData
from aira.tools import Asked
from aira.turns.answering import Answering
from aira.turns.beginning import Begun, begin
from aira.turns.events import event
from aira.turns.journal import UNSAVED_MAX, Journal, Lost
from aira.turns.liveness import known_dead, worker_name
from core.errors import RoyalError, Unavailable
from core.security.principals import Kind, Principal, principal
from core.storage.database import Database
from core.telemetry.logs import get_logger
from royal_platform.bootstrap import Platform
from royal_platform.persistence import chat_turns
from royal_platform.persistence.chat_turns import ANSWERING, ChatEvent, ChatTurns, Turn
from royal_platform.persistence.clock import wall_now

_BEAT_SECONDS = 1.0
_TAIL_SECONDS = 0.2
_LEAVE_SECONDS = 4.0
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

    async def cancel(self, platform: Platform, turn: Turn) -> str:
        """Stop answering the turn; its status once it stopped, or now if it is elsewhere."""
        turns = ChatTurns(turn.store_id)
        if turn.status == ANSWERING:
            await asyncio.to_thread(_ask_cancel, platform.database, turn)
            self._stop(turn.id)
            task = self._tasks.get(turn.id)
            if task is not None:
                await asyncio.wait([task], timeout=_LEAVE_SECONDS)

        def read() -> str:
            with platform.database.read() as connection:
                return turns.get(connection, turn.id).status

        return await asyncio.to_thread(read)

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
        platform = self._opened()
        if platform is not None and tasks:
            await asyncio.to_thread(_hand_over, platform.database, self.worker)

    def _answer(self, platform: Platform, turn: Turn, stored: list[ChatEvent]) -> Journal:
        journal = Journal(platform.database, turn, self.worker, stored)
        self._journals[turn.id] = journal
        task = asyncio.create_task(self._run(platform, journal))
        self._tasks[turn.id] = task
        return journal

    async def _run(self, platform: Platform, journal: Journal) -> None:
        turn = journal.turn
        try:
            await Answering(_asked(platform, turn), journal).run()
        except Lost:
            _log.warning("chat.turn.lost", turn_id=turn.id)
        except asyncio.CancelledError:
            _log.info("chat.turn.left", turn_id=turn.id)
        except Exception as error:  # noqa: BLE001 - the turn stays and is taken up again
            _log.error("chat.turn.failed", turn_id=turn.id, exc_info=error)
        finally:
            self._journals.pop(turn.id, None)
            self._tasks.pop(turn.id, None)
            journal.end()

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
            except RoyalError as error:
                _log.warning("chat.beat.failed", detail=error.detail)
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
            if self._leaving:
                return
            _log.info("chat.turn.taken_over", turn_id=turn.id, worker=turn.worker)
            seen = replace(platform, store_id=turn.store_id)
            journal = self._answer(seen, turn, stored)
            journal.skip(UNSAVED_MAX)

    def _orphans(self, database: Database) -> list[Turn]:
        """Turns whose process ended or fell silent, now ours."""
        now = wall_now()
        with database.read() as connection:
            candidates = [
                turn
                for turn in chat_turns.answering(connection)
                if turn.id not in self._tasks and self._is_orphan(turn, now - self._stale)
            ]
        if not candidates:
            return []
        with database.write() as transaction:
            return [
                turn
                for turn in candidates
                if chat_turns.take_over(transaction.connection, turn, self.worker, now=now)
            ]

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
