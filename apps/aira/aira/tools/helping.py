"""``/help``: which commands there are, or how one is written."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from aira.tools.model import Answer, Arguments, Asked, Column, Json, Tool, markdown, table

_COLUMNS = (
    Column("usage", "Command"), Column("description", "What it does"), Column("allowed", "Yours"),
)  # fmt: skip


class HelpIn(Arguments):
    """Which command; all when nothing is said."""

    command: str | None = Field(None, description="A command's name", max_length=60)


def helped(asked: Asked, given: HelpIn) -> Answer:
    """The commands of this caller, or one of them with its arguments."""
    # The commands are made of the tools, of which this is one.
    from aira.commands.described import arguments_of, listing
    from aira.commands.reading import named, usage_of

    now = asked.platform.clock().now()
    if given.command is not None:
        tool = named(given.command.lstrip("/"))
        facts = [each.model_dump() for each in arguments_of(tool)]
        lines = [_line(each) for each in facts]
        told = [
            f"`{usage_of(tool)}`", tool.description, "\n".join(lines),
            f"Needs the permission `{tool.permission}`"
            + ("." if asked.caller.may(tool.permission) else ", which you do not have."),
            f"Also: {', '.join(f'`/{name}`' for name in tool.aliases)}" if tool.aliases else "",
        ]  # fmt: skip
        result: Json = {"name": tool.name, "usage": usage_of(tool), "arguments": facts}
        text = "\n\n".join(each for each in told if each)
        return Answer(result=result, text=text, source="royal", as_of=now, label=f"/{tool.name}")
    rows = [
        {"name": each.name, "usage": each.usage, "description": each.title,
         "allowed": "yes" if each.allowed else "no"}
        for each in listing(asked.caller).data
    ]  # fmt: skip
    hint = 'Quote what contains a space: `/price "Oak shelf 80 cm" 49.95`. `/help NAME` tells more.'
    return Answer(
        result={"total": len(rows), "data": rows}, text=f"{markdown(_COLUMNS, rows)}\n\n{hint}",
        source="royal", as_of=now, view=table(_COLUMNS), label="Commands",
        query="GET /v1/commands",
    )  # fmt: skip


def _line(fact: Json) -> str:
    optional = "" if fact["required"] else " (optional)"
    choices = f" ({', '.join(fact['choices'])})" if fact["choices"] else ""
    return f"- `{fact['name']}`{optional}: {fact['description']}{choices}"


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "help", "Help", "The commands, or how one of them is written.",
        "session:read", HelpIn, helped, aliases=("commands", "?"),
        completes={"command": "commands"},
    ),
)  # fmt: skip
