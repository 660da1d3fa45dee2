"""The day by which a merchant wants a product sold out, as a tag in the store says it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

_TAG = re.compile(r"\s*clear-by:\s*([0-9]{4}-[0-9]{2}-[0-9]{2})\s*", re.IGNORECASE)


def clear_by(tags: Sequence[str]) -> date | None:
    """The earliest day that a tag ``clear-by:2026-12-31`` names; None without a readable one."""
    return min((day for tag in tags if (day := _day(tag)) is not None), default=None)


def _day(tag: str) -> date | None:
    found = _TAG.fullmatch(tag)
    if found is None:
        return None
    try:
        return date.fromisoformat(found[1])
    except ValueError:
        return None
