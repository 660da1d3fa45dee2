"""Chooses the model: the routine one looks things up, the reasoning one thinks about them.

The rule is deterministic, so that the same question always goes the same way: a message is for
the reasoning model when it is long, asks more than one question, or holds a word that asks for
reasons, comparisons, plans or advice (English and Dutch). Everything else is routine.
"""

from __future__ import annotations

import re
from typing import Literal

Purpose = Literal["routine", "reasoning"]

_LONG = 280
_REASONS = re.compile(
    r"\b(why|how come|explain|reason|because|cause[ds]?|compare[ds]?|comparison|versus|better|best|"
    r"should|would|plan|strateg\w+|recommend\w*|advi[sc]e\w*|suggest\w*|analy[sz]\w+|improv\w+|"
    r"optimi[sz]\w+|trade-?offs?|what if|predict\w*|lower|raise|increase|decrease|change|draft|"
    r"write|waarom|hoezo|leg uit|uitleg\w*|oorzak\w*|oorzaak|vergelijk\w*|beter|beste|moet|zou|"
    r"moeten|strategie\w*|adviseer\w*|advies|analyseer\w*|verbeter\w*|optimaliseer\w*|wat als|"
    r"voorspel\w*|verlaag\w*|verhoog\w*|wijzig\w*|schrijf)\b",
    re.IGNORECASE,
)


def purpose_of(text: str) -> Purpose:
    """Which model a message is for."""
    asks_much = len(text) > _LONG or text.count("?") > 1
    return "reasoning" if asks_much or _REASONS.search(text) else "routine"
