"""What AIRA can do: one registry that the model, the slash commands and MCP clients share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from aira.tools import (
    agents,
    audiences,
    audit,
    catalog,
    deciding,
    decisions,
    documents,
    effects,
    figures,
    guarding,
    helping,
    insights,
    limits,
    marketing,
    operating,
    orders,
    pricing,
    risk,
    runs,
    shortlist,
    status,
    stock,
    suppliers,
    support,
)
from aira.tools.model import Answer, Arguments, Asked, Json, Said, Tool
from core.security.principals import Principal

__all__ = ["TOOLS", "Answer", "Arguments", "Asked", "Json", "Said", "Tool", "ToolList", "listing"]

_MODULES = (
    status, figures, insights, catalog, stock, orders, risk, decisions, effects, deciding,
    pricing, agents, operating, runs, limits, audiences, marketing, shortlist, suppliers, support,
    guarding, audit, documents, helping,
)  # fmt: skip

TOOLS: Mapping[str, Tool[Any]] = {tool.name: tool for module in _MODULES for tool in module.TOOLS}


class ToolOut(BaseModel):
    """One tool: what it answers and which permission it needs."""

    model_config = ConfigDict(extra="forbid")

    name: str
    title: str
    description: str
    permission: str
    allowed: bool = Field(description="True when this caller holds the permission.")
    changes: bool = Field(description="True when it changes something.")
    arguments: Json = Field(description="JSON Schema of the arguments.")


class ToolList(BaseModel):
    """Every tool, whether this caller may use it or not."""

    data: list[ToolOut]
    next_cursor: None = None


def listing(caller: Principal) -> ToolList:
    """Every tool, as this caller sees it."""
    data = [
        ToolOut(
            name=tool.name,
            title=tool.title,
            description=tool.description,
            permission=tool.permission,
            allowed=caller.may(tool.permission),
            changes=tool.writes,
            arguments=tool.arguments.model_json_schema(),
        )
        for tool in TOOLS.values()
    ]
    return ToolList(data=data)
