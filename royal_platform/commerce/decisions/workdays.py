"""Working days as a person types them: ``mon tue fri``, and dates on which nobody works."""

from __future__ import annotations

from datetime import date

NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_CLOSED_MAX = 100


def weekdays(text: str) -> frozenset[int]:
    """The days of the week, 0 for Monday. Raises ``ValueError`` for others, or none at all."""
    named = text.lower().replace(",", " ").split()
    if not named or not set(named) <= set(NAMES):
        raise ValueError(f"working_days are some of {' '.join(NAMES)}.")
    return frozenset(map(NAMES.index, named))


def days_off(text: str) -> frozenset[date]:
    """The dates. Raises ``ValueError`` for what is none, or for more than a hundred."""
    named = text.replace(",", " ").split()
    if not named or len(named) > _CLOSED_MAX:
        raise ValueError(f"closed_days are 1 to {_CLOSED_MAX} dates.")
    try:
        return frozenset(map(date.fromisoformat, named))
    except ValueError:
        raise ValueError("closed_days are dates like 2026-12-25 2026-12-28.") from None


def told_weekdays(text: str) -> str:
    """The same days in the week's order, each once."""
    return " ".join(NAMES[day] for day in sorted(weekdays(text)))


def told_days_off(text: str) -> str:
    """The same dates in their order, each once."""
    return " ".join(day.isoformat() for day in sorted(days_off(text)))
