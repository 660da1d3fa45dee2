"""What a decision's arguments may hold: amounts as decimal strings, counts, texts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

# Twelve digits before and four after the point: what the store can hold, exactly.
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,4})?")
MAX_UNITS = 1_000_000


def amount_of(value: Any) -> Decimal | None:
    """The amount of a decimal string; None for anything else."""
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        return None
    return Decimal(value)


def is_count(value: Any, least: int = 0) -> bool:
    """Whether it is a whole number of units from ``least`` to a million."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= MAX_UNITS


def is_text(value: Any) -> bool:
    """Whether it is a text with something in it."""
    return isinstance(value, str) and bool(value)


def are_lines(lines: Any, name: str) -> bool:
    """Whether they are units of something: each has a text under ``name`` and a ``quantity``."""
    return (
        isinstance(lines, (list, tuple))
        and bool(lines)
        and all(
            isinstance(each, Mapping)
            and isinstance(each.get(name), str)
            and is_count(each.get("quantity"), least=1)
            for each in lines
        )
    )


def text_of(value: Any) -> str | None:
    """How a value is shown in a diff."""
    return None if value is None else str(value)


def percent(part: Decimal, whole: Decimal) -> str:
    """``part`` of ``whole`` in percent, two digits after the point."""
    return f"{part / whole * 100:.2f}"
