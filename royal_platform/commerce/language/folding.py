"""Text reduced to what a reader sees: no case, accents or invisible characters; with its places."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_RUN = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True)
class Folded:
    """``text`` is folded; its character ``n`` came from ``places[n]`` of the original."""

    text: str
    places: tuple[int, ...]
    length: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the folded characters ``start`` to ``end`` stand in the original."""
        last = self.places[end] if end < len(self.places) else self.length
        return self.places[start], max(last, self.places[end - 1] + 1)


def fold(text: str) -> Folded:
    """Fold ``text``: compatibility forms, case, accents; white space runs become one space."""
    pieces: list[str] = []
    places: list[int] = []
    for run in _RUN.finditer(text):
        if run.group().isspace():
            pieces.append(" ")
            places.append(run.start())
        elif run.group().isascii():
            pieces.append(run.group().lower())
            places.extend(range(run.start(), run.end()))
        else:
            for place, character in enumerate(run.group(), run.start()):
                piece = _fold_character(character)
                pieces.append(piece)
                places.extend([place] * len(piece))
    return Folded("".join(pieces), tuple(places), len(text))


def folded(text: str) -> str:
    """The folded text alone, without spaces around it."""
    # A shop has thousands of titles, and most are plain: their places need not be told apart.
    if text.isascii():
        return " ".join(text.lower().split())
    return fold(text).text.strip()


def plain(text: str) -> str:
    """``text`` in compatibility form with ASCII digits and without invisible characters."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.decimal(each)) if each.isdecimal() else each
        for each in normal
        if unicodedata.category(each) != "Cf"
    )


def _fold_character(character: str) -> str:
    if character.isascii():
        return character.lower()
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    kept = [each for each in decomposed if unicodedata.category(each) not in {"Mn", "Cf"}]
    return "".join(
        str(unicodedata.decimal(each)) if each.isdecimal() else each for each in kept
    ).replace(" ", "")
