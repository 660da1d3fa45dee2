"""``make evaluate``: methods on worlds whose truth is known, AIRA's answers by SQL, injections.

Only the evaluation reads the truth; the methods see what the Admin API would show them.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from bench import effects, fraud, injections, price_tests, sandbox_truth, suspicions
from bench.answers import evaluation
from bench.sandbox_truth import Seen, Truth
from royal_platform.commerce.decisions.model import Policy, Proposal
from royal_platform.commerce.forecasting.model import Flags, Floats, Forecast, Panel
from royal_platform.commerce.forecasting.service import forecast_demand
from royal_platform.commerce.inventory.service import propose_reorders
from royal_platform.commerce.pricing.elasticity import elasticities
from royal_platform.commerce.pricing.response import PRIOR_MEAN
from royal_platform.commerce.pricing.service import HORIZON_DAYS, propose_prices
from store_sandbox.state import StateStore

REPORT = Path("docs/reference/evaluation.md")
# Not looked at while the methods were chosen.
SEEDS = (201, 202, 203, 204, 205, 206)
# Each world ends in another season.
LAST_END = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
APART = timedelta(days=61)
HORIZON = 4
ORIGINS = 4
SES_RATE = 0.2
Z80 = 1.2816


@dataclass
class Prices:
    """What one world says about elasticities and proposed prices."""

    elasticity: Floats  # found, per variant
    actual: Floats  # true, per variant
    covered: Flags  # true elasticity in its 80 % interval
    predicted: Floats  # per proposal: point, low, high; EUR in 28 days
    true_gain: Floats
    right: Flags  # per proposal: a small step the same way gains
    reorders: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--keep", type=Path, help="folder that keeps generated worlds")
    parser.add_argument(
        "--only",
        choices=("methods", "price-tests", "fraud", "answers", "injections"),
        help="one part alone",
    )
    parser.add_argument(
        "--words", type=int, metavar="N", help="ask a model only N of the questions, spread evenly"
    )
    parser.add_argument("--no-report", action="store_true", help="print only")
    chosen = parser.parse_args()
    told = REPORT.read_text(encoding="utf-8") if REPORT.exists() else ""
    methods, trials, frauds, answers, attacks = _parts(told)
    with tempfile.TemporaryDirectory(prefix="royal-evaluate-") as passing:
        folder = chosen.keep or Path(passing)
        if chosen.only in (None, "methods"):
            methods = _evaluate(chosen.seeds, folder)
        if chosen.only in (None, "price-tests"):
            trials = price_tests.report(price_tests.measure())
        if chosen.only in (None, "fraud"):
            frauds = _frauds(chosen.seeds, folder)
    if chosen.only in (None, "answers"):
        answers = "\n".join(evaluation.report(chosen.words))
    if chosen.only in (None, "injections"):
        attacks = injections.report()
    parts = (methods, trials, frauds, answers, attacks)
    text = "\n\n".join(part.strip() for part in parts) + "\n"
    print(text)
    if not chosen.no_report:
        REPORT.write_text(text, encoding="utf-8")


def _parts(text: str) -> tuple[str, str, str, str, str]:
    """The report's parts, so that one can be made again without the others."""
    text, told, attacks = text.partition("\n" + injections.HEADING)
    before, heading, answers = text.partition(evaluation.HEADING)
    before, mark, frauds = before.partition(fraud.HEADING)
    methods, sign, trials = before.partition(price_tests.HEADING)
    return methods, sign + trials, mark + frauds, heading + answers, told + attacks


def _world(number: int, seed: int, folder: Path) -> tuple[StateStore, str]:
    """A world and its name; each ends in another season."""
    ends = LAST_END - APART * (number % 6)
    kept = folder / f"w{seed}" / "store.db"
    kept.parent.mkdir(parents=True, exist_ok=True)
    return sandbox_truth.make(seed, ends, kept), f"{seed}, to {ends:%Y-%m}"


def _frauds(seeds: Sequence[int], folder: Path) -> str:
    worlds = [_world(number, seed, folder) for number, seed in enumerate(seeds)]
    names = [name for _, name in worlds]
    return "\n\n".join((
        fraud.report(names, [fraud.measure(one) for one, _ in worlds]),
        suspicions.report(names, [suspicions.measure(one) for one, _ in worlds]),
    ))  # fmt: skip


