"""Slash commands: every tool, typed, without a model."""

from aira.commands.completing import complete
from aira.commands.described import CommandList, Completions, listing
from aira.commands.reading import nearest, read, usage_of

__all__ = ["CommandList", "Completions", "complete", "listing", "nearest", "read", "usage_of"]
