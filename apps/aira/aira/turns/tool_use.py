"""Uses the tools for one turn: each use is told, its answer numbered as a citation, once only."""

# ruff: noqa: N818 - named for what happened, as core.errors does

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aira import schemas
from aira.tools import TOOLS, Answer, Asked, Tool
from aira.turns.events import (
    Event,
    Interrupted,
    event,
    fault,
    storable,
    told_again,
    unfinished_calls,
)
from aira.turns.journal import Journal
from core.errors import RoyalError
from core.telemetry.logs import get_logger

_log = get_logger(__name__)

Act = Callable[[Tool[Any], Asked, Any], Answer]


class ToolFailed(RoyalError):
    """A tool broke in a way that is ours to repair."""

    slug, title = "internal", "The tool failed"


@dataclass(frozen=True, slots=True)
class Used:
    """What a use of a tool came to: the data of its ``tool_result`` and its citation's number."""

    data: dict[str, Any]
    n: int | None = None
    error: RoyalError | None = None


class ToolUse:
    """The tools as one turn's user may use them."""

    def __init__(self, asked: Asked, journal: Journal) -> None:
        self._asked = asked
        self._journal = journal
        said = [each for _, each in journal.events()]
        self._begun = unfinished_calls(said)
        self._results = {
            data["call_id"]: data for name, data in said if name == "tool_result"
        }  # fmt: skip
        self._stopped = False
        self._cited = {data["call_id"]: data["n"] for name, data in said if name == "citation"}

    @property
    def citations(self) -> int:
        """How many citations there are; they are numbered from 1."""
        return len(self._cited)

    def earlier(self, call_id: str) -> Used | None:
        """What this very call came to before the turn was taken over, if it ended."""
        data = self._results.get(call_id)
        if data is None:
            return None
        error = None if data["ok"] else told_again(data["problem"])
        return Used(data, self._cited.get(call_id), error)

    async def use(self, call_id: str, tool: Tool[Any], arguments: Any, *, for_model: bool) -> Used:
        """Use ``tool`` and tell it. Raises ``Interrupted`` rather than repeat a write."""
        found = self.earlier(call_id)
        if found is not None:
            return found
        if call_id not in self._begun:
            await self._journal.record(
                event(
                    schemas.ToolCallData(
                        call_id=call_id, tool=tool.name, title=tool.title,
                        arguments=arguments.model_dump(mode="json", exclude_none=True),
                    )
                )
            )  # fmt: skip
        elif writes(tool, for_model=for_model):
            raise interrupted(tool)
        used = await self._used(call_id, tool, arguments, for_model=for_model)
        if self._stopped:
            # What was done is told first.
            raise asyncio.CancelledError
        return used

    async def _used(
        self, call_id: str, tool: Tool[Any], arguments: Any, *, for_model: bool
    ) -> Used:
        act: Act = Tool.ask if for_model else Tool.run
        try:
            answer = await self._whole(tool, lambda: act(tool, self._asked, arguments))
        except RoyalError as error:
            return await self.failed(call_id, tool.name, error)
        except Exception as error:  # noqa: BLE001 - one broken tool must not end the answer
            _log.error("chat.tool.failed", tool=tool.name, exc_info=error)
            broken = ToolFailed(
                f"The tool {tool.name!r} failed here; the log has the details.",
                remedy=f"Look the turn {self._journal.turn.id} up in AIRA's log.",
            )
            return await self.failed(call_id, tool.name, broken)
        return await self._answered(call_id, tool, answer)

    async def refuse(
        self, call_id: str, tool: Tool[Any], given: dict[str, Any], error: RoyalError
    ) -> Used:
        """Tell a call whose arguments are wrong; the tool is not used."""
        found = self.earlier(call_id)
        if found is not None:
            return found
        if call_id not in self._begun:
            call = schemas.ToolCallData(
                call_id=call_id, tool=tool.name, title=tool.title, arguments=storable(given)
            )
            await self._journal.record(event(call))
        return await self.failed(call_id, tool.name, error)

    async def failed(self, call_id: str, tool: str, error: RoyalError) -> Used:
        """Tell that the call came to nothing."""
        told = schemas.ToolResultData(
            call_id=call_id, tool=tool, ok=False, text=None, more=None, problem=fault(error)
        )
        result = event(told)
        await self._journal.record(result)
        self._results[call_id] = result[1]
        return Used(result[1], error=error)

    async def _answered(self, call_id: str, tool: Tool[Any], answer: Answer) -> Used:
        n = self.citations + 1
        data = {
            "call_id": call_id, "tool": tool.name, "ok": True, "result": answer.result,
            "text": answer.text, "view": answer.view, "source": answer.source,
            "as_of": answer.as_of.isoformat(), "next_cursor": answer.next_cursor,
            "more": answer.more, "problem": None,
        }  # fmt: skip
        citation = schemas.CitationData(
            n=n, call_id=call_id, label=answer.label or tool.title, query=answer.query,
            source=answer.source, as_of=answer.as_of, link=answer.link,  # type: ignore[arg-type]
        )  # fmt: skip
        cards: list[Event] = [("approval", {"call_id": call_id, **card}) for card in answer.cards]
        await self._journal.record(("tool_result", data), event(citation), *cards)
        self._results[call_id] = data
        self._cited[call_id] = n
        return Used(data, n)

    async def _whole(self, tool: Tool[Any], act: Callable[[], Answer]) -> Answer:
        """Run the tool in a thread; a change under way is waited for, also when cancelled."""
        work = asyncio.ensure_future(asyncio.to_thread(act))
        while tool.writes and not work.done():
            try:
                await asyncio.wait([work])
            except asyncio.CancelledError:
                self._stopped = True
        return await work


def writes(tool: Tool[Any], *, for_model: bool) -> bool:
    """True when using the tool changes something; a model only gets a card where there is one.

    A tool whose card is its act, such as proposing, changes something for a model too.
    """
    only_a_card = for_model and tool.asks is not None and tool.asks is not tool.use
    return tool.writes and not only_a_card


def interrupted(tool: Tool[Any]) -> Interrupted:
    """The problem of a change whose outcome is not known."""
    return Interrupted(
        f"AIRA was ended while it carried out {tool.title!r}; it may or may not have been done.",
        remedy="It is not repeated. Look under Approvals and in the audit log whether it was done, "
        "then ask again.",
    )


def under_way(journal: Journal) -> Tool[Any] | None:
    """The change that a process was carrying out when it ended, if it was."""
    said = [each for _, each in journal.events()]
    for_model = journal.turn.mode == "model"
    for data in unfinished_calls(said).values():
        tool = TOOLS.get(data["tool"])
        if tool is not None and writes(tool, for_model=for_model):
            return tool
    return None
