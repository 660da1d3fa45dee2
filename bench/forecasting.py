"""Catalogues of 10,000 and 100,000 variants forecast, beside statsforecast on the same series.

``python -m bench.forecasting N`` is the peers' half and runs in the evaluation environment.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from bench.table import Report
from royal_platform.commerce.forecasting.model import Floats, Groups, Integers, Level, Panel
from royal_platform.commerce.forecasting.service import forecast_demand

EVALUATION = Path(".tools/evaluation/bin/python")
SIZES = (10_000, 100_000)
PEERS_ON = 2_000  # the slow ones take minutes for more; a series costs them the same
WEEKS = 104
HORIZON = 4


def units(variants: int) -> Floats:
    """Weekly Poisson sales of a catalogue whose means are log-normal; a seed fixes them."""
    rng = np.random.default_rng(7)
    mean = np.exp(rng.normal(0, 1.2, (variants, 1)))
    return rng.poisson(mean, (variants, WEEKS)).astype(float)


def forecast_speed(report: Report) -> None:
    """A row for each size, and one for each peer where its environment is installed."""
    for size in SIZES:
        panel = catalogue(size)
        began, processor = time.monotonic(), time.process_time()
        forecast_demand(panel, HORIZON)
        elapsed, processor = time.monotonic() - began, time.process_time() - processor
        report.add(
            f"forecast {size:,} variants with intervals", f"{elapsed:.1f} s", ">= 5,000 / core s",
            f"{size / processor:,.0f} series per core second, {WEEKS} weeks of history",
        )  # fmt: skip
    if not EVALUATION.exists():
        print("statsforecast is not installed: `make evaluate` installs it, then run this again")
        return
    answer = subprocess.run(
        [EVALUATION, "-m", "bench.forecasting", str(PEERS_ON)],
        check=True, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    for name, seconds in json.loads(answer.stdout).items():
        report.add(
            f"statsforecast {name}, {PEERS_ON:,} of them", f"{seconds:.1f} s", "-",
            f"{PEERS_ON / seconds:,.0f} series per core second, points only",
        )  # fmt: skip


def catalogue(variants: int) -> Panel:
    """Two years of sales: a fifth of the weeks a tenth cheaper, three variants to a product.

    Forecast with the variants are their products, 40 categories and 200 collections.
    """
    rng = np.random.default_rng(8)
    sold, n = units(variants), variants
    levels: dict[Level, Integers] = {
        "product": np.arange(n) // 3,
        "category": rng.integers(0, 40, n),
        "collection": rng.integers(0, 200, n),
    }
    return Panel(
        variant_ids=tuple(map(str, range(n))),
        weeks=tuple(date(2024, 6, 3) + timedelta(weeks=week) for week in range(WEEKS)),
        units=sold,
        revenue=sold * np.where(rng.random(sold.shape) < 0.2, 9.0, 10.0),
        returned=np.zeros_like(sold),
        in_stock=np.ones_like(sold),
        alive=np.ones(sold.shape, dtype=bool),
        price=np.full(sold.shape, 10.0),
        category=levels["category"],
        categories=tuple(map(str, range(40))),
        product=np.arange(n) // 3,
        groups=tuple(_groups(level, of) for level, of in levels.items()),
    )


def _groups(level: Level, of: Integers) -> Groups:
    return Groups(level, tuple(map(str, range(int(of.max()) + 1))), np.arange(len(of)), of)


def _peers(variants: int) -> dict[str, float]:
    """Processor seconds of each peer, compiled before."""
    from bench.real_data.demand import statsforecast_methods

    sold = units(variants)
    found = {}
    for name, method in statsforecast_methods().items():
        began = time.process_time()
        method(sold)
        found[name.removeprefix("statsforecast ")] = time.process_time() - began
    return found


if __name__ == "__main__":
    print(json.dumps(_peers(int(sys.argv[1]))))
