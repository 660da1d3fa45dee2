"""An isolation forest (Liu, Ting and Zhou, 2008) whose scores come with their reasons.

A point that random cuts separate early is unlike the others. Fifty thousand points and a hundred
trees are scored by whole-array operations, without a loop over points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

TREES, SAMPLE = 100, 256
_EULER = 0.5772156649015329


@dataclass(frozen=True, slots=True)
class Tree:
    """A binary tree as arrays: node ``n`` cuts ``feature[n]`` at ``cut[n]``.

    Its children are ``left[n]`` and ``left[n] + 1``; a leaf has ``left`` 0. ``length`` is the
    expected path length of a point that ends there: the depth, and what an average search among the
    points left in it would add.
    """

    feature: Ints
    cut: Floats
    left: Ints
    length: Floats


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees and what an average search in a sample costs (``c`` of the paper)."""

    trees: tuple[Tree, ...]
    average: float
    features: int


@dataclass(frozen=True, slots=True)
class Reason:
    """How much earlier a feature let a point be separated: the share of its cuts, 0 to 1."""

    feature: str
    share: float


def grow(points: Floats, *, seed: int, trees: int = TREES, sample: int = SAMPLE) -> Forest:
    """A forest of ``points`` (rows; columns are features). The same seed grows the same forest.

    Raises ``ValueError`` for fewer than two points or a number that is not finite.
    """
    if points.ndim != 2 or len(points) < 2:
        raise ValueError("a forest needs at least two points")
    if not np.isfinite(points).all():
        raise ValueError("a feature is not a finite number")
    chance = np.random.default_rng(seed)
    size = min(sample, len(points))
    depth = max(1, math.ceil(math.log2(size)))
    grown = tuple(
        _tree(points[chance.choice(len(points), size, replace=False)], depth, chance)
        for _ in range(trees)
    )
    return Forest(grown, _average(size), points.shape[1])


def scores(forest: Forest, points: Floats) -> Floats:
    """How unlike the others each point is: near 1 unlike, 0.5 and below ordinary."""
    length = np.zeros(len(points))
    for tree in forest.trees:
        length += tree.length[_walk(tree, points)[0]]
    average = length / len(forest.trees)
    return np.power(2.0, -average / forest.average)


def reasons(forest: Forest, point: Floats, names: Sequence[str]) -> list[Reason]:
    """Which features separated ``point``, the strongest first; shares sum to 1.

    A cut counts the more, the earlier the tree ended: 1 / (length of the path), so that the long
    paths of an ordinary point say little (as DIFFI weighs them: Carletti and others, 2023).
    """
    weight = np.zeros(forest.features)
    for tree in forest.trees:
        leaf, cuts = _walk(tree, point[None, :], forest.features)
        weight += cuts[0] / max(1.0, float(tree.length[leaf[0]])) ** 2
    total = float(weight.sum())
    if total == 0:
        return []
    order = np.argsort(-weight, kind="stable")
    return [Reason(names[n], float(weight[n] / total)) for n in order if weight[n] > 0]


def _walk(tree: Tree, points: Floats, features: int = 0) -> tuple[Ints, Floats]:
    """The leaf of each point, and how often each feature was cut on the way (if asked for)."""
    at = np.zeros(len(points), dtype=np.int64)
    cuts = np.zeros((len(points), features))
    rows = np.arange(len(points))
    moving = tree.left[at] > 0
    while moving.any():
        who, node = rows[moving], at[moving]
        feature = tree.feature[node]
        if features:
            np.add.at(cuts, (who, feature), 1.0)
        at[who] = tree.left[node] + (points[who, feature] >= tree.cut[node])
        moving = tree.left[at] > 0
    return at, cuts


def _tree(points: Floats, depth: int, chance: np.random.Generator) -> Tree:
    feature, cut, left, length = [0], [0.0], [0], [0.0]
    waiting = [(0, points, 0)]
    while waiting:
        node, mine, level = waiting.pop()
        low, high = mine.min(axis=0), mine.max(axis=0)
        spread = np.flatnonzero(high > low)
        if level >= depth or len(mine) <= 1 or not len(spread):
            length[node] = level + _average(len(mine))
            continue
        which = int(chance.choice(spread))
        at = float(chance.uniform(low[which], high[which]))
        # The lowest value itself separates nothing: what is at or above the cut goes right.
        at = at if at > low[which] else float(high[which])
        feature[node], cut[node], left[node] = which, at, len(feature)
        right = mine[:, which] >= at
        for part in (mine[~right], mine[right]):
            waiting.append((len(feature), part, level + 1))
            feature.append(0)
            cut.append(0.0)
            left.append(0)
            length.append(0.0)
    return Tree(np.array(feature), np.array(cut), np.array(left), np.array(length))


def _average(size: int) -> float:
    """What an unsuccessful search in a binary search tree of ``size`` costs (equation 1)."""
    if size <= 1:
        return 0.0
    if size == 2:
        return 1.0
    return 2.0 * (math.log(size - 1) + _EULER) - 2.0 * (size - 1) / size
