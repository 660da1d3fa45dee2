"""The labelled messages, and what they teach about intent, sentiment and urgency."""

from __future__ import annotations

import csv
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from royal_platform.commerce.language.ports import Embedder, Vectors
from royal_platform.commerce.support.examples import PRECISION, Example, Learned, learn
from royal_platform.knowledge.vectors import kept

# Moods that a person tells apart more finely than an answer has to.
_MOODS = {"glad": "positive", "calm": "neutral", "unhappy": "negative", "angry": "negative"}
KINDS: dict[str, Callable[[Example], str]] = {
    "intent": lambda each: each.intent,
    "sentiment": lambda each: each.sentiment,
    "urgency": lambda each: each.urgency,
}
# How often a label that is claimed has to be right. How soon somebody wants an answer is told apart
# less well than what about, and orders a list: nine in ten would leave most of it unsaid.
PRECISIONS = {"intent": PRECISION, "sentiment": PRECISION, "urgency": 0.85}


@cache
def examples() -> tuple[Example, ...]:
    """Every labelled message of ``support.csv``."""
    told = (resources.files("royal_platform.knowledge.examples") / "support.csv").read_text("utf-8")
    return tuple(
        Example(**{**row, "sentiment": _MOODS[row["sentiment"]]})
        for row in csv.DictReader(told.splitlines())
    )


@dataclass(frozen=True, slots=True)
class Taught:
    """What the training part teaches, one kind of label each."""

    intent: Learned
    sentiment: Learned
    urgency: Learned


def teach(shown: Sequence[Example], vectors: Vectors) -> Taught:
    """Learn every kind of label from ``shown``, one vector a row."""
    pairs = [each.pair for each in shown]
    return Taught(**{
        name: learn(vectors, [of(each) for each in shown], pairs, PRECISIONS[name])
        for name, of in KINDS.items()
    })  # fmt: skip


class Labelled:
    """The training examples by one embedder; learned at the first use, by one thread."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self.embedder = embedder
        self._folder = folder
        self._turn = threading.Lock()
        self._taught: Taught | None = None

    def taught(self) -> Taught:
        """What was learned. Blocks, for half a minute the first time on a machine."""
        with self._turn:
            if self._taught is None:
                shown = [each for each in examples() if not each.is_held_out]
                texts = [each.text for each in shown]
                self._taught = teach(shown, kept(self._folder, "support", self.embedder, texts))
            return self._taught
