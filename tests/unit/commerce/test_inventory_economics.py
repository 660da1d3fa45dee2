"""The cheapest policies: textbook optima, and costs that a simulation confirms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from royal_platform.commerce.inventory import economics


def poisson(mean):
    most = math.ceil(mean + 10 * math.sqrt(mean) + 20)
    logs = [k * math.log(mean) - mean - math.lgamma(k + 1) for k in range(most)]
    return np.exp(logs)[None, :]


def one(value):
    return np.array([float(value)])


def test_the_levels_of_snyder_and_shen_example_4_7():
    chances, positions = poisson(6), np.arange(-20, 60)
    cost = economics.expected_cost(chances, positions, one(4), one(1))
    got = economics.best_levels(chances, cost, positions, one(5), 30)
    assert (got.low[0], got.high[0]) == (4, 10)
    assert got.cost[0] == pytest.approx(8.034111561471642)


def test_the_lot_of_snyder_and_shen_example_5_8():
    positions = np.arange(-20, 60)
    cost = economics.expected_cost(poisson(1.5 * 2), positions, one(150), one(20))
    got = economics.best_lot(cost, positions, one(1.5), one(100))
    assert (got.low[0], got.high[0] - got.low[0]) == (3, 5)
    assert got.cost[0] == pytest.approx(107.92358063314975)


def test_the_quantity_of_snyder_and_shen_example_3_1():
    assert economics.economic_quantity(one(1300), one(8), one(0.225))[0] == pytest.approx(304.0468)


def test_enough_for_once_is_the_smallest_quantity_with_the_critical_chance():
    chances = np.array([[0.0, 0.25, 0.05, 0.1, 0.2, 0.15, 0.1, 0.1, 0.05]])
    assert economics.enough_for_once(chances, one(1_000_000), one(500_000))[0] == 5


@settings(max_examples=12, deadline=None)
@given(st.floats(0.5, 12), st.floats(0.1, 5), st.floats(2, 40), st.floats(1, 60), st.integers(0, 9))
def test_the_cost_of_the_best_levels_is_what_a_simulation_spends(mean, holding, short, order, seed):
    chances, positions = poisson(mean), np.arange(-20, 120)
    cost = economics.expected_cost(chances, positions, one(short), one(holding))
    best = economics.best_levels(chances, cost, positions, one(order), 60)
    rng = np.random.default_rng(seed)
    low, high = int(best.low[0]), int(best.high[0])
    assume(-10 < low < high < 100)
    drawn = rng.poisson(mean, 20_000)
    spent = simulated(low, high, drawn, holding, short, order)
    assert spent == pytest.approx(best.cost[0], rel=0.08)


def simulated(low, high, drawn, holding, short, order):
    stock, total = high, 0.0
    for asked in drawn.tolist():
        if stock <= low:
            total, stock = total + order, high
        stock -= asked
        total += holding * stock if stock > 0 else -short * stock
    return total / len(drawn)
