"""What an answer leaves behind besides its events."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from aira.turns.events import Event
from royal_platform.persistence.model_usage import Usage


@dataclass
class Spent:
    """Filled while the answer is made, so that a failure keeps it too."""

    messages: list[Any] | None = None
    usage: Usage | None = None
    events: list[Event] = field(default_factory=list)
