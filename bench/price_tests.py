"""``make evaluate``: how often what a price test reads holds the truth, where the truth is drawn.

Weeks of one article are simulated: its buyers' elasticity is drawn, the order of the prices is the
one that the product would draw, and the product reads the weeks. Nothing here was seen in a shop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from royal_platform.commerce.pricing.trial import assignment
from royal_platform.commerce.pricing.trial_reading import (
    COVERAGE,
    TrialEstimate,
    TrialWeek,
    reading,
)

TESTS = 400
SEED = 20_261
# Drawn elasticities: as wide as published studies differ (Bijmolt et al. 2005), a little milder.
_MEAN, _SD = -2.0, 0.8
_DRIFT, _NOISE = 0.08, 0.16
HEADING = "## Price tests, on simulated weeks whose truth is drawn"
_INTRODUCTION = (
    HEADING,
    "",
    f"{TESTS} simulated tests for each row. Elasticities are drawn around {_MEAN:.0f} (standard",
    f"deviation {_SD}); each week's demand wanders by {_DRIFT:.0%}, its buyers come by chance, and",
    f"{_NOISE:.0%} more chance lies on top. The interval says that it holds the drawn truth in",
    f"{COVERAGE:.0%}. The last row breaks what a reading rests on: half of the answer to a price",
    "comes a week late. *Remembers* is how often a reading suspects that and is not believed; in",
    "the other rows that is a false alarm. Of a real shop nobody knows the truth.",
)
_COLUMNS = (
    "case", "read", "truth in the 80 % interval", "of those believed", "half the interval wide",
    "remembers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of test: the prices by today's, blocks of weeks, units in a usual week."""

    name: str
    ratios: tuple[float, ...]
    blocks: int
    units: float
    empty: float = 0.0  # chance that a week's shelves are empty for two days
    late: float = 0.0  # share of the answer that comes a week late


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one case: tests that said something, and how often they were right."""

    case: Case
    found: tuple[tuple[float, TrialEstimate], ...]


CASES = (
    Case("two prices, 10 % apart, 6 blocks, 120 units a week", (1.0, 1.1), 6, 120),
    Case("the same, 30 units a week", (1.0, 1.1), 6, 30),
    Case("two prices, 5 % apart, 8 blocks, 120 units", (1.0, 1.05), 8, 120),
    Case("three prices, 5 % apart, 4 blocks, 120 units", (1.0, 0.95, 1.05), 4, 120),
    Case("two prices, empty shelves in a week of four", (1.0, 1.1), 6, 120, empty=0.25),
    Case("two prices, half of the answer a week late", (1.0, 1.1), 6, 120, late=0.5),
)


def measure(tests: int = TESTS, seed: int = SEED) -> list[Outcome]:
    """Every case, each with its own draws."""
    return [
        _measured(case, tests, np.random.default_rng((seed, n))) for n, case in enumerate(CASES)
    ]


def report(outcomes: Sequence[Outcome], tests: int = TESTS) -> str:
    """The section of the report."""
    rows = [_COLUMNS, ("---",) * len(_COLUMNS), *(_row(each, tests) for each in outcomes)]
    return "\n".join([*_INTRODUCTION, "", *("| " + " | ".join(row) + " |" for row in rows)])


def held(found: Sequence[tuple[float, TrialEstimate]]) -> float:
    """The share of the readings whose interval holds the truth."""
    return float(np.mean([each.low <= truth <= each.high for truth, each in found]))


def _measured(case: Case, tests: int, rng: np.random.Generator) -> Outcome:
    found = []
    for _ in range(tests):
        truth = float(rng.normal(_MEAN, _SD))
        read = reading(_weeks(case, truth, rng), len(case.ratios))
        if isinstance(read, TrialEstimate):
            found.append((truth, read))
    return Outcome(case, tuple(found))


def _weeks(case: Case, truth: float, rng: np.random.Generator) -> list[TrialWeek]:
    drawn = assignment(str(rng.integers(1 << 60)), len(case.ratios), case.blocks)
    level = case.units * np.exp(np.cumsum(rng.normal(0, _DRIFT, len(drawn))))
    weeks, before = [], 1.0
    for arm, usual in zip(drawn, level, strict=True):
        ratio = case.ratios[arm]
        felt = ratio ** (1 - case.late) * before**case.late
        in_stock = 5 / 7 if rng.random() < case.empty else 1.0
        expected = usual * felt**truth * rng.gamma(1 / _NOISE**2, _NOISE**2)
        weeks.append(
            TrialWeek(50 * ratio, float(rng.poisson(expected * in_stock)), in_stock, stood=True)
        )
        before = ratio
    return weeks


def _row(each: Outcome, tests: int) -> tuple[str, ...]:
    believed = [one for one in each.found if not one[1].remembers]
    widths = [(one.high - one.low) / 2 for _, one in each.found]
    return (
        each.case.name, f"{len(each.found) / tests:.0%}", f"{held(each.found):.0%}",
        f"{held(believed):.0%}", f"{np.median(widths):.1f}",
        f"{1 - len(believed) / len(each.found):.0%}",
    )  # fmt: skip
