"""What AIRA can read of the store: each tool is one deterministic question with a permission."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from core.errors import NotFound
from core.events import head, read_before
from core.security.principals import Principal
from orchestrator.core import agent_registry
from royal_platform.bootstrap import Platform
from royal_platform.persistence import stores
from royal_platform.persistence.decisions import DecisionFilter, Decisions
from royal_platform.persistence.policies import Policies

_LIMIT = 20


class ToolOut(BaseModel):
    """One tool: what it answers and which permission it needs."""

    model_config = ConfigDict(extra="forbid")

    name: str
    description: str
    permission: str
    allowed: bool = Field(description="True when this caller holds the permission.")


class ToolList(BaseModel):
    """Every tool, whether this caller may use it or not."""

    data: list[ToolOut]
    next_cursor: None = None


class ToolResult(BaseModel):
    """A tool's answer: JSON, read from the store's own records."""

    name: str
    source: str
    as_of: str
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tool:
    """A question with its answer."""

    description: str
    permission: str
    read: Callable[[Platform], dict[str, Any]]


def _store_status(platform: Platform) -> dict[str, Any]:
    with platform.database.read() as connection:
        store = stores.get(connection, platform.store_id)
        stopped = Policies(platform.store_id).stopped(connection)
    return {
        "name": store.name,
        "domain": store.domain,
        "currency": store.currency,
        "timezone": store.timezone,
        "sync": {"phase": store.sync_phase, "counts": store.sync_counts},
        "stopped": list(stopped),
    }


def _waiting_decisions(platform: Platform) -> dict[str, Any]:
    wanted = DecisionFilter(statuses=("proposed",), order="stake")
    with platform.database.read() as connection:
        page = Decisions(platform.store_id).page(connection, wanted, None, _LIMIT)
    listed = [
        {
            "id": each.id,
            "kind": each.proposal.kind,
            "subject": each.proposal.subject.title,
            "rationale": each.proposal.rationale,
            "expires_at": each.proposal.expires_at.isoformat(),
        }
        for each in page.items
    ]
    return {"total": page.total, "decisions": listed}


def _agents(platform: Platform) -> dict[str, Any]:
    found = agent_registry.list_agents(platform)
    return {
        "agents": [
            {"id": each.id, "name": each.name, "health": each.health, "runnable": each.runnable}
            for each in found
        ]
    }


def _recent_events(platform: Platform) -> dict[str, Any]:
    with platform.database.read() as connection:
        found = read_before(connection, platform.store_id, None, _LIMIT)
        newest = head(connection, platform.store_id)
    listed = [
        {
            "seq": each.seq,
            "type": each.type,
            "subject": each.subject,
            "actor": each.actor,
            "at": each.occurred_at.isoformat(),
        }
        for each in found
    ]
    return {"head": newest, "events": listed}


TOOLS: Mapping[str, Tool] = {
    "store_status": Tool(
        "The connected store, how far its data is read, and what is stopped.",
        "store:read",
        _store_status,
    ),
    "waiting_decisions": Tool(
        "The decisions that wait for a person, most money at stake first.",
        "decisions:read",
        _waiting_decisions,
    ),
    "agents": Tool("The agents and how each is doing.", "agents:read", _agents),
    "recent_events": Tool("The newest entries of the audit log.", "events:read", _recent_events),
}


def listing(caller: Principal) -> ToolList:
    """Every tool, as this caller sees it."""
    data = [
        ToolOut(
            name=name,
            description=tool.description,
            permission=tool.permission,
            allowed=caller.may(tool.permission),
        )
        for name, tool in TOOLS.items()
    ]
    return ToolList(data=data)


def use(platform: Platform, caller: Principal, name: str) -> ToolResult:
    """Ask one tool. Raises ``NotFound``, ``Forbidden``."""
    tool = TOOLS.get(name)
    if tool is None:
        raise NotFound(f"There is no tool {name!r}.", remedy="List them with GET /v1/tools.")
    caller.demand(tool.permission)
    with platform.database.read() as connection:
        store = stores.get(connection, platform.store_id)
    at = store.store_clock().now().isoformat()
    return ToolResult(name=name, source=store.source, as_of=at, result=tool.read(platform))
