"""Stores at the edges: empty, a week old, huge, without prices, without counts, in other money."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D

import numpy as np
import pytest

from royal_platform.commerce.catalog.model import StoreTerms
from royal_platform.commerce.decisions.model import Policy
from royal_platform.commerce.forecasting.model import Panel
from royal_platform.commerce.forecasting.service import (
    NoHistoryError,
    build_panel,
    forecast_demand,
)
from royal_platform.commerce.inventory.service import propose_reorders
from royal_platform.commerce.pricing.elasticity import elasticities
from royal_platform.commerce.pricing.response import PRIOR_MEAN
from royal_platform.commerce.pricing.service import propose_prices
from royal_platform.commerce.shared.model import Money


def weigh(shop, variants, panel, demand, **changes):
    return propose_prices(
        variants, panel, demand, Policy(), store=changes.pop("store", shop.terms), now=shop.now,
        **changes,
    )  # fmt: skip


def test_a_price_above_its_crossed_out_price_is_not_held_down_by_it(shop, panel, demand):
    plain = weigh(shop, shop.variants, panel, demand)
    odd = [replace(v, compare_at=Money(v.price.amount * D("0.8"), "EUR")) for v in shop.variants]
    crossed = weigh(shop, odd, panel, demand)
    assert [p.arguments for p in crossed.proposals] == [p.arguments for p in plain.proposals]


def test_lines_sold_for_nothing_show_no_price_and_move_no_elasticity(shop, panel):
    gifts = [replace(s, revenue=D(0), gross=D(0)) if n % 7 == 0 else s
             for n, s in enumerate(shop.sales)]  # fmt: skip
    given = build_panel(shop.variants, gifts, shop.today)
    assert not (given.price <= 0).any()
    found = elasticities(given)
    assert np.isfinite(found.mean).all()
    assert np.isfinite(found.sd).all()
    free = replace(panel, price=np.zeros(panel.price.shape))
    assert np.isfinite(elasticities(free).mean).all()


def test_a_variant_whose_price_is_zero_is_left_alone(shop, panel, demand):
    free = [replace(v, price=Money(D(0), "EUR")) for v in shop.variants]
    outcome = weigh(shop, free, panel, demand)
    assert not outcome.proposals
    assert {b.reason for b in outcome.blocked} == {"no_price", "unknown_cost"}


def test_one_week_of_history_forecasts_but_prices_nothing(shop):
    week = [s for s in shop.sales if s.day >= shop.today - timedelta(days=7)]
    panel = build_panel(shop.variants, week, shop.today)
    assert len(panel.weeks) == 1
    demand = forecast_demand(panel)
    assert np.isfinite(demand.expected).all()
    assert (demand.low <= demand.high).all()
    outcome = weigh(shop, shop.variants, panel, demand)
    assert not outcome.proposals
    assert {b.reason for b in outcome.blocked} == {"thin_history", "unknown_cost"}
    assert elasticities(panel).mean == pytest.approx(PRIOR_MEAN)


def test_an_empty_store_says_that_there_is_nothing_to_learn_from(shop):
    with pytest.raises(NoHistoryError):
        build_panel([], [], shop.today)
    with pytest.raises(NoHistoryError):
        build_panel(shop.variants, [], shop.today)


def test_a_short_stock_that_nobody_counts_does_not_rule_out_a_lower_price(shop, panel, demand):
    uncounted = [replace(v, tracked=False) for v in shop.variants]
    plain = weigh(shop, shop.variants, panel, demand)
    outcome = weigh(
        shop, uncounted, panel, demand, available_now=dict.fromkeys([v.id for v in uncounted], 0)
    )
    assert [p.arguments for p in outcome.proposals] == [p.arguments for p in plain.proposals]
    reorders = propose_reorders(
        uncounted, demand, [], Policy(), store=shop.terms, now=shop.now
    )  # fmt: skip
    assert not reorders.proposals
    assert {u.reason for u in reorders.unseen} == {"untracked"}


def test_a_variant_priced_or_bought_in_other_money_is_not_weighed(shop, panel, demand):
    bought = [replace(v, unit_cost=Money(D(5), "USD")) if v.unit_cost else v for v in shop.variants]
    outcome = weigh(shop, bought, panel, demand)
    assert not outcome.proposals
    assert {b.reason for b in outcome.blocked} == {"currency_mismatch", "unknown_cost"}
    outcome = weigh(
        shop, shop.variants, panel, demand, store=StoreTerms("USD", D(0), "sandbox")
    )  # fmt: skip
    assert not outcome.proposals
    assert {b.reason for b in outcome.blocked} == {"currency_mismatch", "unknown_cost"}


def test_time_grows_with_the_catalogue_and_no_faster(shop):
    # 20,000 variants took 40 s of one core; a tenth of them keeps the suite quick.
    rng = np.random.default_rng(3)
    n, weeks = 2_000, 78
    price = np.exp(rng.normal(3.5, 0.7, n))[:, None] * np.exp(
        np.repeat(rng.normal(0, 0.1, (n, weeks // 6)), 6, axis=1)
    )
    units = rng.poisson(np.exp(rng.normal(0, 1, n))[:, None] * np.ones(weeks)).astype(float)
    template = shop.variants[1]
    variants = [
        replace(
            template, id=f"v{i}", product_id=f"p{i // 4}",
            price=Money(D(f"{price[i, -1]:.2f}"), "EUR"),
            unit_cost=Money(D(f"{price[i, -1] * 0.4:.2f}"), "EUR"),
        )
        for i in range(n)
    ]  # fmt: skip
    ones = np.ones(units.shape)
    panel = Panel(
        tuple(v.id for v in variants),
        tuple(shop.today - timedelta(weeks=weeks - w) for w in range(weeks)),
        units, units * price, ones * 0, ones, ones > 0, price,
        np.arange(n) % 40, tuple(f"Type {c}" for c in range(40)), 0.0, np.arange(n) // 4,
    )  # fmt: skip
    started = time.process_time()
    demand = forecast_demand(panel)
    outcome = weigh(shop, variants, panel, demand)
    assert len(outcome.proposals) + len(outcome.blocked) == n
    assert time.process_time() - started < 12
