"""``make bench``: the stock of 10,000 and of 100,000 variants weighed against their forecast.

The rows are drawn: this is for measuring speed, never for quality.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np

from bench.forecasting import catalogue
from bench.table import Report
from royal_platform.commerce.catalog.model import StoreTerms, Variant
from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.forecasting.model import Panel
from royal_platform.commerce.forecasting.service import forecast_demand
from royal_platform.commerce.inventory.model import StockLevel
from royal_platform.commerce.inventory.risk import stock_at_risk
from royal_platform.commerce.inventory.service import reorders
from royal_platform.commerce.inventory.weighing import weigh_stock
from royal_platform.commerce.shared.model import Money

SIZES = (10_000, 100_000)
NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)


def stocking(report: Report) -> None:
    """Days of cover, levels, ABC/XYZ, dead stock and reorders, in processor time."""
    for size in SIZES:
        panel = catalogue(size)
        # Any forecast will do: a few weeks are made faster than two years.
        weeks = slice(-26, None)
        short = replace(
            panel, weeks=panel.weeks[weeks],
            **{name: getattr(panel, name)[:, weeks]
               for name in ("units", "revenue", "returned", "in_stock", "alive", "price")},
        )  # fmt: skip
        forecast = forecast_demand(short)
        variants, levels = _shelf(short)
        began = time.process_time()
        weighed = weigh_stock(
            variants, forecast, levels, Policy(), store=StoreTerms("EUR"), now=NOW,
            today=NOW.date(),
        )  # fmt: skip
        stock_at_risk(weighed, short)
        reorders(weighed)
        seconds = time.process_time() - began
        report.add(
            f"stock of {size:,} variants weighed", f"{seconds:.1f} s", "-",
            f"{size / seconds:,.0f} variants per processor second: cover, levels, risks, reorders",
        )  # fmt: skip


def _shelf(panel: Panel) -> tuple[Sequence[Variant], Sequence[StockLevel]]:
    stock = np.random.default_rng(3).poisson(panel.units[:, -4:].sum(axis=1)).tolist()
    price, cost = Money(Decimal(10), "EUR"), Money(Decimal(4), "EUR")
    variants = [
        Variant(ident, f"p{row // 3}", f"Item {ident}", f"S{ident}", panel.categories[kind],
                "active", price, None, cost, f"i{ident}", True, NOW)
        for row, (ident, kind) in enumerate(zip(panel.variant_ids, panel.category, strict=True))
    ]  # fmt: skip
    levels = [
        StockLevel(ident, f"i{ident}", "l1", count, count, 0, 0, NOW)
        for ident, count in zip(panel.variant_ids, stock, strict=True)
    ]
    return variants, levels
