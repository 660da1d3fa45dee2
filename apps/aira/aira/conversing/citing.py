"""Lets a citation ``[n]`` through only when there is a source with that number."""

from __future__ import annotations

import re
from collections.abc import Callable

_WHOLE = re.compile(r"\[(\d{1,3})\]")
_BEGUN = re.compile(r"\[\d{0,3}$")


class CitationFilter:
    """A stream's text, piece by piece: a ``[`` at the end waits until it is clear what it is."""

    def __init__(self, known: Callable[[], int]) -> None:
        self._known = known
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be said now."""
        text = self._held + piece
        begun = _BEGUN.search(text)
        cut = len(text) if begun is None else begun.start()
        self._held = text[cut:]
        return self._checked(text[:cut])

    def rest(self) -> str:
        """What was held back, at the end."""
        text, self._held = self._held, ""
        return text

    def _checked(self, text: str) -> str:
        return _WHOLE.sub(
            lambda found: found[0] if 1 <= int(found[1]) <= self._known() else "", text
        )
