"""Demand freed of the season and of promotions before it is smoothed; both are put back after.

How far to believe in the season, and how strongly promotions move demand, is decided per class of
series by which treatment forecast best at past origins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import product as pairs

import numpy as np

from royal_platform.commerce.forecasting import series
from royal_platform.commerce.forecasting.combination import (
    CHOICE_WEEKS,
    Past,
    choose,
    equal_weights,
    losses,
)
from royal_platform.commerce.forecasting.model import (
    SERIES_CLASSES,
    Flags,
    Floats,
    Integers,
    Panel,
)
from royal_platform.commerce.forecasting.promotions import WORTH_CORRECTING, depths, usual_depth
from royal_platform.commerce.forecasting.smoothing import Levels, sweep

_SEASON_STRENGTHS = (0.0, 0.5, 1.0)
# Extra demand per share of the price given away: at 1, a discount of 30 % sells 30 % more.
_PROMOTION_ANSWERS = (0.0, 1.0, 2.0)
_SAMPLE = 4_000
_LEAST_SPREAD = 0.05


@dataclass(frozen=True, slots=True)
class Causes:
    """What moved demand in a panel.

    ``index`` (origin, week with the coming ones, category) the season as each origin
    saw it; ``category`` of each variant; ``depth`` (variant, week) of the discounts, ``usual``
    (origin, variant) what is usual of it.
    """

    origins: tuple[int, ...]
    index: Floats
    category: Integers
    depth: Floats
    usual: Floats

    def of(self, rows: slice) -> Causes:
        """The same for some of the variants."""
        return replace(
            self,
            category=self.category[rows],
            depth=self.depth[rows],
            usual=self.usual[:, rows],
        )


@dataclass(frozen=True, slots=True)
class Treated:
    """Levels after the treatment of each class, what came after, and the treatments' names."""

    levels: Levels
    past: Past
    names: tuple[str, ...]


def causes(panel: Panel, index: Floats, origins: tuple[int, ...]) -> Causes:
    """The season and the promotions of a panel."""
    depth = depths(panel)
    return Causes(origins, index, panel.category, depth, usual_depth(depth, origins))


def treat(demand: Floats, found: Causes, horizon: int) -> Treated:
    """Smooth ``demand`` under the treatment that serves each class best.

    A sample of the series decides which; the whole catalogue is swept under the chosen ones only.
    """
    options = list(pairs(*_options(found)))
    classes = series.classes(demand, found.origins)
    sample = slice(None, None, max(len(demand) // _SAMPLE, 1))
    pick = _choice(demand[sample], found.of(sample), classes[:, sample], options)
    which = pick[classes]
    kept = _smoothed(demand, found, *options[pick[0]])
    for number in set(pick.tolist()) - {int(pick[0])}:
        kept = _where(which == number, _smoothed(demand, found, *options[number]), kept)
    strength, answer = np.array(options)[which].transpose(2, 0, 1)
    ahead = _ahead(found, strength, answer, horizon)
    names = tuple(_name(*options[number]) for number in pick)
    return Treated(kept, Past(demand, found.origins, classes, _spread(kept), ahead), names)


def _choice(
    demand: Floats, found: Causes, classes: Integers, options: Sequence[tuple[float, float]]
) -> Integers:
    """The treatment under which plain smoothing was best, by class."""
    loss = []
    for option in options:
        levels = _smoothed(demand, found, *option)
        strength, answer = (np.full(classes.shape, value) for value in option)
        ahead = _ahead(found, strength, answer, CHOICE_WEEKS)
        past = Past(demand, found.origins, classes, _spread(levels), ahead)
        plain = np.einsum("s,son->on", equal_weights(), levels.level)
        loss.append(losses(plain[None], past)[0])
    return choose(np.stack(loss), np.zeros(len(SERIES_CLASSES), dtype=np.int64))


def _options(found: Causes) -> tuple[Sequence[float], Sequence[float]]:
    strengths = _SEASON_STRENGTHS if (found.index != 1).any() else (0.0,)
    answers = _PROMOTION_ANSWERS if found.depth.mean() > WORTH_CORRECTING else (0.0,)
    return strengths, answers


def _smoothed(demand: Floats, found: Causes, strength: float, answer: float) -> Levels:
    """One sweep for all origins that see no season, and one for each that sees its own."""
    origins = found.origins
    known = np.isfinite(demand)
    usable = np.ascontiguousarray(known.T)
    plain = (np.where(known, demand, 0.0) / (1 + answer * found.depth)).T.astype(np.float32)
    seasonal = [k for k in range(len(origins)) if strength and (found.index[k] != 1).any()]
    level = [k for k in range(len(origins)) if k not in seasonal]
    parts = [sweep(plain, usable, [origins[k] for k in level])] if level else []
    for k in seasonal:
        until = origins[k]
        index = (found.index[k, :until] ** strength).astype(np.float32)
        parts.append(sweep(plain[:until] / index[:, found.category], usable[:until], [until]))
    order = np.argsort([*level, *seasonal])
    return Levels(*(
        np.take(np.concatenate([getattr(part, each.name) for part in parts], axis=-2), order, -2)
        for each in fields(Levels)
    ))  # fmt: skip


def _ahead(found: Causes, strength: Floats, answer: Floats, horizon: int) -> Floats:
    """What levels are multiplied by (origin, week ahead, variant)."""
    return np.stack([
        found.index[k, origin : origin + horizon][:, found.category] ** strength[k]
        * (1 + answer[k] * found.usual[k])
        for k, origin in enumerate(found.origins)
    ])  # fmt: skip


def _spread(levels: Levels) -> Floats:
    """Standard deviation of a week's demand (origin, variant), Poisson's at least."""
    level = levels.level[2]
    variance = np.maximum(np.maximum(levels.variance, level), _LEAST_SPREAD)
    return np.asarray(np.sqrt(variance.astype(np.float64)))


def _where(mask: Flags, yes: Levels, no: Levels) -> Levels:
    return Levels(
        *(np.where(mask, getattr(yes, f.name), getattr(no, f.name)) for f in fields(Levels))
    )


def _name(strength: float, answer: float) -> str:
    season = f" x season^{strength:g}" if strength else ""
    return season + (f", promotions x{answer:g} taken out" if answer else "")
