"""Once a store-local day the worker values the customers: what each is expected to do."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.telemetry.logs import get_logger
from orchestrator.core.books import Books, Ground, reading, writing
from royal_platform.commerce.customers.likelihood import Estimate
from royal_platform.commerce.customers.service import (
    Check,
    Interval,
    TooFewOrders,
    Valuation,
    value_customers,
)
from royal_platform.persistence.valuations import StoredValuation, Valuations

VALUER = "valuer"
_log = get_logger(__name__)


def waits(ground: Ground) -> bool:
    """Whether today's valuation is missing, in a store that was read whole."""
    with reading(ground) as books:
        return not books.store.never_read and not _is_done(books)


def value_store(ground: Ground) -> int:
    """Value everybody on the orders as they are read; the number of customers valued.

    Fitting takes seconds in a large store, so the store's row is held only to write the outcome.
    """
    with reading(ground) as books:
        store, now = books.store, books.now
        day = books.clock.local_day(now)
        if store.never_read or _is_done(books):
            return 0
        purchases = Valuations(store.id).purchases(books.connection, store.currency)
    valuation, reason = None, None
    try:
        valuation = value_customers(purchases, day)
    except TooFewOrders as few:
        reason = str(few)
    valued = 0 if valuation is None else len(valuation.histories.places)
    report = None if valuation is None else described(valuation)
    stored = StoredValuation(day, now, store.currency, valued, reason, report)
    with writing(ground) as books:
        Valuations(store.id).replace(books.connection, purchases, valuation, stored)
        books.tell(
            "customers.valued", store.id, VALUER, {"day": day.isoformat(), "customers": valued}
        )
    _log.info("customers.valued", customers=valued, reason=reason)
    return valued


def _is_done(books: Books) -> bool:
    latest = Valuations(books.store_id).latest(books.connection)
    return latest is not None and latest.day >= books.clock.local_day(books.now)


def described(valuation: Valuation) -> dict[str, Any]:
    """The report that is kept: totals, models and their check, numbers only."""
    spend, total_value = valuation.spend_fit, valuation.total_value
    return {
        "orders": _interval(valuation.total_orders),
        "value": None if total_value is None else _interval(total_value),
        "order_model": _model(valuation.order_fit, ("r", "alpha", "a", "b")),
        "spend_model": None if spend is None else _model(spend, ("p", "q", "gamma")),
        "check": None if valuation.check is None else _check(valuation.check),
    }


def _interval(found: Interval) -> dict[str, float]:
    return {
        "expected": round(found.expected, 2),
        "low": round(found.low, 2),
        "high": round(found.high, 2),
    }


def _model(fit: Estimate, names: tuple[str, ...]) -> dict[str, Any]:
    errors = fit.standard_errors()
    return {
        "log_likelihood": round(fit.log_likelihood, 4),
        "parameters": {
            name: {
                "value": float(np.round(fit.parameters[at], 6)),
                "error": None if errors is None else float(np.round(errors[at], 6)),
            }
            for at, name in enumerate(names)
        },
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "weeks": check.weeks,
        "customers": check.customers,
        "orders": _interval(check.expected),
        "actual": check.actual,
        "rmse": round(check.rmse, 4),
        "rmse_naive": round(check.rmse_naive, 4),
    }
