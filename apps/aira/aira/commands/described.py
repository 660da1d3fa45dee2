"""The commands as lists show them, with their arguments."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from aira.commands.reading import usage_of
from aira.tools import TOOLS
from aira.tools.model import Tool
from core.security.principals import Principal


class ArgumentOut(BaseModel):
    """One argument: ``kind`` is text, choice, number, date, yes_no or amount."""

    model_config = ConfigDict(extra="forbid")

    name: str
    kind: str
    required: bool
    choices: list[str]
    description: str


class CommandOut(BaseModel):
    """One slash command."""

    model_config = ConfigDict(extra="forbid")

    name: str
    aliases: list[str]
    title: str
    usage: str
    description: str
    permission: str
    allowed: bool = Field(description="True when this caller holds the permission.")
    changes: bool = Field(description="True when it changes something.")
    arguments: list[ArgumentOut]


class CommandList(BaseModel):
    """Every command, whether this caller may use it or not."""

    data: list[CommandOut]
    next_cursor: None = None


class CompletionOut(BaseModel):
    """One way the text could go on; ``text`` is the whole message."""

    text: str
    label: str
    description: str


class Completions(BaseModel):
    """At most 20."""

    data: list[CompletionOut]


def listing(caller: Principal) -> CommandList:
    """Every command, as this caller sees it."""
    return CommandList(
        data=[
            CommandOut(
                name=tool.name,
                aliases=list(tool.aliases),
                title=tool.title,
                usage=usage_of(tool),
                description=tool.description,
                permission=tool.permission,
                allowed=caller.may(tool.permission),
                changes=tool.writes,
                arguments=arguments_of(tool),
            )
            for tool in TOOLS.values()
        ]
    )


def arguments_of(tool: Tool[Any]) -> list[ArgumentOut]:
    """What a command takes."""
    return [
        ArgumentOut(
            name=name,
            kind=_kind(field),
            required=field.is_required(),
            choices=choices_of(field),
            description=field.description or "",
        )
        for name, field in tool.arguments.model_fields.items()
    ]


def choices_of(field: FieldInfo) -> list[str]:
    """The values a choice has; none for anything else."""
    return [
        str(value)
        for each in (field.annotation, *get_args(field.annotation))
        if get_origin(each) is Literal
        for value in get_args(each)
    ]


_KINDS = {"int": "number", "date": "date", "bool": "yes_no", "Decimal": "amount"}


def _kind(field: FieldInfo) -> str:
    if choices_of(field):
        return "choice"
    types = get_args(field.annotation) or (field.annotation,)
    return next((_KINDS[t.__name__] for t in types if t.__name__ in _KINDS), "text")
