"""Answers one turn to its end, whatever happens on the way; the end is always told."""

# ruff: noqa: N818 - named for what happened, as core.errors does

from __future__ import annotations

import asyncio

from aira.schemas import DoneData, RestartedData
from aira.tools import Asked
from aira.turns.command import answer_command
from aira.turns.events import Cancelled, Event, answer_text, event, failure
from aira.turns.journal import Ending, Journal, Lost
from aira.turns.spent import Spent
from aira.turns.tool_use import interrupted, under_way
from core.errors import RoyalError, Unavailable
from core.telemetry.logs import get_logger

_RESTARTS = 3
_log = get_logger(__name__)


class Broken(RoyalError):
    """A failure of ours, as the user is told of it."""


class Answering:
    """One turn's answer. ``resumed`` when another process began it."""

    def __init__(self, asked: Asked, journal: Journal, *, resumed: bool) -> None:
        self._asked = asked
        self._journal = journal
        self._resumed = resumed

    async def run(self) -> None:
        """Answer. Raises ``Lost`` when another process answers, ``CancelledError`` to hand over."""
        journal, turn = self._journal, self._journal.turn
        spent = Spent()
        status, last = "completed", list[Event]()
        try:
            await self._answer(spent)
        except Lost:
            raise
        except asyncio.CancelledError:
            if not journal.cancelled:
                await journal.save()
                raise
            status, last = "cancelled", [failure(_stopped())]
        except Cancelled as error:
            status, last = "cancelled", [failure(error)]
        except RoyalError as error:
            status, last = "failed", [failure(error)]
        except Exception as error:  # noqa: BLE001 - the user is told, the log has the details
            _log.error("chat.answer.failed", turn_id=turn.id, exc_info=error)
            status, last = "failed", [failure(self._broken())]
        try:
            await self._finish(spent, status, last)
        except (Lost, Unavailable):
            raise
        except Exception as error:  # noqa: BLE001 - an end that cannot be stored is told plainly
            _log.error("chat.ending.failed", turn_id=turn.id, exc_info=error)
            await self._finish(Spent(), "failed", [failure(self._broken())])

    async def _answer(self, spent: Spent) -> None:
        journal = self._journal
        if journal.turn.cancel_asked:
            raise _stopped()
        if self._resumed:
            change = under_way(journal)
            if change is not None:
                raise interrupted(change)
        if journal.turn.mode == "command":
            await answer_command(self._asked, journal)
            return
        if self._resumed:
            await self._restart()
        # Imports a language model's client, which a console without one never needs.
        from aira.conversing.answer import converse

        await converse(self._asked, journal, spent)

    async def _restart(self) -> None:
        """Say that the answer begins again, but not for ever: each time costs."""
        said = [name for _, (name, _) in self._journal.events()]
        if said.count("restarted") >= _RESTARTS:
            raise self._broken()
        await self._journal.record(event(RestartedData(keep=self._journal.turn.kept)))

    def _broken(self) -> Broken:
        return Broken(
            "Something failed here; AIRA's log has the details.",
            remedy=f"Send the message again, or report the turn {self._journal.turn.id}.",
        )

    async def _finish(self, spent: Spent, status: str, last: list[Event]) -> None:
        journal = self._journal
        platform = self._asked.platform
        now = await asyncio.to_thread(lambda: platform.clock().now())
        ending = Ending(status, now, spent.messages, spent.usage)
        done = event(DoneData.model_validate({"status": status}))
        journal.settle()
        answer = answer_text([*journal.events()])
        await journal.finish([*spent.events, *last, done], ending, answer)
        _log.info("chat.turn.answered", turn_id=journal.turn.id, status=status)


def _stopped() -> Cancelled:
    return Cancelled("You stopped the answer.", remedy="What was said is kept.")