def _evaluate(seeds: Sequence[int], folder: Path) -> str:
    prices, demands, names = [], [], []
    for number, seed in enumerate(seeds):
        state, name = _world(number, seed, folder)
        seen, truth = sandbox_truth.see(state), sandbox_truth.tell(state, HORIZON_DAYS)
        panel = seen.panel()
        prices.append(_prices(seen, truth, panel))
        demands.append(_demand(panel))
        names.append(name)
        print(f"seed {seed} done", flush=True)
    outcomes = effects.evaluate(seeds, folder, changes=25)
    return _report(names, prices, demands, outcomes)


def _prices(seen: Seen, truth: Truth, panel: Panel) -> Prices:
    policy = Policy()
    fees = float(policy.payment_fee_percent / 100), float(policy.payment_fee_fixed)
    forecast = forecast_demand(panel)
    found = elasticities(panel)
    asked = {v.id: float(v.price.amount) for v in seen.variants}
    actual = np.array([truth.elasticity(v, asked[v]) for v in panel.variant_ids])
    proposals = propose_prices(
        seen.variants, panel, forecast, policy, store=seen.terms, now=seen.now,
        available_now=seen.available,
    ).proposals  # fmt: skip
    reorders = propose_reorders(
        seen.variants, forecast, seen.levels, policy, store=seen.terms, now=seen.now
    ).proposals
    return Prices(
        elasticity=found.mean,
        actual=actual,
        covered=np.abs(found.mean - actual) <= Z80 * found.sd,
        predicted=np.array([_predicted(p) for p in proposals]).reshape(-1, 3),
        true_gain=np.array([_true_gain(truth, p, fees) for p in proposals]),
        right=np.array([_true_gain(truth, p, fees, share=0.1) > 0 for p in proposals], dtype=bool),
        reorders=len(reorders),
    )


def _predicted(proposal: Proposal) -> tuple[float, float, float]:
    told = proposal.prediction
    assert told is not None
    return float(told.point), float(told.low), float(told.high)


def _true_gain(
    truth: Truth, proposal: Proposal, fees: tuple[float, float], share: float = 1.0
) -> float:
    """What the true gain is when ``share`` of the proposed step is taken."""
    variant = proposal.subject.id
    then, now = float(proposal.arguments["price"]), float(proposal.precondition["price"])
    then = now + share * (then - now)
    return truth.contribution(variant, then, fees) - truth.contribution(variant, now, fees)


@dataclass
class Demands:
    """Revenue-weighted RMSSE of each method, and interval coverage."""

    rmsse: dict[str, float]
    covered: float
    total_covered: float


def _demand(panel: Panel) -> Demands:
    """Four origins, four weeks apart, each with four weeks held out."""
    squares: dict[str, list[Floats]] = {"royal": [], "SES": [], "last week": []}
    covered, totals = [], []
    for back in range(ORIGINS):
        split = len(panel.weeks) - HORIZON * (back + 1)
        past = panel.until(split)
        told: Forecast = forecast_demand(past)
        actual = panel.demand[:, split : split + HORIZON]
        history = past.demand
        for name, path in (
            ("royal", told.expected[:, :HORIZON]),
            ("SES", np.repeat(_ses(history)[:, None], HORIZON, axis=1)),
            ("last week", np.repeat(_last(history)[:, None], HORIZON, axis=1)),
        ):
            squares[name].append(_scaled(history, actual, path, past))
        known = np.isfinite(actual)
        inside = (actual >= told.low[:, :HORIZON].round()) & (
            actual <= told.high[:, :HORIZON].round()
        )
        covered.append(inside[known].mean())
        sold = np.nansum(actual, axis=0)
        totals.append((sold >= told.total_low[:HORIZON]) & (sold <= told.total_high[:HORIZON]))
    return Demands(
        {name: float(np.mean(values)) for name, values in squares.items()},
        float(np.mean(covered)),
        float(np.mean(totals)),
    )


def _scaled(history: Floats, actual: Floats, path: Floats, past: Panel) -> float:
    """Revenue-weighted RMSSE (Makridakis et al. 2022): scaled by last-week errors in sample."""
    steps = np.diff(history, axis=1)
    usable = np.isfinite(steps).sum(axis=1)
    scale = np.nansum(steps**2, axis=1) / np.maximum(usable, 1)
    known = np.isfinite(actual).any(axis=1) & (usable >= 13) & (scale > 0)
    error = np.nanmean((actual[known] - path[known]) ** 2, axis=1)
    weight = past.revenue[known, -13:].sum(axis=1)
    return float((np.sqrt(error / scale[known]) * weight).sum() / weight.sum())


