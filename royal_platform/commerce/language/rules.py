"""Grounding: every fact in a draft has to stand in the sources that the draft cites."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from royal_platform.commerce.language.facts import LIST_MARK, Fact, Reading, facts
from royal_platform.commerce.language.folding import folded, plain
from royal_platform.commerce.language.model import Draft, FactKind, Passage, Ungrounded

_MARKER = re.compile(r"\[(\d{1,3})\]")
_SENTENCE = re.compile(r"(?<=[.!?])(?:\s*(?:\[\d{1,3}\])+)?\s+|\n+")


def ungrounded(
    draft: Draft, passages: Sequence[Passage], allowed: Iterable[str] = ()
) -> tuple[Ungrounded, ...]:
    """The facts of ``draft`` that its sources do not state; empty when it may be sent.

    A sentence is held against the passages it cites with ``[n]``, a sentence without a marker
    against all that the draft cites. ``allowed`` are names that need no source, such as the
    store's own. A date without a year matches one with it; "1.234" matches 1234 and 1.234.
    Numbers are never rounded: a figure is copied or it is not grounded.
    """
    by_id = {passage.id: passage for passage in passages}
    cited = [by_id[each] for each in draft.cited if each in by_id]
    names = {word for name in allowed for word in folded(name).split()}
    missing: list[Ungrounded] = []
    for sentence, marks in _sentences(draft.text):
        own = [
            by_id[draft.cited[mark - 1]]
            for mark in marks
            if 0 < mark <= len(draft.cited) and draft.cited[mark - 1] in by_id
        ]
        sources = _Stated(own if marks else cited)
        missing += [
            Ungrounded(fact.kind, fact.text, sentence)
            for fact in facts(sentence)
            if not sources.state(fact) and not _allowed(fact, names)
        ]
    return tuple(missing)


def dangling(draft: Draft, passages: Sequence[Passage]) -> tuple[str, ...]:
    """Citations of ``draft`` that lead nowhere: unknown passages, markers without a citation."""
    ids = {passage.id for passage in passages}
    marks = {int(mark) for mark in _MARKER.findall(draft.text)}
    return (
        *(each for each in draft.cited if each not in ids),
        *(f"[{mark}]" for mark in sorted(marks) if not 0 < mark <= len(draft.cited)),
    )


def supported(quote: str, text: str) -> bool:
    """Whether ``quote`` stands in ``text``, whatever its case, accents and spacing."""
    return bool(folded(quote)) and folded(quote) in folded(text)


class _Stated:
    """What a set of passages states."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        text = "\n".join(
            part for each in passages for part in (each.text, each.link or "", each.id) if part
        )
        if passages:
            times = [each.as_of.isoformat() for each in passages if each.as_of is not None]
            text = "\n".join([text, *times])
        self._words = set(re.findall(r"[\w'’-]+", folded(text)))
        self._words |= {part for word in self._words for part in re.split(r"['’-]", word)}
        self._text = plain(text).casefold()
        self._readings: dict[FactKind, set[Reading]] = {}
        for fact in facts(text):
            self._readings.setdefault(fact.kind, set()).update(fact.readings)

    def state(self, fact: Fact) -> bool:
        """Whether the passages state ``fact`` in any of its readings."""
        if fact.kind in {FactKind.NAME, FactKind.CODE}:
            return all(_as_word(reading) in self._words for reading in fact.readings) or any(
                re.search(rf"(?<!\w){re.escape(str(reading))}(?!\w)", self._text)
                for reading in fact.readings
            )
        stated = self._readings.get(fact.kind, set())
        if fact.kind is FactKind.DATE:
            return any(_same_day(one, other) for one in fact.readings for other in stated)
        return bool(fact.readings & stated)


def _as_word(reading: Reading) -> str:
    return folded(str(reading))


def _same_day(one: Reading, other: Reading) -> bool:
    if not (isinstance(one, tuple) and isinstance(other, tuple)):
        return False
    same_year = one[0] == other[0] or None in (one[0], other[0])
    return same_year and one[1:] == other[1:]


def _allowed(fact: Fact, names: set[str]) -> bool:
    return fact.kind is FactKind.NAME and all(str(reading) in names for reading in fact.readings)


def _sentences(text: str) -> Iterator[tuple[str, list[int]]]:
    """Each sentence with the citations in it or right behind its end."""
    text, start = LIST_MARK.sub("", text), 0
    for match in [*_SENTENCE.finditer(text), None]:
        end = len(text) if match is None else match.end()
        sentence = text[start:end].strip()
        start = end
        if sentence:
            yield sentence, [int(mark) for mark in _MARKER.findall(sentence)]
