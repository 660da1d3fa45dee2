"""The documentation that ships with the product, cut into sections and searched for words.

Ranked by BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond",
2009) with the usual k1 = 1.2 and b = 0.75; the title and heading of a section count thrice.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.errors import NotConfigured, NotFound

_K1, _B = 1.2, 0.75
_TITLE_WEIGHT = 3
_EXCERPT = 700
_WORD = re.compile(r"[^\W_]+")
_HEADING = re.compile(r"#{1,6} ")
# In a wheel the pages lie inside the package, in a checkout at the root of the repository.
_PLACES = (
    Path(__file__).resolve().parent / "docs",
    Path(__file__).resolve().parents[3] / "docs",
)
# Which pages there are, and how much what they say counts for somebody who asks.
_SHELVES = {"how-to": 2.0, "reference": 1.0, "adr": 0.7}
_EMPTY = frozenset(
    _WORD.findall(
        "a an and are as at be by can do does for from has how i in is it its may no not of on or "
        "that the this to was what when where which who why will with you your"
    )
)


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a page; ``page`` is its path under ``docs``."""

    page: str
    title: str
    heading: str
    text: str

    @property
    def excerpt(self) -> str:
        """The section's beginning, cut at a line's end."""
        if len(self.text) <= _EXCERPT:
            return self.text
        return self.text[:_EXCERPT].rpartition("\n")[0] or self.text[:_EXCERPT]


@dataclass(frozen=True, slots=True)
class _Index:
    sections: tuple[Section, ...]
    words: tuple[Counter[str], ...]
    found_in: Counter[str]
    mean_length: float


def pages() -> dict[str, Path]:
    """Every page by its path under ``docs``; raises ``NotConfigured`` when they are not there."""
    for place in _PLACES:
        found = {
            path.relative_to(place).as_posix(): path
            for shelf in _SHELVES
            for path in sorted((place / shelf).glob("*.md"))
        }
        if found:
            return found
    raise NotConfigured(
        "The documentation was not installed with this product.",
        remedy="Install it from a checkout, or from a wheel that holds aira/docs.",
    )


def page(name: str) -> str:
    """The text of a page. Raises ``NotFound``."""
    path = pages().get(name)
    if path is None:
        raise NotFound(f"There is no page {name!r}.", remedy=f"The pages: {', '.join(pages())}.")
    return path.read_text(encoding="utf-8")


def sections() -> tuple[Section, ...]:
    """Every section of every page."""
    return _index().sections


def search(text: str) -> list[Section]:
    """The sections that hold words of ``text``, the best first."""
    index = _index()
    wanted = set(words_of(text))
    scored = [
        (score * _SHELVES[index.sections[position].page.partition("/")[0]], position)
        for position, words in enumerate(index.words)
        if (score := _score(index, words, wanted)) > 0
    ]
    scored.sort(key=lambda each: (-each[0], each[1]))
    return [index.sections[position] for _, position in scored]


def _score(index: _Index, words: Counter[str], wanted: set[str]) -> float:
    length = words.total()
    total = 0.0
    for word in wanted:
        often = words[word]
        if not often:
            continue
        holding = index.found_in[word]
        rarity = math.log(1 + (len(index.sections) - holding + 0.5) / (holding + 0.5))
        spread = _K1 * (1 - _B + _B * length / index.mean_length)
        total += rarity * often * (_K1 + 1) / (often + spread)
    return total


@cache
def _index() -> _Index:
    sections = tuple(
        section
        for name, path in pages().items()
        for section in _sections(name, path.read_text(encoding="utf-8"))
    )
    words = tuple(
        Counter([*words_of(each.text), *(words_of(f"{each.title} {each.heading}") * _TITLE_WEIGHT)])
        for each in sections
    )
    found_in = Counter(word for each in words for word in each)
    return _Index(sections, words, found_in, sum(each.total() for each in words) / len(words))


def _sections(name: str, text: str) -> Iterator[Section]:
    title, heading = name, ""
    kept: list[str] = []
    fenced = False
    for line in text.splitlines():
        fenced ^= line.startswith("```")
        if fenced or not _HEADING.match(line):
            kept.append(line)
            continue
        if body := "\n".join(kept).strip():
            yield Section(name, title, heading, body)
        kept = []
        told = line.lstrip("#").strip()
        title, heading = (told, "") if line.startswith("# ") else (title, told)
    if body := "\n".join(kept).strip():
        yield Section(name, title, heading, body)


def words_of(text: str) -> list[str]:
    """The words of ``text`` that say something, as they are compared."""
    return [_stem(word) for word in _WORD.findall(text.casefold()) if word not in _EMPTY]


def _stem(word: str) -> str:
    """The plural and the commonest endings off, so that "prices" finds "price"."""
    for ending in ("ing", "ed", "es", "s", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
