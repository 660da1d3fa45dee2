"""Textbook inventory instances (stockpyl) against their known optima.

The instances are those of Snyder and Shen, *Fundamentals of Supply Chain Theory*; what each is
compared with is stockpyl's exact algorithm, or its textbook solution, in the same run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from stockpyl import eoq, newsvendor, rq, ss
from stockpyl.instances import load_instance

from bench.real_data.report import Bar, Section, table
from royal_platform.commerce.inventory import economics

# Costs agree to this share; order quantities are whole units, or this share where they are not.
TOLERANCE = 1e-6
# Normal demand is cut into steps of this many units, so a level is met to half a step.
STEP = 0.05
_BELOW, _ABOVE = 40, 220


@dataclass(frozen=True, slots=True)
class Case:
    """One instance: what the product's function says, the optimum, and how near it must be."""

    name: str
    policy: str
    ours: str
    optimum: str
    off: float
    tolerance: float

    @property
    def met(self) -> bool:
        return self.off <= self.tolerance


def run() -> Section:
    cases = [*_lots(), *_once(), *_levels(), *_lots_under_doubt(), *_against_approximations()]
    rows = [
        (c.name, c.policy, c.ours, c.optimum, f"{c.off:.1e}", f"{c.tolerance:.0e}") for c in cases
    ]
    head = ("instance", "policy", "ours", "optimum", "off", "tolerance")
    met = sum(case.met for case in cases)
    text = (
        f"{len(cases)} instances of stockpyl, solved by the functions with which the agent sets "
        "order points and order-up-to levels (`royal_platform/commerce/inventory/economics.py`). "
        "*off* is the relative difference of the cost, or of the level where that is compared; in "
        "the last rows the optimum is not known in closed form, and *off* is how much dearer we "
        "are than the best of three published approximations (0: no dearer)."
    )
    bar = Bar("textbook optima met", f"{met} of {len(cases)}", "all", met == len(cases))
    return Section(f"{text}\n\n{table(head, rows)}", [bar])


def _lots() -> Iterator[Case]:
    for name in ("example_3_1", "problem_3_1"):
        it = load_instance(name)
        best, _ = eoq.economic_order_quantity(**it)
        got = economics.economic_quantity(
            *(np.array([it[key]]) for key in ("demand_rate", "fixed_cost", "holding_cost"))
        )[0]
        yield _close(name, "EOQ", f"Q = {got:.2f}", f"Q = {best:.2f}", got, best, TOLERANCE)


def _once() -> Iterator[Case]:
    for name in ("example_4_1", "problem_4_1", "example_4_4"):
        it = load_instance(name)
        periods = it.get("lead_time", 0) + 1
        best, _ = newsvendor.newsvendor_normal(
            it["holding_cost"], it["stockout_cost"], it["demand_mean"], it["demand_sd"],
            lead_time=it.get("lead_time", 0),
        )  # fmt: skip
        mean, sd = it["demand_mean"] * periods, it["demand_sd"] * math.sqrt(periods)
        got = STEP * _enough(_normal(mean / STEP, sd / STEP), it)
        said = f"S = {got:.2f}", f"S = {best:.2f}"
        yield _close(name, "base stock, normal", *said, got, best, STEP / best)
    for name, best, chances in (_poisson_once("problem_4_8a"), _listed_once("problem_4_7b")):
        got = _enough(chances, load_instance(name))
        yield _close(name, "base stock, discrete", f"S = {got}", f"S = {best:.0f}", got, best, 0)


def _poisson_once(name: str) -> tuple[str, float, np.ndarray]:
    it = load_instance(name)
    best, _ = newsvendor.newsvendor_poisson(**it)
    return name, float(best), _poisson(it["demand_mean"])


def _listed_once(name: str) -> tuple[str, float, np.ndarray]:
    it = load_instance(name)
    listed = {int(units): chance for units, chance in it["demand_pmf"].items()}
    best, _ = newsvendor.newsvendor_discrete(
        it["holding_cost"], it["stockout_cost"], demand_pmf=listed
    )
    return name, float(best), np.array([listed.get(k, 0.0) for k in range(max(listed) + 1)])


