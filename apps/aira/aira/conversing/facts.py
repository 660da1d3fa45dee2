"""The facts of a text that a summary may not lose: ids, figures, days, names of things."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_FACT = re.compile(
    r"gid://[\w./-]+"
    r"|\b[a-z]{3}_[A-Za-z0-9]{6,}\b"  # our ids
    r"|\b\d{4}-\d{2}-\d{2}\b"  # days
    r"|#\d+\b"  # orders
    r"|\b[A-Z0-9]{2,}(?:-[A-Z0-9]+)+\b"  # SKUs
    # Figures with their unit, which stands on the same line, after a space of some width.
    r"|\d+(?:[.,]\d+)*(?:[ \u00a0\u202f]?(?:%|[A-Z]{3}\b|€|\$|£))?"
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_LINE_MAX = 200
_MARK = re.compile(r"\[\d{1,3}\]")


def facts(text: str) -> list[str]:
    """The facts in ``text``, each once, in order; a lone digit without a unit is none."""
    found = (hit[0].strip() for hit in _FACT.finditer(_MARK.sub("", text)))
    return list(dict.fromkeys(each for each in found if len(each) > 1))


def lines_of_lost_facts(texts: Sequence[str], summary: str) -> list[str]:
    """The lines of ``texts`` that hold a fact which ``summary`` does not."""
    kept = set(facts(summary))
    lines: list[str] = []
    for text in texts:
        for line in _pieces(text):
            lost = [fact for fact in facts(line) if fact not in kept]
            if lost:
                lines.append(line.strip())
                kept.update(lost)
    return lines


def _pieces(text: str) -> Iterator[str]:
    """The lines of ``text``, a long one by its sentences."""
    for line in text.splitlines():
        if len(line) > _LINE_MAX and not line.startswith("|"):
            yield from _SENTENCE.split(line)
        else:
            yield line


def with_lost_facts(texts: Sequence[str], summary: str, room: int) -> str:
    """``summary`` and, word for word, the lines whose facts it lost, the newest if room is short.

    ``room`` is in characters for those lines; what had to be left out is said.
    """
    lines = lines_of_lost_facts(texts, summary)
    shown: list[str] = []
    for line in reversed(lines):
        room -= len(line) + 1
        if room < 0:
            break
        shown.insert(0, line)
    left_out = len(lines) - len(shown)
    parts = [summary.strip()]
    if shown:
        parts.append("Word for word:\n" + "\n".join(shown))
    if left_out:
        parts.append(f"({left_out} older lines with figures are not here; read them with tools.)")
    return "\n\n".join(part for part in parts if part)
