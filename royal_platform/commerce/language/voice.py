"""The shop's own texts as examples of how it writes, never of what is so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from royal_platform.commerce.language.facts import facts
from royal_platform.commerce.language.folding import plain
from royal_platform.commerce.language.model import Passage

_MOST = 3
_LONGEST = 600
_SHORTEST = 20
_GONE = "\u2026"
_GAPS = re.compile(rf"{_GONE}(?:\s*{_GONE})+")


def examples(texts: Sequence[Passage]) -> tuple[Passage, ...]:
    """At most three of ``texts``, the first ones, each without its facts and cut to 600 characters.

    Numbers, dates, names, codes and links become an ellipsis: an example tells nothing that a draft
    could repeat, nor whom it was written to. What is too short to have a voice is left out.
    """
    bare = [replace(each, text=_bare(each.text)[:_LONGEST], link=None) for each in texts]
    return tuple(each for each in bare if len(each.text) >= _SHORTEST)[:_MOST]


def _bare(text: str) -> str:
    read = " ".join(plain(text).split())
    for fact in sorted({each.text for each in facts(read)}, key=len, reverse=True):
        read = re.sub(rf"(?<!\w){re.escape(fact)}(?!\w)", _GONE, read)
    return _GAPS.sub(_GONE, read)
