"""Reads a slash command: which tool is meant, with which arguments."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from aira.tools import TOOLS
from aira.tools.model import Arguments, Json, Tool
from aira.tools.words import Word, split
from core.errors import Invalid

_NEAREST = 3


def read(text: str) -> tuple[Tool[Any], Arguments]:
    """The tool and its arguments; raises ``Invalid`` with the usage and the nearest names."""
    words = split(text.strip())
    if not words or not words[0].text.startswith("/"):
        raise Invalid("A command begins with `/`.", remedy="`/help` lists the commands.")
    tool = named(words[0].text[1:])
    return tool, _arguments(tool, words[1:])


def named(name: str) -> Tool[Any]:
    """The tool with this name or alias, however its case and hyphens are written."""
    found = _BY_NAME.get(_plain(name))
    if found is None:
        raise _unknown(name)
    return found


def usage_of(tool: Tool[Any]) -> str:
    """How the command is written."""
    if tool.usage:
        return tool.usage
    parts = [f"/{tool.name}"]
    for name in tool.positions:
        required = tool.arguments.model_fields[name].is_required()
        shown = name.upper().replace("_", " ")
        parts.append(shown if required else f"[{shown}]")
    parts += [
        f"[{name}=…]" for name in tool.names if name not in tool.positions and name != "cursor"
    ]
    return " ".join(parts)


def nearest(name: str) -> list[str]:
    """The names that look most like ``name``."""
    wanted = _plain(name)
    beginning = [known for known in _BY_NAME if wanted and known.startswith(wanted)]
    alike = difflib.get_close_matches(wanted, _BY_NAME, n=_NEAREST, cutoff=0.6)
    tools = [_BY_NAME[known].name for known in (*beginning, *alike)]
    return list(dict.fromkeys(tools))[:_NEAREST]


def _arguments(tool: Tool[Any], words: Sequence[Word]) -> Arguments:
    given, loose = _named_values(tool, words)
    try:
        placed = tool.words(loose) if tool.words is not None else _placed(tool, loose)
        twice = sorted(placed.keys() & given.keys())
        if twice:
            raise Invalid(f"{twice[0]!r} is given twice.", remedy="Give it once.")
        found: Arguments = tool.arguments.model_validate({**placed, **given})
    except ValidationError as error:
        raise wrong(tool, error) from error
    except Invalid as error:
        raise Invalid(
            error.detail, remedy=f"{error.remedy} Usage: `{usage_of(tool)}`", errors=error.errors
        ) from error
    return found


def _named_values(tool: Tool[Any], words: Sequence[Word]) -> tuple[Json, list[str]]:
    given: Json = {}
    loose: list[str] = []
    for word in words:
        option = word.option(tool.names)
        if option is None:
            loose.append(word.text)
            continue
        name, value = option
        if name in given:
            raise Invalid(f"{name!r} is given twice.", remedy=f"Usage: `{usage_of(tool)}`")
        given[name] = value
    return given, loose


def _placed(tool: Tool[Any], loose: Sequence[str]) -> Json:
    names = tool.positions
    if tool.rest and len(loose) >= len(names):
        head = len(names) - 1
        loose = [*loose[:head], " ".join(loose[head:])]
    if len(loose) > len(names):
        raise Invalid(
            f"{loose[len(names)]!r} is one word too many.",
            remedy='Quote what contains a space, like "Oak shelf 80 cm".',
        )
    return dict(zip(names, loose, strict=False))


def wrong(tool: Tool[Any], error: ValidationError) -> Invalid:
    """What is wrong with a tool's arguments, with its usage."""
    faults = [
        {"field": ".".join(map(str, fault["loc"])) or "arguments", "reason": _reason(fault["msg"])}
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    told = "; ".join(f"{fault['field']}: {fault['reason']}" for fault in faults[:5])
    return Invalid(
        f"/{tool.name} does not take that. {told}.",
        remedy=f"Usage: `{usage_of(tool)}`",
        errors=faults,
    )


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".")


def _unknown(name: str) -> Invalid:
    options = nearest(name)
    meant = " or ".join(f"`/{option}`" for option in options)
    return Invalid(
        f"There is no command '/{name[:60]}'.",
        remedy=f"Did you mean {meant}? `/help` lists them all."
        if options
        else "`/help` lists the commands.",
        errors=[{"name": each, "usage": usage_of(TOOLS[each])} for each in options],
    )


def _plain(name: str) -> str:
    return name.strip().casefold().replace("-", "_")


_BY_NAME = {alias: tool for tool in TOOLS.values() for alias in (tool.name, *tool.aliases)}
