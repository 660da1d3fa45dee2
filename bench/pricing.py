"""``make bench``: elasticities and best prices of whole catalogues, variants per second.

The rows are drawn: this is for measuring speed, never for quality.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from bench.table import Report
from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.forecasting.model import Panel
from royal_platform.commerce.pricing import rules
from royal_platform.commerce.pricing.elasticity import elasticities
from royal_platform.commerce.pricing.model import Demand, Economics, Elasticity
from royal_platform.commerce.pricing.optimum import Question, advise_all

WEEKS = 104
SIZES = (10_000, 100_000)
# Variant by variant takes minutes for more; each costs the same.
ONE_BY_ONE_ON = 1_000


def pricing(report: Report) -> None:
    """Elasticity and optimum of 10,000 and of 100,000 variants, in processor time.

    Beside them, on the same rows, the optimum as it was found before: one variant after the other,
    with the quantile of every candidate's gain.
    """
    for variants in SIZES:
        panel = _panel(variants)
        began = time.process_time()
        found = elasticities(panel)
        read = time.process_time() - began
        seconds = _taken(panel, found, range(variants), advise_all)
        report.add(
            f"pricing {variants:,} variants, {WEEKS} weeks",
            f"{variants / (read + seconds):,.0f} /s", "-",
            f"per processor second; elasticities {variants / read:,.0f}, optimum "
            f"{variants / seconds:,.0f}",
        )  # fmt: skip
        if variants == SIZES[0]:
            before = _taken(panel, found, range(ONE_BY_ONE_ON), _one_by_one)
            report.add(
                f"optimum one by one, {ONE_BY_ONE_ON:,} of them",
                f"{ONE_BY_ONE_ON / before:,.0f} /s", "-", "a quantile for every candidate",
            )  # fmt: skip


def _taken(
    panel: Panel, found: Elasticity, rows: range, advise: Callable[[Sequence[Question]], object]
) -> float:
    """Processor seconds of asking the questions of some rows and of answering them."""
    began = time.process_time()
    advise(_questions(panel, found, rows))
    return time.process_time() - began


def _questions(panel: Panel, found: Elasticity, rows: range) -> list[Question]:
    policy = Policy()
    asked = []
    for row in rows:
        price = Decimal(str(round(float(panel.price[row, -1]), 2)))
        asked.append(Question(
            price, Demand(float(panel.units[row, -4:].sum()), 3.0),
            (float(found.mean[row]), float(found.sd[row])),
            Economics(float(price) * 0.4, 0.21, 0.029, 0.3, 0.05),
            rules.window(price, price, (), policy, 2), policy.margin_floor_percent,
        ))  # fmt: skip
    return asked


def _one_by_one(asked: Sequence[Question]) -> None:
    for each in asked:
        options = [
            p for p in rules.candidates(each.price, each.limits)
            if each.economics.costs.keeps(p, each.floor_percent)
        ]  # fmt: skip
        betas = rules.truncated(*each.elasticity)
        units = np.maximum(each.demand.expected + each.demand.sd * rules.normal_slices(), 0.0)
        prices, now = np.array([float(p) for p in options]), float(each.price)
        response = np.exp(betas[None, :] * np.log(prices / now)[:, None])
        per_unit = response * np.asarray(each.economics.contribution(prices))[:, None]
        per_unit -= each.economics.contribution(now)
        gains = (per_unit[:, :, None] * units[None, None, :]).reshape(len(options), -1)
        low = np.quantile(gains, 0.1, axis=1)
        best = int(np.where(low > 0, gains.mean(axis=1), -np.inf).argmax())
        np.quantile(gains[best], [0.1, 0.9])


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
