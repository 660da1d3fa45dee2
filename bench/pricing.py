"""``make bench``: elasticities and best prices of whole catalogues, variants per second.

The rows are drawn: this is for measuring speed, never for quality.
"""

from __future__ import annotations

import time
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from bench.table import Report
from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.forecasting.model import Panel
from royal_platform.commerce.pricing import rules
from royal_platform.commerce.pricing.elasticity import elasticities
from royal_platform.commerce.pricing.model import Demand, Economics

WEEKS = 104


def pricing(report: Report) -> None:
    """Elasticity and optimum of 10,000 and of 100,000 variants, in processor time."""
    for variants in (10_000, 100_000):
        panel = _panel(variants)
        began = time.process_time()
        _price(panel)
        seconds = time.process_time() - began
        report.add(
            f"pricing {variants:,} variants, {WEEKS} weeks", f"{variants / seconds:,.0f} /s", "-",
            "elasticity and optimum, per processor second",
        )  # fmt: skip


def _price(panel: Panel) -> None:
    found = elasticities(panel)
    policy = Policy()
    for row in range(len(panel.variant_ids)):
        price = Decimal(str(round(float(panel.price[row, -1]), 2)))
        rules.advise(
            price, Demand(float(panel.units[row, -4:].sum()), 3.0),
            (float(found.mean[row]), float(found.sd[row])),
            Economics(float(price) * 0.4, 0.21, 0.029, 0.3, 0.05),
            rules.window(price, price, (), policy, 2), floor_percent=policy.margin_floor_percent,
        )  # fmt: skip


def _panel(variants: int) -> Panel:
    rng = np.random.default_rng(1)
    shape = variants, WEEKS
    usual = np.exp(rng.normal(3, 0.5, (variants, 1)))
    price = usual * np.where(rng.random(shape) < 0.2, rng.uniform(0.8, 0.95, shape), 1.0)
    units = rng.poisson(4 * (price / usual) ** -2.0).astype(float)
    return Panel(
        variant_ids=tuple(str(n) for n in range(variants)),
        weeks=tuple(date(2024, 1, 1) + timedelta(weeks=w) for w in range(WEEKS)),
        units=units, revenue=units * price, returned=np.zeros(shape), in_stock=np.ones(shape),
        alive=np.ones(shape, dtype=bool), price=price,
        category=rng.integers(0, 40, variants), categories=tuple(str(c) for c in range(40)),
    )  # fmt: skip
