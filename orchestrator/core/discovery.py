"""Finds an agent's class: our own by file name, an installed package's by entry point."""

from __future__ import annotations

import importlib
import inspect
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from typing import TYPE_CHECKING

from core.errors import NotConfigured

if TYPE_CHECKING:
    from orchestrator.core.agent_base import AgentBase

PACKAGE = "orchestrator.agents"
GROUP = "royal_equips.agents"


def why_not_runnable(agent_id: str) -> str | None:
    """Why the worker could not run this agent, None when a class can be found; imports nothing."""
    if _module_of(agent_id) is not None or _entry_point(agent_id) is not None:
        return None
    return (
        f"no class is installed for it: there is neither {PACKAGE.replace('.', '/')}/{agent_id}.py "
        f"nor a package with the entry point {agent_id!r} in the group {GROUP!r}."
    )


def agent_class(agent_id: str) -> type[AgentBase]:
    """The agent's class. Raises ``NotConfigured`` when there is none, or more than one."""
    module = _module_of(agent_id)
    if module is not None:
        return _only_class(module)
    entry = _entry_point(agent_id)
    if entry is not None:
        found: type[AgentBase] = entry.load()
        return found
    raise NotConfigured(
        f"The agent {agent_id!r} cannot run: {why_not_runnable(agent_id)}",
        remedy="Add the file, or install the package that brings the agent, and start the worker.",
    )


@lru_cache(maxsize=256)
def topics_of(agent_id: str) -> tuple[str, ...]:
    """What the agent wakes on; nothing when it has no class."""
    if why_not_runnable(agent_id) is not None:
        return ()
    return tuple(agent_class(agent_id).wakes_on)


@lru_cache(maxsize=256)
def scopes_of(agent_id: str) -> tuple[str, ...]:
    """The access to the store that the agent needs; nothing when it has no class."""
    if why_not_runnable(agent_id) is not None:
        return ()
    return tuple(agent_class(agent_id).scopes)


def _module_of(agent_id: str) -> str | None:
    if not agent_id.isidentifier():
        return None
    name = f"{PACKAGE}.{agent_id}"
    return name if find_spec(name) is not None else None


def _entry_point(agent_id: str) -> EntryPoint | None:
    found = [entry for entry in entry_points(group=GROUP) if entry.name == agent_id]
    return found[0] if found else None


def _only_class(module_name: str) -> type[AgentBase]:
    from orchestrator.core.agent_base import AgentBase

    module = importlib.import_module(module_name)
    classes = [
        value
        for _, value in inspect.getmembers(module, inspect.isclass)
        if issubclass(value, AgentBase) and value.__module__ == module_name
    ]
    if len(classes) != 1:
        names = [each.__name__ for each in classes] or "none"
        raise NotConfigured(
            f"{module_name} must define one AgentBase subclass; it defines {names}.",
            remedy="Keep one agent class in each file of orchestrator/agents.",
        )
    return classes[0]
