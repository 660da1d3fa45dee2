"""``make evaluate``: how often what a price test reads holds the truth, where the truth is drawn.

Weeks of one article are simulated: its buyers' elasticity is drawn, the order of the prices is the
one that the product would draw, and the product reads the weeks. Nothing here was seen in a shop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from royal_platform.commerce.pricing.trial import TURN_WEEKS, assignment
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
    f"{_NOISE:.0%} more chance lies on top. The interval says that it holds the drawn truth, the",
    f"lasting answer to a price, in {COVERAGE:.0%}. Every case is told twice, with as many",
    "blocks and so as many weeks that count. *Before*, a turn was one week and counted whole, as",
    f"in tests approved then it still does; *now* a turn is {TURN_WEEKS} weeks and its last one",
    "counts, so that a test lasts twice as long and its weeks cost twice as much. *Remembers*",
    "is how often a reading suspects that the turn before still matters and is not believed: a",
    "false alarm where it does not. The last row breaks what a reading rests on now: half of the",
    "answer comes two weeks late. Of a real shop nobody knows the truth.",
)
_COLUMNS = (
    "case", "weeks before", "now", "read before", "now", "truth in the 80 % interval before",
    "now", "of those believed, now", "half the interval wide before", "now",
    "remembers before", "now",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A kind of test: the prices by today's, blocks of weeks, units in a usual week."""

    name: str
    ratios: tuple[float, ...]
    blocks: int
    units: float
    empty: float = 0.0  # chance that a week's shelves are empty for two days
    late: float = 0.0  # share of the answer that comes late; below 0 buyers stock up
    by: int = 1  # how many weeks late


Found = tuple[tuple[float, TrialEstimate], ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one case: the truths and readings of tests that said something, of each length of turn."""

    case: Case
    before: Found
    now: Found


CASES = (
    Case("two prices, 10 % apart, 6 blocks, 120 units a week", (1.0, 1.1), 6, 120),
    Case("the same, 30 units a week", (1.0, 1.1), 6, 30),
    Case("two prices, 5 % apart, 6 blocks, 120 units", (1.0, 1.05), 6, 120),
    Case("two prices, 10 % apart, 4 blocks, 120 units", (1.0, 1.1), 4, 120),
    Case("three prices, 5 % apart, 4 blocks, 120 units", (1.0, 0.95, 1.05), 4, 120),
    Case("two prices, empty shelves in a week of four", (1.0, 1.1), 6, 120, empty=0.25),
    Case("two prices, half of the answer a week late", (1.0, 1.1), 6, 120, late=0.5),
    Case("three prices, half a week late", (1.0, 0.95, 1.05), 4, 120, late=0.5),
    Case("two prices, buyers stock up: half again, less a week later", (1.0, 1.1), 6, 120,
         late=-0.5),
    Case("two prices, half of the answer two weeks late", (1.0, 1.1), 6, 120, late=0.5, by=2),
)  # fmt: skip


def measure(tests: int = TESTS, seed: int = SEED) -> list[Outcome]:
    """Every case, each with its own draws."""
    return [
        Outcome(case, *(_measured(case, tests, turn, (seed, n, turn)) for turn in (1, TURN_WEEKS)))
        for n, case in enumerate(CASES)
    ]


def report(outcomes: Sequence[Outcome], tests: int = TESTS) -> str:
    """The section of the report."""
    rows = [_COLUMNS, ("---",) * len(_COLUMNS), *(_row(each, tests) for each in outcomes)]
    return "\n".join([*_INTRODUCTION, "", *("| " + " | ".join(row) + " |" for row in rows)])


def held(found: Found) -> float:
    """The share of the readings whose interval holds the truth."""
    return float(np.mean([each.low <= truth <= each.high for truth, each in found]))


def _measured(case: Case, tests: int, turn_weeks: int, seed: tuple[int, ...]) -> Found:
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(tests):
        truth = float(rng.normal(_MEAN, _SD))
        read = reading(_weeks(case, truth, turn_weeks, rng), len(case.ratios), turn_weeks)
        if isinstance(read, TrialEstimate):
            found.append((truth, read))
    return tuple(found)


def _weeks(case: Case, truth: float, turn_weeks: int, rng: np.random.Generator) -> list[TrialWeek]:
    drawn = assignment(str(rng.integers(1 << 60)), len(case.ratios), case.blocks, turn_weeks)
    level = case.units * np.exp(np.cumsum(rng.normal(0, _DRIFT, len(drawn))))
    asked = [*([1.0] * case.by), *(case.ratios[arm] for arm in drawn)]
    weeks = []
    for number, usual in enumerate(level):
        ratio, earlier = asked[number + case.by], asked[number]
        felt = ratio ** (1 - case.late) * earlier**case.late
        in_stock = 5 / 7 if rng.random() < case.empty else 1.0
        expected = usual * felt**truth * rng.gamma(1 / _NOISE**2, _NOISE**2)
        weeks.append(
            TrialWeek(50 * ratio, float(rng.poisson(expected * in_stock)), in_stock, stood=True)
        )
    return weeks


def _row(each: Outcome, tests: int) -> tuple[str, ...]:
    case, both = each.case, (each.before, each.now)
    turns = case.blocks * len(case.ratios)
    widths = [np.median([(one.high - one.low) / 2 for _, one in found]) for found in both]
    return (
        case.name, f"{turns}", f"{turns * TURN_WEEKS}",
        *(f"{len(found) / tests:.0%}" for found in both), *(f"{held(found):.0%}" for found in both),
        f"{held(_believed(each.now)):.0%}", *(f"{width:.1f}" for width in widths),
        *(f"{1 - len(_believed(found)) / len(found):.0%}" for found in both),
    )  # fmt: skip


def _believed(found: Found) -> Found:
    return tuple(one for one in found if not one[1].remembers)
