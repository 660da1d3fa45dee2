"""Lifetime models: the special functions, the likelihoods, and what follows from the parameters."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from royal_platform.commerce.customers.histories import Purchases, histories
from royal_platform.commerce.customers.lifetime import (
    Occasions,
    OrderModel,
    SpendModel,
    fit_orders,
    fit_spend,
)
from royal_platform.commerce.customers.service import TooFewOrders, value_customers
from royal_platform.commerce.customers.special import gammaln, hyp2f1

TODAY = date(2026, 4, 10)
# CDNOW's parameters, and such as make the closed form delicate (a near 1, a + b below 1).
MODELS = [
    OrderModel(0.243, 4.414, 0.793, 2.426),
    OrderModel(1.5, 10.0, 1.0, 2.0),
    OrderModel(0.6, 3.0, 0.3, 0.2),
    OrderModel(2.0, 8.0, 4.0, 0.9),
    # Everybody alike: where the data show no difference between people, estimates run off.
    OrderModel(3_000.0, 30_000.0, 100_000.0, 40_000.0),
]
SEEN = Occasions(
    np.array([0.0, 0.0, 1.0, 4.0, 12.0, 400.0]),
    np.array([0.0, 0.0, 5.0, 20.0, 30.0, 90.0]),
    np.array([0.0, 50.0, 50.0, 26.0, 31.0, 90.5]),
)


@given(st.floats(1e-8, 1e8))
def test_gammaln_is_the_standard_librarys(x):
    assert float(gammaln(x)) == pytest.approx(math.lgamma(x), rel=1e-12, abs=1e-12)


@given(st.floats(0.01, 0.97), st.floats(0.1, 2_000), st.floats(0.3, 500))
@example(0.97, 2_000.0, 1.0)  # its terms rise for 65,000 places
def test_hyp2f1_has_its_known_closed_forms(z, a, b):
    at = np.array([z])
    value, exponent = hyp2f1(np.array([1.0]), np.array([1.0]), np.array([2.0]), at)
    assert value[0] * math.exp(exponent[0]) == pytest.approx(-math.log1p(-z) / z, rel=1e-10)
    value, exponent = hyp2f1(np.array([a]), np.array([b]), np.array([b]), at)
    assert math.log(value[0]) + exponent[0] == pytest.approx(-a * math.log1p(-z), rel=1e-9)


@pytest.mark.parametrize("model", MODELS)
def test_expected_orders_are_the_mean_of_possible_futures(model):
    random = np.random.default_rng(1)
    futures = np.array([model.simulate(SEEN, 30, random) for _ in range(8_000)])
    error = futures.std(axis=0) / math.sqrt(len(futures))
    assert np.all(np.abs(futures.mean(axis=0) - model.orders_within(SEEN, 30)) < 5 * error + 1e-6)
    none = (futures == 0).mean(axis=0)
    assert none == pytest.approx(model.none_within(SEEN, 30), abs=0.02)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_the_time_until_the_next_order_inverts_its_probability(model, share):
    weeks = model.weeks_until(SEEN, share)
    reached = np.isfinite(weeks)
    none = model.none_within(SEEN, np.where(reached, weeks, 1e12))
    assert none[reached] == pytest.approx(1 - share)
    # Whom the time never comes for is more likely gone than that.
    assert np.all(none[~reached] > 1 - share - 1e-6)


def test_the_longer_they_stay_away_the_likelier_they_are_gone():
    ages = np.arange(30.0, 80.0, 5)
    stays = np.full_like(ages, 4.0)
    alive = MODELS[0].alive(Occasions(stays, np.full_like(ages, 28.0), ages))
    assert np.all(np.diff(alive) < 0)
    assert 0 < alive.min() < alive.max() < 1


def _world(customers: int, seed: int = 7) -> Purchases:
    """Customers who order and leave exactly as the model says, over two years."""
    random = np.random.default_rng(seed)
    owner, day, amount = [], [], []
    for each in range(customers):
        rate, leaving = random.gamma(0.8) / 60, random.beta(1.2, 4.0)
        worth = random.gamma(6.0) * 10
        at = float(random.integers(0, 500))
        first = at
        while at < 730:
            owner.append(each)
            day.append((TODAY - timedelta(days=730 - int(at))).toordinal())
            amount.append(worth * random.gamma(4.0) / 4)
            if at > first and random.random() < leaving:
                break
            at += random.exponential(1 / rate)
    ids = tuple(f"c{each}" for each in range(customers))
    return Purchases(
        ids, np.array(owner, dtype=np.int64), np.array(day, dtype=np.int64), np.array(amount)
    )


def _lives(customers: int, truth: OrderModel) -> Occasions:
    """Lives in continuous time, each seen for a different while."""
    random = np.random.default_rng(11)
    rate = random.gamma(truth.r, 1 / truth.alpha, customers)
    leaving = random.beta(truth.a, truth.b, customers)
    age = random.uniform(20, 60, customers)
    at, frequency, recency = (np.zeros(customers) for _ in range(3))
    there = np.ones(customers, dtype=bool)
    while there.any():
        at += random.exponential(1 / rate)
        there &= at <= age
        frequency += there
        recency = np.where(there, at, recency)
        there &= random.random(customers) >= leaving
    return Occasions(frequency, recency, age)


def test_parameters_are_found_again_within_their_uncertainty():
    truth = MODELS[0]
    seen = _lives(6_000, truth)
    found = fit_orders(seen)
    errors = found.standard_errors()
    assert errors is not None
    expected = np.array([truth.r, truth.alpha, truth.a, truth.b])
    assert np.all(np.abs(found.parameters - expected) < 4 * errors)
    assert np.all(errors < expected / 2)
    assert found.log_likelihood >= truth.log_likelihood(seen)


def test_the_spending_model_draws_a_thin_history_towards_the_store():
    random = np.random.default_rng(3)
    orders = random.integers(1, 9, 3_000).astype(float)
    rates = random.gamma(3.7, 1 / 15.4, 3_000)
    mean = random.gamma(6.2 * orders) / (orders * rates)
    found = fit_spend(orders, mean)
    errors = found.standard_errors()
    assert errors is not None
    assert np.all(np.abs(found.parameters - [6.2, 3.7, 15.4]) < 4 * errors)
    model = SpendModel.of(found.parameters)
    few, many = model.order_value(np.array([1.0, 50.0]), np.array([500.0, 500.0]))
    assert mean.mean() < few < many < 500


def test_the_outlook_adds_up_and_is_the_same_each_time():
    purchases = _world(1_500)
    found, again = value_customers(purchases, TODAY), value_customers(purchases, TODAY)
    outlook = found.outlook
    assert np.array_equal(outlook.orders_high, again.outlook.orders_high)
    assert found.total_orders.expected == pytest.approx(outlook.orders.sum())
    assert found.total_orders.low < found.total_orders.expected < found.total_orders.high
    assert found.total_value is not None
    assert found.total_value.low < found.total_value.expected < found.total_value.high
    once = found.histories.occasions.frequency == 0
    assert np.all(np.isnan(outlook.alive) == once)
    assert np.all((outlook.churn >= 0) & (outlook.churn <= 1))
    assert found.check is not None
    assert found.check.expected.low <= found.check.actual <= found.check.expected.high
    assert found.check.rmse < found.check.rmse_naive


def test_unusual_amounts_have_a_defined_outcome():
    purchases = _world(400)
    amount = purchases.amount.copy()
    amount[0::5] = np.nan  # another currency
    amount[1::5] = -20.0  # more came back than was paid
    amount[2::5] = 0.0
    odd = Purchases(purchases.customer_ids, purchases.customer, purchases.day, amount)
    found = value_customers(odd, TODAY)
    nothing_known = found.histories.valued == 0
    assert nothing_known.any()
    assert np.all(np.isnan(found.outlook.value) == nothing_known)
    assert np.all(found.outlook.value[~nothing_known] >= 0)
    assert np.all(found.scores.monetary[nothing_known] == 0)
    assert np.all(np.isfinite(found.outlook.orders))


@pytest.mark.parametrize("customers", [0, 3, 49])
def test_too_little_history_is_said(customers):
    with pytest.raises(TooFewOrders, match=rf"{customers} customers"):
        value_customers(_world(customers), TODAY)


def test_a_shop_where_everybody_ordered_today_for_the_first_time_expects_nothing_yet():
    ids = tuple(f"c{each}" for each in range(80))
    today = np.full(80, TODAY.toordinal())
    with pytest.raises(TooFewOrders, match="0 of them again"):
        value_customers(Purchases(ids, np.arange(80), today, np.ones(80)), TODAY)


def test_orders_of_one_day_are_one_occasion_whatever_their_sequence():
    days = [TODAY - timedelta(days=ago) for ago in (0, 14, 14, 21)]
    order = [2, 0, 3, 1]
    given_days = np.array([days[each].toordinal() for each in order])
    purchases = Purchases(("a", "b"), np.ones(4, dtype=int), given_days, np.full(4, 5.0))
    seen = histories(purchases, TODAY - timedelta(days=7))
    assert seen.places.tolist() == [1]
    assert seen.occasions.frequency.tolist() == [1]
    assert (seen.occasions.recency[0], seen.occasions.age[0]) == (1.0, 2.0)
    assert (seen.orders[0], seen.spent[0], seen.mean[0]) == (3, 15.0, 5.0)
