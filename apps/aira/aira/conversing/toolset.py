"""The registry's tools as a model may call them, and how their results reach it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from pydantic import ValidationError
from pydantic_ai import Agent, RunContext
from pydantic_ai import Tool as ModelTool
from pydantic_ai.messages import ModelMessage, ToolCallPart, ToolReturnPart

from aira.commands.reading import wrong
from aira.conversing.choosing import chosen, room_for, schema_of, tokens_of
from aira.tools import TOOLS, Tool
from aira.turns.tool_use import ToolUse, Used
from royal_platform.commerce.language.model import PersonalField, PersonalValue
from royal_platform.llm.privacy import Shield

# What one result may take of the model's attention; the tools' pages are smaller.
_RESULT_MAX = 12_000
# Of the tools used before, the newest stay in a small context.
_KEPT = 3
# How often a model may call a tool wrongly.
_RETRIES = 2


@dataclass
class Talk:
    """What the tools know of the answer being made; ``steps`` counts the model's replies.

    ``result_room`` is how many characters one result may take.
    """

    tools: ToolUse
    shield: Shield
    steps: int = 0
    result_room: int = _RESULT_MAX


def agent_for(
    permissions: frozenset[str], context: int, text: str, told_before: Sequence[ModelMessage]
) -> Agent[Talk, str]:
    """An agent with the tools that somebody with these permissions may use, in one order.

    A model with a small ``context`` gets those that fit ``text`` and what was used before. The
    model is given with each run.
    """
    room = room_for(context)
    allowed = _allowed(permissions)
    if room is None or sum(map(tokens_of, allowed)) <= room:
        return _made(allowed)
    used = [name for each in reversed(told_before) for name in _used_in(each)]
    return _made(chosen(allowed, text, used[:_KEPT], room))


@lru_cache(maxsize=16)
def _allowed(permissions: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        name
        for name, tool in sorted(TOOLS.items())
        if (tool.sees or tool.permission) in permissions
    )


@lru_cache(maxsize=64)
def _made(names: tuple[str, ...]) -> Agent[Talk, str]:
    tools = [_model_tool(TOOLS[name]) for name in names]
    return Agent(deps_type=Talk, tools=tools, retries=_RETRIES)


def _used_in(message: ModelMessage) -> Iterator[str]:
    for part in message.parts:
        if isinstance(part, ToolCallPart):
            yield part.tool_name


def result_room(context: int) -> int:
    """How many characters one result may take."""
    return min(_RESULT_MAX, context) if context else _RESULT_MAX


def told(used: Used, cut: Callable[[str, int], str], room: int = _RESULT_MAX) -> dict[str, Any]:
    """A tool's result as the model reads it: data with its source and its number.

    ``cut`` shortens a text where nobody's name is, to ``room`` characters. Call it in a thread.
    """
    data = used.data
    if not data["ok"]:
        problem = data["problem"]
        return {"failed": problem["slug"], "why": problem["detail"], "remedy": problem["remedy"]}
    result = data["result"]
    size = len(orjson.dumps(result))
    if size > room:
        text = cut(str(data["text"]), room)
        result = {"shortened": text, "note": "Too large to show whole; ask for less of it."}
    return {
        "cite": used.n, "source": data["source"], "as_of": data["as_of"], "result": result,
        "next_cursor": data["next_cursor"],
    }  # fmt: skip


def _model_tool(tool: Tool[Any]) -> ModelTool[Talk]:
    return ModelTool.from_schema(
        _use(tool),
        name=tool.name,
        description=tool.description,
        json_schema=schema_of(tool.name),
        takes_ctx=True,
        # One after the other: the events of an answer have one order.
        sequential=True,
    )


def _use(tool: Tool[Any]) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def use(ctx: RunContext[Talk], **given: Any) -> dict[str, Any]:
        talk = ctx.deps
        # Some servers number their calls from 0 in every reply.
        call_id = f"{talk.steps}-{ctx.tool_call_id}"
        try:
            arguments = tool.arguments.model_validate(given)
        except ValidationError as error:
            refused = await talk.tools.refuse(call_id, tool, given, wrong(tool, error))
            return told(refused, talk.shield.cut)
        used = await talk.tools.use(call_id, tool, arguments, for_model=True)
        talk.shield.learn(_named(tool, used.data["result"]))
        return await asyncio.to_thread(told, used, talk.shield.cut, talk.result_room)

    return use


def people_in(messages: Sequence[ModelMessage]) -> Iterator[PersonalValue]:
    """Whom the tools named in ``messages``, whether the store knows them yet or not."""
    for part in (part for each in messages for part in each.parts):
        if isinstance(part, ToolReturnPart) and isinstance(part.content, dict):
            tool = TOOLS.get(part.tool_name)
            if tool is not None:
                yield from _named(tool, part.content.get("result"))


def _named(tool: Tool[Any], result: Any) -> Iterator[PersonalValue]:
    for place in tool.people:
        for name in _at(result, place.split(".")):
            yield PersonalValue(PersonalField.NAME, name)


def _at(found: Any, place: Sequence[str]) -> Iterator[str]:
    if isinstance(found, list):
        for each in found:
            yield from _at(each, place)
    elif isinstance(found, dict) and place:
        yield from _at(found.get(place[0]), place[1:])
    elif isinstance(found, str) and not place:
        yield found
