"""Splits a typed command into words and writes words back so that they are read the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Invalid

# Telephones and word processors type these for the straight one.
_QUOTES = '"“”„'


@dataclass(frozen=True, slots=True)
class Word:
    """One word; ``bare`` is how many of its first characters stood outside quotes."""

    text: str
    bare: int
    start: int = 0

    def option(self, names: Sequence[str]) -> tuple[str, str] | None:
        """Name and value of ``name=value`` when ``name`` is one of ``names``."""
        name, equals, value = self.text.partition("=")
        if not equals or len(name) >= self.bare or name.lower() not in names:
            return None
        return name.lower(), value


def split(text: str) -> list[Word]:
    """The words of ``text``, a quoted part being one. Raises ``Invalid`` for an open quote."""
    words, is_open = scan(text)
    if is_open:
        raise Invalid("A quote is not closed.", remedy='Write it like "Oak shelf 80 cm".')
    return words


def scan(text: str) -> tuple[list[Word], bool]:
    """The words and whether the last one still is inside quotes; never raises."""
    words: list[Word] = []
    kept: list[str] = []
    start, bare, quoted, escaped = -1, -1, False, False
    for index, char in enumerate(text):
        if start < 0 and char.isspace():
            continue
        if start < 0:
            start, bare, kept = index, -1, []
        if escaped:
            kept.append(char)
            escaped = False
        elif quoted and char == "\\":
            escaped = True
        elif char in _QUOTES:
            bare = len(kept) if bare < 0 else bare
            quoted = not quoted
        elif char.isspace() and not quoted:
            words.append(_word(kept, bare, start))
            start = -1
        else:
            kept.append(char)
    if start >= 0:
        words.append(_word(kept, bare, start))
    return words, quoted


def quote(text: str) -> str:
    """``text`` as one word that ``split`` reads back exactly."""
    special = any(char.isspace() or char in _QUOTES or char in "\\=" for char in text)
    return f'"{_escaped(text)}"' if special or not text else text


def assign(name: str, value: str) -> str:
    """``name=value`` as one word."""
    return f"{name}={quote(value)}"


def _escaped(text: str) -> str:
    return "".join(f"\\{char}" if char in f"\\{_QUOTES}" else char for char in text)


def _word(kept: list[str], bare: int, start: int) -> Word:
    return Word("".join(kept), len(kept) if bare < 0 else bare, start)
