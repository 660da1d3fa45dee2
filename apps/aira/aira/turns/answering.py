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
from core.errors import RoyalError
from core.telemetry.logs import get_logger

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
            broken = Broken(
                "Something failed here; AIRA's log has the details.",
                remedy=f"Send the message again, or report the turn {turn.id}.",
            )
            status, last = "failed", [failure(broken)]
        await self._finish(spent, status, last)

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
            await journal.record(event(RestartedData(keep=journal.turn.kept)))
        # Imports a language model's client, which a console without one never needs.
        from aira.conversing.answer import converse

        await converse(self._asked, journal, spent)

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
