"""What a store's customers are expected to do: scores, lifetime models, and how right they were."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from royal_platform.commerce.customers.histories import (
    Histories,
    Purchases,
    histories,
    ordering_days,
)
from royal_platform.commerce.customers.lifetime import (
    Occasions,
    OrderModel,
    SpendModel,
    fit_orders,
    fit_spend,
)
from royal_platform.commerce.customers.likelihood import Estimate
from royal_platform.commerce.customers.rules import Scores, rfm
from royal_platform.commerce.customers.special import Floats

HORIZON_WEEKS = 52
CHECK_WEEKS = 13
# Below these the four parameters of the order model cannot be told apart.
FEWEST_CUSTOMERS = 50
FEWEST_REPEATERS = 20
_DRAWS = 100
_SEED = 20050424
_LOW, _HIGH = 10, 90


class TooFewOrders(ValueError):  # noqa: N818 - it is named for what is the case
    """There is too little history to expect anything; the text says how much there is."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An expectation with its 80 % predictive interval."""

    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Check:
    """What the model would have said ``weeks`` ago of the time since, and what happened.

    ``rmse`` is per customer, ``rmse_naive`` that of everybody ordering as often as before.
    """

    weeks: int
    customers: int
    expected: Interval
    actual: int
    rmse: float
    rmse_naive: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """The coming year of each customer in ``histories``, one place each.

    ``alive`` is NaN for who ordered on one day only: the model cannot see them leave.
    ``churn`` is the probability of no order within the horizon, ``next_days`` the days from today
    until the next order is as likely as not, inf when it never becomes so. Values are in the
    store's currency, NaN where nothing of the customer's spending is known.
    """

    alive: Floats
    churn: Floats
    next_days: Floats
    orders: Floats
    orders_low: Floats
    orders_high: Floats
    value: Floats
    value_low: Floats
    value_high: Floats


@dataclass(frozen=True, slots=True)
class Valuation:
    """Everything a run found; ``spend`` is None where values allow no model of them."""

    histories: Histories
    scores: Scores
    outlook: Outlook
    order_fit: Estimate
    spend_fit: Estimate | None
    total_orders: Interval
    total_value: Interval | None
    check: Check | None


def value_customers(purchases: Purchases, today: date) -> Valuation:
    """Fit the models on all orders up to ``today`` and look a year ahead.

    Deterministic: simulated futures come from a fixed seed. Raises ``TooFewOrders``.
    """
    seen = histories(purchases, today)
    order_fit = _orders_fit(seen)
    spend_fit = _spend_fit(seen)
    random = np.random.default_rng(_SEED)
    outlook, totals = _outlook(seen, order_fit, spend_fit, random)
    return Valuation(
        histories=seen,
        scores=rfm(seen),
        outlook=outlook,
        order_fit=order_fit,
        spend_fit=spend_fit,
        total_orders=_interval(float(outlook.orders.sum()), totals[0]),
        total_value=(
            None if spend_fit is None else _interval(float(np.nansum(outlook.value)), totals[1])
        ),
        check=check(purchases, today),
    )


def check(purchases: Purchases, today: date, weeks: int = CHECK_WEEKS) -> Check | None:
    """Fit on what was known ``weeks`` ago and compare with what came; None if that was too little.

    Who ordered first since then is not counted: nobody could expect them.
    """
    then = today - timedelta(weeks=weeks)
    seen = histories(purchases, then)
    try:
        fit = _orders_fit(seen)
    except TooFewOrders:
        return None
    model, occasions = OrderModel.of(fit.parameters), seen.occasions
    expected = model.orders_within(occasions, weeks)
    actual = days_ordered(purchases, then, today)[seen.places]
    naive = np.where(
        occasions.age > 0, occasions.frequency / np.maximum(occasions.age, 1e-9) * weeks, 0
    )
    random = np.random.default_rng(_SEED)
    totals = [
        OrderModel.of(drawn).simulate(occasions, weeks, random).sum()
        for drawn in fit.draws(_DRAWS, random)
    ]
    return Check(
        weeks=weeks,
        customers=len(seen.places),
        expected=_interval(float(expected.sum()), np.array(totals)),
        actual=int(actual.sum()),
        rmse=rmse(expected, actual),
        rmse_naive=rmse(naive, actual),
    )


