"""Segments as they are saved, and pages of who is in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Segment:
    """A named rule; ``rule`` is the text as it was written, ``version`` counts its changes."""

    id: str
    name: str
    rule: str
    version: int
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Customers' ids in a fixed order; ``next_cursor`` None is the last page."""

    ids: tuple[str, ...]
    next_cursor: str | None
