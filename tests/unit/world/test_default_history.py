"""The default seed's 18 months look like a shop, and leave an agent something to do."""

import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from store_sandbox import world
from store_sandbox.state import StateStore
from store_sandbox.world.shop import build

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
RECENT = int(NOW.timestamp()) - 91 * 86_400


@pytest.fixture(scope="module")
def state(tmp_path_factory) -> StateStore:
    path: Path = tmp_path_factory.mktemp("history") / "store.db"
    state = StateStore(path, wall=NOW.timestamp)
    world.generate(state, 20)
    return state


@pytest.fixture(scope="module")
def told(state) -> list[dict]:
    return world.truth(state)["variants"]


def rows(state: StateStore, query: str, *values: object) -> list[tuple]:
    with state.read() as db:
        return [tuple(row) for row in db.execute(query, values)]


def test_a_shop_has_products_with_options_costs_and_skus_of_their_own(state):
    assert 250 <= len(rows(state, "SELECT id FROM variants")) <= 320
    assert not rows(state, "SELECT sku FROM variants GROUP BY sku HAVING COUNT(*) > 1 OR sku = ''")
    unknown = rows(state, "SELECT COUNT(*) FROM inventory_items WHERE unit_cost IS NULL")[0][0]
    assert 1 <= unknown <= 40
    assert len(rows(state, "SELECT DISTINCT vendor FROM products")) >= 8
    assert len(rows(state, "SELECT DISTINCT product_type FROM products")) >= 20


def test_orders_are_forty_to_eighty_a_day_and_busier_before_winter(state):
    assert 40 <= rows(state, "SELECT COUNT(*) FROM orders")[0][0] / 548 <= 80
    share = dict(
        rows(
            state,
            "SELECT strftime('%m', o.created_at, 'unixepoch'), COUNT(*) FROM order_lines l"
            " JOIN orders o ON o.id = l.order_id JOIN products p ON p.id = l.product_id"
            " WHERE p.product_type = 'Turnout Rugs' GROUP BY 1",
        )
    )
    assert share["10"] > 2 * share["06"]


def test_some_things_sell_daily_and_some_hardly_ever(state):
    units = np.array([
        row[0]
        for row in rows(
            state,
            "SELECT COALESCE(SUM(l.quantity), 0) FROM variants v LEFT JOIN order_lines l"
            " ON l.variant_id = v.id AND l.order_id IN"
            " (SELECT id FROM orders WHERE created_at > ?) GROUP BY v.id",
            RECENT,
        )
    ]) / 13  # fmt: skip
    assert (units > 7).sum() >= 5
    assert (units < 0.5).sum() >= 30
    assert (units >= 2).sum() >= 50


def test_elasticities_lie_around_minus_two(told):
    found = np.array([variant["elasticity"] for variant in told])
    assert -2.5 < np.median(found) < -1.6
    assert (found > -1).mean() < 0.05


def test_past_prices_varied_enough_to_learn_from(state):
    counts = [
        row[0]
        for row in rows(
            state, "SELECT COUNT(DISTINCT unit_price) FROM order_lines GROUP BY variant_id"
        )
    ]
    assert np.median(counts) >= 4


def test_some_sellers_are_priced_visibly_off_their_best_and_many_are_not(state, told):
    sold = dict(
        rows(
            state,
            "SELECT variant_id, SUM(quantity) / 13.0 FROM order_lines l"
            " JOIN orders o ON o.id = l.order_id WHERE o.created_at > ? GROUP BY 1",
            RECENT,
        )
    )
    sellers = [v for v in told if sold.get(v["variant_id"], 0) >= 2]
    off = [v for v in sellers if abs(v["best_price"] / v["price"] - 1) > 0.15]
    assert 10 <= len(off) <= 0.75 * len(sellers)


def test_several_sellers_are_about_to_run_out(state):
    low = rows(
        state,
        "SELECT s.variant_id FROM (SELECT variant_id, SUM(quantity) / 13.0 AS weekly"
        " FROM order_lines l JOIN orders o ON o.id = l.order_id WHERE o.created_at > ?"
        " GROUP BY 1) s JOIN inventory_items i ON i.variant_id = s.variant_id"
        " JOIN inventory_levels v ON v.item_id = i.id"
        " WHERE s.weekly >= 2 AND v.available + v.incoming < 2 * s.weekly",
        RECENT,
    )
    assert len(low) >= 5


def test_boots_come_back_and_supplements_do_not(state):
    share = dict(
        rows(
            state,
            "SELECT p.product_type, 1.0 * SUM(l.quantity - l.current_quantity) / SUM(l.quantity)"
            " FROM order_lines l JOIN products p ON p.id = l.product_id GROUP BY 1",
        )
    )
    assert share["Riding Boots"] > 0.2
    assert share["Supplements"] < 0.06


def test_customers_return_rings_strike_and_carts_are_left(state):
    repeat = rows(
        state, "SELECT AVG(orders_count > 1) FROM customers WHERE orders_count > 0"
    )[0][0]  # fmt: skip
    assert 0.15 < repeat < 0.5
    kinds = dict(rows(state, "SELECT kind, COUNT(*) FROM world_secrets GROUP BY 1"))
    assert kinds["ring"] >= 10
    assert kinds["dispute"] >= 5
    left, back = rows(state, "SELECT COUNT(*), COUNT(completed_at) FROM abandoned_checkouts")[0]
    assert 0.08 < back / left < 0.2


def test_the_truth_knows_the_costs_the_merchant_left_blank(told):
    assert all(variant["unit_cost"] > 0 for variant in told)
    assert len(told) == len(build(20).items)


def test_a_day_passes_in_well_under_a_second(state):
    world.advance(state, datetime(2026, 11, 23, 15, 30, tzinfo=UTC))
    started = time.process_time()
    world.advance(state, datetime(2026, 11, 24, 15, 30, tzinfo=UTC))
    assert time.process_time() - started < 1.0
