"""Answers a slash command: read, carried out as written, told. No model has a part in it."""

from __future__ import annotations

from aira import commands
from aira.tools import Asked
from aira.turns.journal import Journal
from aira.turns.tool_use import ToolUse

_CALL_ID = "1"


async def answer_command(asked: Asked, journal: Journal) -> None:
    """Carry the command out. Raises the ``RoyalError`` that says why it could not be."""
    tool, arguments = commands.read(journal.turn.text)
    used = await ToolUse(asked, journal).use(_CALL_ID, tool, arguments, for_model=False)
    if used.error is not None:
        raise used.error
    if not any(name == "text" for _, (name, _) in journal.events()):
        await journal.text(used.data["text"])