def days_ordered(purchases: Purchases, after: date, until: date) -> Floats:
    """On how many days each customer ordered after the one day, up to and with the other."""
    inside = (purchases.day > after.toordinal()) & (purchases.day <= until.toordinal())
    days = ordering_days(
        purchases.customer[inside], purchases.day[inside], len(purchases.customer_ids)
    )
    return days.astype(np.float64)


def rmse(expected: Floats, actual: Floats) -> float:
    """The root of the mean squared difference."""
    return float(np.sqrt(np.mean((expected - actual) ** 2)))


def _orders_fit(seen: Histories) -> Estimate:
    customers = len(seen.places)
    repeaters = int(np.count_nonzero(seen.occasions.frequency))
    if customers < FEWEST_CUSTOMERS or repeaters < FEWEST_REPEATERS:
        raise TooFewOrders(
            f"{customers} customers have ordered, {repeaters} of them again; at least "
            f"{FEWEST_CUSTOMERS} and {FEWEST_REPEATERS} are needed to expect anything."
        )
    return fit_orders(seen.occasions)


def _spend_fit(seen: Histories) -> Estimate | None:
    usable = (seen.valued > 0) & (seen.mean > 0)
    if np.count_nonzero(usable & (seen.valued > 1)) < FEWEST_REPEATERS:
        return None
    return fit_spend(seen.valued[usable].astype(np.float64), seen.mean[usable])


def _outlook(
    seen: Histories, order_fit: Estimate, spend_fit: Estimate | None, random: np.random.Generator
) -> tuple[Outlook, tuple[Floats, Floats]]:
    model, occasions = OrderModel.of(order_fit.parameters), seen.occasions
    orders = model.orders_within(occasions, HORIZON_WEEKS)
    worth = _order_value(seen, spend_fit)
    futures = _futures(occasions, order_fit, random)
    low, high = np.percentile(futures, (_LOW, _HIGH), axis=0)
    alive = np.where(occasions.frequency > 0, model.alive(occasions), np.nan)
    outlook = Outlook(
        alive=alive,
        churn=model.none_within(occasions, HORIZON_WEEKS),
        next_days=model.weeks_until(occasions, 0.5) * 7,
        orders=orders,
        orders_low=low,
        orders_high=high,
        value=orders * worth,
        value_low=low * worth,
        value_high=high * worth,
    )
    return outlook, (futures.sum(axis=1), futures @ np.nan_to_num(worth))


def _order_value(seen: Histories, spend_fit: Estimate | None) -> Floats:
    """What an order of each customer is expected to be worth; NaN where that is not known."""
    if spend_fit is None:
        return np.full(len(seen.places), np.nan)
    model = SpendModel.of(spend_fit.parameters)
    found = model.order_value(seen.valued.astype(np.float64), seen.mean)
    return np.where(seen.valued > 0, found, np.nan)


def _futures(occasions: Occasions, fit: Estimate, random: np.random.Generator) -> Floats:
    """Possible numbers of orders (draws, customers): parameters, rates and chance all vary."""
    futures = np.empty((_DRAWS, len(occasions.frequency)), dtype=np.float32)
    for row, drawn in enumerate(fit.draws(_DRAWS, random)):
        futures[row] = OrderModel.of(drawn).simulate(occasions, HORIZON_WEEKS, random)
    return futures.astype(np.float64)


def _interval(expected: float, simulated: Floats) -> Interval:
    low, high = np.percentile(simulated, (_LOW, _HIGH))
    return Interval(expected, float(low), float(high))
