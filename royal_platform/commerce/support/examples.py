"""Labels from labelled examples: a text is what the examples that mean the same are.

Kernel ridge regression on unit embeddings (Saunders, Gammerman and Vovk, "Ridge Regression
Learning Algorithm in Dual Variables", 1998): every training example votes, weighted so that
similar examples share one vote. Its strength and the threshold under which it is unsure are chosen
by cross-validation on the training part; the held-out part is looked at by ``make evaluate`` only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from royal_platform.commerce.language.ports import Vectors

Floats = NDArray[np.float64]
STRENGTHS = (0.5, 1.0, 2.0)
PRECISION = 0.9
UNSURE = "unsure"
_PARTS = 5
_FOLDS = 5
_FEWEST_SURE = 10


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its labels. ``pair`` is one case, in whichever languages it is written."""

    pair: str
    language: str
    intent: str
    sentiment: str
    urgency: str
    text: str

    @property
    def is_held_out(self) -> bool:
        """One case in five, by a stable hash; a case and its translation are never apart."""
        return _part(self.pair, _PARTS) == 0


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest label and how strongly the examples speak for it, 0 to 1."""

    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Learned:
    """What the examples teach about one kind of label."""

    names: tuple[str, ...]
    centre: Floats
    weights: Floats
    shares: Floats
    threshold: float
    strength: float

    def guess(self, vector: Vectors) -> Guess:
        """The likeliest label of a text by its unit vector, however weak."""
        scores = _centred(vector.reshape(1, -1), self.centre) @ self.weights + self.shares
        best = int(scores[0].argmax())
        return Guess(self.names[best], float(np.clip(scores[0, best], 0.0, 1.0)))

    def label(self, vector: Vectors) -> Guess:
        """The same, and ``UNSURE`` where the examples do not speak clearly enough."""
        found = self.guess(vector)
        return found if found.confidence >= self.threshold else Guess(UNSURE, found.confidence)


def learn(
    vectors: Vectors, labels: Sequence[str], pairs: Sequence[str], precision: float = PRECISION
) -> Learned:
    """Fit on training examples, one unit vector a row.

    Cases of one pair are always in the same fold. The threshold is the lowest at which at least
    ``precision`` of the sure answers were right out of fold; above all scores when none is.
    """
    names = tuple(sorted(set(labels)))
    truth = np.array([names.index(label) for label in labels])
    folds = np.array([_part(f"fold {pair}", _FOLDS) for pair in pairs])
    scored = {strength: _out_of_fold(vectors, truth, folds, strength) for strength in STRENGTHS}
    strength = max(STRENGTHS, key=lambda each: float((scored[each].argmax(1) == truth).mean()))
    scores = scored[strength]
    threshold = _threshold(scores.max(axis=1), scores.argmax(axis=1) == truth, precision)
    centre, weights, shares = _fit(vectors, truth, len(names), strength)
    return Learned(names, centre, weights, shares, threshold, strength)


def _out_of_fold(
    vectors: Vectors, truth: NDArray[np.int_], folds: NDArray[np.int_], strength: float
) -> Floats:
    count = int(truth.max()) + 1
    scores = np.zeros((len(truth), count))
    for fold in np.unique(folds):
        inside = folds == fold
        centre, weights, shares = _fit(vectors[~inside], truth[~inside], count, strength)
        scores[inside] = _centred(vectors[inside], centre) @ weights + shares
    return scores


def _fit(
    vectors: Vectors, truth: NDArray[np.int_], count: int, strength: float
) -> tuple[Floats, Floats, Floats]:
    centre = np.asarray(vectors.mean(axis=0), dtype=np.float64)
    seen = _centred(vectors, centre)
    targets = np.eye(count)[truth]
    shares = targets.mean(axis=0)
    kernel = seen @ seen.T + strength * np.eye(len(seen))
    return centre, seen.T @ np.linalg.solve(kernel, targets - shares), shares


def _centred(vectors: Vectors, centre: Floats) -> Floats:
    """What all texts share taken off: e5's vectors lie in a narrow cone."""
    moved = vectors - centre
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    return np.asarray(moved / np.maximum(lengths, 1e-12), dtype=np.float64)


def _threshold(confidence: Floats, right: NDArray[np.bool_], precision: float) -> float:
    order = np.argsort(-confidence)
    precise = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precise[_FEWEST_SURE - 1 :] >= precision)
    if not len(enough):
        return 1.01
    return float(confidence[order][enough[-1] + _FEWEST_SURE - 1])


def _part(text: str, parts: int) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % parts
