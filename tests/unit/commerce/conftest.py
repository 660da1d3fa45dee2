"""A small economy with known elasticities, seasons and stock-outs, for the commerce tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from royal_platform.commerce.catalog.model import StoreTerms, Variant
from royal_platform.commerce.forecasting.service import build_panel, forecast_demand
from royal_platform.commerce.orders.model import VariantDay
from royal_platform.commerce.shared.model import Money

TODAY = date(2026, 11, 23)  # a Monday


@dataclass(frozen=True)
class Economy:
    """Rows as a store would give them, and the truth behind them."""

    variants: list
    sales: list
    elasticity: np.ndarray
    usual: np.ndarray
    season: np.ndarray  # type by week, future included
    type_of: np.ndarray
    out: np.ndarray  # variant by day
    today: date
    now: datetime
    terms: StoreTerms

    @property
    def available(self):
        """Stock as the store would count it today."""
        return {f"v{i}": 0 if out else 5 for i, out in enumerate(self.out[:, -1])}


def economy(seed=1, variants=120, weeks=78, types=6):
    rng = np.random.default_rng(seed)
    first = TODAY - timedelta(weeks=weeks)
    now = datetime(2026, 11, 23, 6, tzinfo=UTC)
    type_of = rng.integers(0, types, variants)
    usual = np.exp(rng.normal(1.8, 1.0, variants))
    elasticity = np.minimum(
        rng.normal(-2, 0.4, types)[type_of] + rng.normal(0, 0.4, variants), -0.4
    )
    price = np.round(np.exp(rng.normal(3.5, 0.7, variants))) + 0.95
    cost = np.round(price * rng.uniform(0.25, 0.7, variants), 2)
    phase = np.arange(types)[:, None] / types
    season = 1 + 0.5 * np.sin(2 * np.pi * (np.arange(weeks + 12)[None, :] / 52 + phase))
    out = np.zeros((variants, weeks * 7), dtype=bool)
    rows, items = [], []
    for i in range(variants):
        prices = np.full(weeks, price[i])
        for start, length in zip(
            rng.integers(0, weeks - 2, 4), rng.integers(3, 14, 4), strict=True
        ):
            prices[start : start + length] = np.round(price[i] * rng.uniform(0.8, 1.15), 2)
        prices[-1] = price[i]
        for start in np.flatnonzero(rng.random(weeks * 7) < 0.003):
            out[i, start : start + int(rng.integers(7, 28))] = True
        level = usual[i] * season[type_of[i], :weeks] * (prices / price[i]) ** elasticity[i]
        sold = rng.poisson(np.repeat(level / 7, 7)) * ~out[i]
        for day in np.flatnonzero(sold):
            revenue = Decimal(str(round(float(sold[day] * prices[day // 7]), 2)))
            back = int(rng.binomial(sold[day], 0.08))
            rows.append(
                VariantDay(f"v{i}", first + timedelta(days=int(day)), int(sold[day]), revenue, back)
            )
        items.append(
            Variant(
                id=f"v{i}", product_id=f"p{i}", title=f"Halter {i}", sku=f"S{i}",
                product_type=f"Type {type_of[i]}", status="active",
                price=Money(Decimal(str(price[i])), "EUR"), compare_at=None,
                unit_cost=Money(Decimal(str(cost[i])), "EUR") if i % 20 else None,
                inventory_item_id=f"i{i}", tracked=i % 25 != 1, updated_at=now,
            )
        )  # fmt: skip
    return Economy(items, rows, elasticity, usual, season, type_of, out, TODAY, now,
                   StoreTerms("EUR", Decimal("0.19"), "sandbox"))  # fmt: skip


@pytest.fixture(scope="session")
def make_economy():
    return economy


@pytest.fixture(scope="session")
def shop():
    return economy()


@pytest.fixture(scope="session")
def panel(shop):
    return build_panel(shop.variants, shop.sales, shop.today, available_now=shop.available)


@pytest.fixture(scope="session")
def demand(panel):
    return forecast_demand(panel)
