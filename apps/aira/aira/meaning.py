"""The documentation searched by words and by meaning together, in whatever language is asked.

On 36 labelled questions (bench/answers/searching.py) the right page was among the first three for
14 of 20 in English and 3 of 16 in Dutch by words alone, for 16 and 12 with both. The two rankings
are merged by reciprocal rank (Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion Outperforms
Condorcet", 2009). Vectors of the pages are made once, in the background, and kept on disk; until
they are there, and where nothing makes them, words alone are searched.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from aira import library
from aira.library import Section
from core.errors import RoyalError
from core.telemetry.logs import get_logger
from royal_platform.commerce.language.ports import Embedder, Vectors

_CONSTANT = 60
_DEPTH = 50
_LONGEST = 600
_log = get_logger(__name__)


class Meanings:
    """The vectors of the documentation's sections by one embedder, kept in ``folder``."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self.embedder = embedder
        self._folder = folder
        self._vectors: Vectors | None = None
        self._turn = threading.Lock()

    def search(self, text: str) -> list[Section]:
        """The sections that fit best."""
        by_words, sections, vectors = library.search(text), library.sections(), self._vectors
        if vectors is None:
            self._begin(sections)
            return by_words
        try:
            nearness = vectors @ self.embedder.query(text)
        except RoyalError as error:
            _log.warning("docs.meaning.failed", slug=error.slug)
            return by_words
        by_meaning = [sections[int(place)] for place in np.argsort(-nearness)[:_DEPTH]]
        return merged(by_words[:_DEPTH], by_meaning)

    def make(self, sections: Sequence[Section]) -> None:
        """Read the vectors from disk, or make and keep them."""
        with self._turn:
            if self._vectors is None:
                self._make(sections)

    def _make(self, sections: Sequence[Section]) -> None:
        texts = [told(each) for each in sections]
        digest = hashlib.sha256("\n".join([self.embedder.name, *texts]).encode()).hexdigest()
        path = self._folder / f"docs-{digest[:16]}.npy"
        try:
            if not path.exists():
                vectors = self.embedder.passages(texts)
                self._folder.mkdir(parents=True, exist_ok=True)
                draft = path.with_name(f".{os.getpid()}-{path.name}")
                np.save(draft, vectors)
                draft.replace(path)
            self._vectors = np.load(path)
        except (RoyalError, OSError, ValueError) as error:
            _log.warning("docs.meaning.failed", error=type(error).__name__)

    def _begin(self, sections: Sequence[Section]) -> None:
        if self._turn.locked():
            return
        threading.Thread(
            target=self.make, args=(sections,), name="docs-meaning", daemon=True
        ).start()


def told(section: Section) -> str:
    """What of a section its meaning is read from."""
    return f"{section.title}. {section.heading}. {section.text}"[:_LONGEST]


def merged(*rankings: Sequence[Section]) -> list[Section]:
    """The rankings as one, by reciprocal rank."""
    scores: dict[Section, float] = {}
    for ranking in rankings:
        for place, section in enumerate(ranking):
            scores[section] = scores.get(section, 0.0) + 1 / (_CONSTANT + place)
    return sorted(scores, key=lambda section: -scores[section])


_opened: dict[tuple[str, Path], Meanings] = {}


def search(text: str, embedder: Embedder | None, folder: Path) -> list[Section]:
    """The sections that fit best, by words and, where something makes embeddings, by meaning."""
    if embedder is None:
        return library.search(text)
    known = _opened.setdefault((embedder.name, folder), Meanings(embedder, folder))
    known.embedder = embedder
    return known.search(text)
