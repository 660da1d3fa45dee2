"""The routes of the tools and of the slash commands."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, FastAPI, Query
from pydantic import BaseModel, Field, ValidationError

from aira.commands import CommandList, Completions, complete
from aira.commands import listing as commands
from aira.commands.reading import wrong
from aira.routes.shared import Caller, problems
from aira.tools import TOOLS, Asked, Json, ToolList
from aira.tools import listing as tools
from core.errors import NotFound
from core.web.opening import Opening
from core.web.permissions import requires
from royal_platform.bootstrap import Platform

_COMPLETED_MAX = 2_000


class ToolResult(BaseModel):
    """A tool's answer: JSON, how it can be shown, the same in words, and where it is from."""

    name: str
    result: Json
    text: str = Field(description="The answer in Markdown.")
    view: Json | None = Field(description="How it can be shown; see the chat protocol.")
    source: str = Field(description="shopify, sandbox, import or royal (our own records).")
    as_of: str
    next_cursor: str | None
    label: str
    query: str | None = Field(description="The request that gives the same figures.")
    link: str | None = Field(description="The command center's page that shows them.")
    cards: list[Json] = Field(description="What a person is asked to confirm.")


def add_console(app: FastAPI, opening: Opening[Platform]) -> None:
    """The tools and the commands on ``app``."""

    @app.get("/v1/tools", tags=["tools"], responses=problems())
    @requires("session:read")
    def list_tools(caller: Caller) -> ToolList:
        """What AIRA can do, with each tool's JSON Schema, and which of it this caller may."""
        return tools(caller)

    @app.post("/v1/tools/{name}", tags=["tools"], responses=problems(404, 409, 422))
    @requires("session:read")
    def use_tool(
        name: str, caller: Caller, arguments: Annotated[Json | None, Body()] = None
    ) -> ToolResult:
        """Use one tool with its arguments; needs no model. It demands the tool's permission."""
        asked = Asked.of(opening.get(), caller)
        return ToolResult(name=name, **use(asked, name, arguments or {}))

    @app.get("/v1/commands", tags=["commands"], responses=problems())
    @requires("session:read")
    def list_commands(caller: Caller) -> CommandList:
        """The slash commands with their arguments."""
        return commands(caller)

    @app.get("/v1/commands/complete", tags=["commands"], responses=problems(422))
    @requires("session:read")
    def complete_command(
        caller: Caller, text: Annotated[str, Query(max_length=_COMPLETED_MAX)]
    ) -> Completions:
        """How a half-typed command could go on, at most 20 ways."""
        return complete(Asked.of(opening.get(), caller), text)


def use(asked: Asked, name: str, arguments: Json) -> dict[str, Any]:
    """One tool's answer as JSON. Raises ``NotFound``, ``Invalid``, ``Forbidden``."""
    tool = TOOLS.get(name)
    if tool is None:
        raise NotFound(f"There is no tool {name!r}.", remedy="List them with GET /v1/tools.")
    asked.caller.demand(tool.permission)
    try:
        given = tool.arguments.model_validate(arguments)
    except ValidationError as error:
        raise wrong(tool, error) from error
    return tool.run(asked, given).document()