def _levels() -> Iterator[Case]:
    for name in ("example_4_7", "problem_4_31", "example_4_8", "problem_4_32"):
        it = load_instance(name)
        costs = it["holding_cost"], it["stockout_cost"], it["fixed_cost"]
        if "demand_sd" in it:
            chances = _normal(it["demand_mean"], it["demand_sd"])
            s, up_to, best = ss.s_s_discrete_exact(
                *costs, False, demand_hi=len(chances) - 1, demand_pmf=list(chances)
            )
        else:
            chances = _poisson(it["demand_mean"])
            s, up_to, best = ss.s_s_discrete_exact(*costs, True, it["demand_mean"])
        reach = int(up_to - s) * 3
        positions = np.arange(-_BELOW, up_to + reach + _BELOW)
        cost = economics.expected_cost(
            chances[None], positions, np.array([costs[1]]), np.array([costs[0]])
        )
        got = economics.best_levels(chances[None], cost, positions, np.array([costs[2]]), reach)
        said = _pair(got.low[0], got.high[0], got.cost[0]), _pair(s, up_to, best)
        yield _close(name, "(s, S)", *said, got.cost[0], best, TOLERANCE)


def _lots_under_doubt() -> Iterator[Case]:
    for name in ("example_5_8", "problem_5_2"):
        it = load_instance(name)
        r, q, best = rq.r_q_poisson_exact(**it)
        got = _best_lot(_poisson(it["demand_mean"] * it["lead_time"]), it)
        size = got.high[0] - got.low[0]
        said = _pair(got.low[0], size, got.cost[0]), _pair(r, q, best)
        yield _close(name, "(R, Q), Poisson", *said, got.cost[0], best, TOLERANCE)


def _against_approximations() -> Iterator[Case]:
    for name in ("example_5_1", "problem_5_1"):
        it = load_instance(name)
        costs = [it[key] for key in ("holding_cost", "stockout_cost", "fixed_cost")]
        law = it["demand_mean"], it["demand_sd"], it["lead_time"]
        found = [
            rq.r_q_eil_approximation(*costs, *law)[:2],
            rq.r_q_eoqb_approximation(*costs, *law)[:2],
            rq.r_q_eoqss_approximation(*costs, *law)[:2],
        ]
        best, r, q = min((rq.r_q_cost(*pair, *costs, *law), *pair) for pair in found)
        during = it["demand_mean"] * it["lead_time"], it["demand_sd"] * math.sqrt(it["lead_time"])
        got = _best_lot(_normal(*during), it)
        low, size = float(got.low[0]), float(got.high[0] - got.low[0])
        ours = rq.r_q_cost(low, size, *costs, *law)
        said = _pair(low, size, ours), _pair(r, q, best)
        off = max(ours / best - 1, 0.0)
        yield Case(name, "(R, Q), normal", *said, off, 1e-4)


def _best_lot(chances: np.ndarray, it: dict[str, float]) -> economics.Best:
    size = math.sqrt(2 * it["fixed_cost"] * it["demand_mean"] / it["holding_cost"])
    positions = np.arange(-_BELOW, len(chances) + int(4 * size) + _ABOVE)
    per = [np.array([it[key]]) for key in ("stockout_cost", "holding_cost")]
    cost = economics.expected_cost(chances[None], positions, *per)
    rest = (np.array([it[key]]) for key in ("demand_mean", "fixed_cost"))
    return economics.best_lot(cost, positions, *rest)


def _enough(chances: np.ndarray, it: dict[str, float]) -> int:
    costs = (np.array([it[key]]) for key in ("stockout_cost", "holding_cost"))
    return int(economics.enough_for_once(chances[None], *costs)[0])


def _close(
    name: str, policy: str, ours: str, optimum: str, got: float, best: float, tolerance: float
) -> Case:
    return Case(name, policy, ours, optimum, abs(got - best) / abs(best), tolerance)


def _pair(first: float, second: float, cost: float) -> str:
    return f"({first:.4g}, {second:.4g}) at {cost:.6g}"


def _normal(mean: float, sd: float) -> np.ndarray:
    units = np.arange(math.ceil(mean + 8 * sd) + 1)
    law = NormalDist(mean, sd)
    return np.diff([0.0, *(law.cdf(k + 0.5) for k in units[:-1]), 1.0])


def _poisson(mean: float) -> np.ndarray:
    most = math.ceil(mean + 10 * math.sqrt(mean) + 30)
    logs = np.array([k * math.log(mean) - mean - math.lgamma(k + 1) for k in range(most + 1)])
    return np.exp(logs)