def _ses(history: Floats) -> Floats:
    level = np.zeros(len(history))
    seen = np.zeros(len(history))
    for week in history.T:
        known = np.isfinite(week)
        seen += known
        rate = np.maximum(SES_RATE, 1 / np.maximum(seen, 1))
        level += np.where(known, rate * (np.where(known, week, 0) - level), 0.0)
    return level


def _last(history: Floats) -> Floats:
    last = np.zeros(len(history))
    for week in history.T:
        last = np.where(np.isfinite(week), week, last)
    return last


def _rms(errors: Floats) -> float:
    return float(np.sqrt((errors**2).mean()))


def _report(
    names: list[str],
    prices: list[Prices],
    demands: list[Demands],
    outcomes: list[effects.Outcome],
) -> str:
    return "\n".join(
        [
            *_INTRODUCTION,
            *_price_table(names, prices),
            *_demand_table(names, demands),
            *effects.section(outcomes),
        ]
    )


def _price_table(names: list[str], prices: list[Prices]) -> list[str]:
    head = (
        "world", "elasticity error", "flat at the prior", "flat at the store's mean",
        "elasticity in 80 % interval", "proposed", "right direction", "true gain > 0",
        "predicted", "true", "predicted / true", "gain in 80 % interval", "reorders",
    )  # fmt: skip
    together = Prices(
        *(
            np.concatenate([getattr(each, name) for each in prices])
            for name in ("elasticity", "actual", "covered", "predicted", "true_gain", "right")
        ),
        sum(each.reorders for each in prices),
    )
    rows = [_price_row(name, each) for name, each in zip(names, prices, strict=True)]
    rows.append(_price_row("**all**", together))
    return [*_PRICES, *_table(head, rows), ""]


def _price_row(name: str, each: Prices) -> tuple[str, ...]:
    point, low, high = each.predicted.T
    true = each.true_gain
    shares = (each.right.mean(), (true > 0).mean()) if len(true) else (np.nan, np.nan)
    return (
        name,
        f"{_rms(each.elasticity - each.actual):.2f}",
        f"{_rms(PRIOR_MEAN - each.actual):.2f}",
        f"{_rms(each.elasticity.mean() - each.actual):.2f}",
        f"{each.covered.mean():.0%}",
        str(len(true)),
        f"{shares[0]:.0%}",
        f"{shares[1]:.0%}",
        f"{point.sum():.0f}",
        f"{true.sum():.0f}",
        f"{point.sum() / true.sum():.2f}",
        f"{((low <= true) & (true <= high)).mean():.0%}",
        str(each.reorders),
    )


def _demand_table(names: list[str], demands: list[Demands]) -> list[str]:
    methods = list(demands[0].rmsse)
    head = ("world", *methods, "weeks in 80 % interval", "store's weeks in it")
    together = Demands(
        {name: float(np.mean([d.rmsse[name] for d in demands])) for name in methods},
        float(np.mean([d.covered for d in demands])),
        float(np.mean([d.total_covered for d in demands])),
    )
    rows = [
        (name, *(f"{each.rmsse[m]:.3f}" for m in methods), f"{each.covered:.0%}",
         f"{each.total_covered:.0%}")
        for name, each in zip([*names, "**all**"], [*demands, together], strict=True)
    ]  # fmt: skip
    return [*_DEMAND, *_table(head, rows), ""]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    cells = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(row) + " |" for row in cells]


_INTRODUCTION = (
    "# How good the methods are",
    "",
    "Written by `make evaluate`, on the sandbox's world: simulated shops whose hidden demand is",
    "known, so that predictions can be held against the truth. The methods see only what the Admin",
    "API shows. Figures of a real shop will differ. The seeds were not looked at while the methods",
    "were chosen.",
    "",
)
_PRICES = (
    "## Prices, on the sandbox's world",
    "",
    "Gains are contribution in EUR over 28 days of the (at most 25) proposed price changes, each",
    "alone, other prices as they are and goods in stock. The true gain is an expectation, without",
    "the luck of one month. Elasticity errors are RMSE over all variants. The direction is right",
    "where a tenth of the step gains.",
    "",
)
_DEMAND = (
    "## Weekly demand, on the sandbox's world",
    "",
    f"{ORIGINS} origins {HORIZON} weeks apart, each with the {HORIZON} weeks after it held out;",
    "RMSSE weighted by revenue, lower is better. Weeks out of stock do not count. Single weeks are",
    "compared with whole units, which makes the interval of a slow seller cover more than 80 %.",
    f"SES smooths with the rate {SES_RATE}.",
    "",
)

if __name__ == "__main__":
    main()
