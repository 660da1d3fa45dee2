"""A part of a list that is known whole: what stands behind a cursor, and where the rest begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from core.errors import Invalid

Item = TypeVar("Item")
_DIGITS = 7


def part_of(
    items: Sequence[Item], cursor: str | None, limit: int
) -> tuple[Sequence[Item], str | None]:
    """``limit`` items from ``cursor`` on, and the cursor of the next; ``Invalid`` if not ours."""
    start = 0
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= _DIGITS):
            raise Invalid("The cursor is not one of this list's.", remedy="Pass its next_cursor.")
        start = int(cursor)
    end = start + limit
    return items[start:end], str(end) if end < len(items) else None
