"""On the twin: how often a measured effect's 80 % interval holds the true effect, and its bias.

Part of ``make evaluate``. Price changes are made in a simulated shop, its clock goes past their
horizon, and they are measured from what the Admin API shows; only then is the truth read.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from bench import sandbox_truth
from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.effects.model import Effect, Fees, PriceCase, Told, Window
from royal_platform.commerce.effects.record import calibrate, pool
from royal_platform.commerce.effects.service import Sight, measure_prices
from royal_platform.commerce.forecasting.service import forecast_demand
from royal_platform.commerce.pricing.service import HORIZON_DAYS, propose_prices
from store_sandbox import world
from store_sandbox.state import StateStore

SEEDS = (201, 202, 203, 204, 205, 206)
LAST_END = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
APART = timedelta(days=61)


@dataclass(frozen=True)
class Outcome:
    """One world: what was measured of its price changes, and what was true."""

    name: str
    told: list[Told]
    true: list[float]
    unknown: int


def evaluate(
    seeds: Sequence[int], folder: Path, changes: int, last_end: datetime = LAST_END
) -> list[Outcome]:
    """Measure ``changes`` price changes in the world of each seed."""
    found = []
    for number, seed in enumerate(seeds):
        ends = last_end - APART * (number % 6)
        kept = folder / f"e{seed}-{ends:%Y%m%d}" / "store.db"
        kept.parent.mkdir(parents=True, exist_ok=True)
        found.append(_world(seed, ends, kept, changes))
        print(f"seed {seed} measured", flush=True)
    return found


def _world(seed: int, ends: datetime, path: Path, changes: int) -> Outcome:
    state = sandbox_truth.make(seed, ends, path)
    seen, truth = sandbox_truth.see(state), sandbox_truth.tell(state, HORIZON_DAYS)
    policy = Policy()
    proposals = propose_prices(
        seen.variants, seen.panel(), forecast_demand(seen.panel()), policy, store=seen.terms,
        now=seen.now, available_now=seen.available, limit=changes,
    ).proposals  # fmt: skip
    window = Window(seen.today + timedelta(days=1), seen.today + timedelta(days=HORIZON_DAYS))
    _reprice(state, {p.subject.id: p.arguments["price"] for p in proposals})
    # What each earns while the others are carried out too: sizes of one product are mostly repriced
    # together, and then buyers do not flee to the next size.
    changed = sandbox_truth.tell(state, HORIZON_DAYS)
    world.advance(state, ends + timedelta(days=HORIZON_DAYS + 2))
    later = sandbox_truth.see(state)
    cases = [
        PriceCase(
            p.subject.id, p.subject.id, float(p.precondition["price"]), float(p.arguments["price"]),
            float(p.precondition["unit_cost"]), window,
        )
        for p in proposals
    ]  # fmt: skip
    fees = float(policy.payment_fee_percent / 100), float(policy.payment_fee_fixed)
    sight = Sight(later.variants, later.sales, [], {p.subject.id: [seen.today] for p in proposals})
    effects = measure_prices(cases, sight, Fees(float(seen.terms.tax_rate), *fees))
    told, true = [], []
    for proposal, case in zip(proposals, cases, strict=True):
        effect, expected = effects[case.decision_id], proposal.prediction
        if not isinstance(effect, Effect) or expected is None:
            continue
        told.append(
            Told(effect.estimate, effect.sd, effect.shared_sd, effect.scale, str(seed),
                 float(expected.point), float(expected.low), float(expected.high))
        )  # fmt: skip
        gain = changed.contribution(case.variant_id, case.after, fees)
        gain -= truth.contribution(case.variant_id, case.before, fees)
        true.append(gain * effect.sample["days_in_stock"] / effect.sample["days"])
    name = f"{seed}, from {ends:%Y-%m}"
    return Outcome(name, told, true, len(cases) - len(told))


def _reprice(state: StateStore, prices: dict[str, str]) -> None:
    with state.write() as tx:
        for variant, price in prices.items():
            tx.connection.execute(
                "UPDATE variants SET price = ? WHERE id = ?",
                (round(float(price) * sandbox_truth.SCALE), int(variant)),
            )


def section(outcomes: Sequence[Outcome]) -> list[str]:
    """The part of the report that says how good the measuring is."""
    return [*_WORDS, *table(outcomes), ""]


def table(outcomes: Sequence[Outcome]) -> list[str]:
    """Markdown: one row for each world and one for all."""
    head = (
        "world", "measured", "not known", "true effect in 80 % interval", "measured, together",
        "true, together", "bias of one", "mean interval of one", "pooled 80 % interval of one",
        "true mean", "prediction held",
    )  # fmt: skip
    together = Outcome(
        "**all**",
        [told for each in outcomes for told in each.told],
        [true for each in outcomes for true in each.true],
        sum(each.unknown for each in outcomes),
    )
    rows = [_row(each) for each in [*outcomes, together] if each.told]
    cells = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(row) + " |" for row in cells]


def _row(each: Outcome) -> tuple[str, ...]:
    estimate = np.array([told.estimate for told in each.told])
    half = np.array([told.sd for told in each.told]) * 1.2816
    true = np.array(each.true)
    off = estimate - true
    pooled, held = pool(each.told), calibrate(each.told)
    assert pooled is not None
    assert held is not None
    return (
        each.name,
        str(len(true)),
        str(each.unknown),
        f"{(np.abs(off) <= half).mean():.0%}",
        f"{estimate.sum():.0f}",
        f"{true.sum():.0f}",
        f"{off.mean():+.1f} ± {1.2816 * off.std() / len(true) ** 0.5:.1f}",
        f"± {half.mean():.0f}",
        f"{pooled.low:.1f} to {pooled.high:.1f}",
        f"{true.mean():.1f}",
        f"{held.share:.0%}",
    )


_WORDS = (
    "## Effects, on the twin",
    "",
    "The agent's (at most 25) price changes are made in each world, its clock goes past their 28",
    "days, and each is measured as `/v1/effects` would from what the Admin API shows. The true",
    "effect is the expected contribution with all changes made less that with none, scaled to the",
    "days in stock; the measured one is what one month's luck made of it. Amounts in EUR. The last",
    "column is the agent's calibration: predicted 80 % intervals that held, the measurement's own",
    "error allowed for.",
    "",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--keep", type=Path, help="folder for the generated worlds")
    parser.add_argument("--changes", type=int, default=25)
    parser.add_argument("--end", type=datetime.fromisoformat, default=LAST_END)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="royal-effects-") as passing:
        outcomes = evaluate(chosen.seeds, chosen.keep or Path(passing), chosen.changes, chosen.end)
    print("\n".join(table(outcomes)))


if __name__ == "__main__":
    main()
