"""What is expected of customers, and their cohorts, on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.schemas.customers import (
    CheckOut,
    CohortOut,
    CohortsOut,
    ParameterOut,
    RangeOut,
    ValuationOut,
)
from app.views import shared
from royal_platform.commerce.customers.rules import Month, cohorts
from royal_platform.persistence.valuations import Valuations

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform


def newest(platform: Platform) -> ValuationOut:
    """The newest valuation of the store."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        found = Valuations(store.id).latest(connection)
    report = {} if found is None else found.report or {}
    return ValuationOut(
        day=None if found is None else found.day,
        reason=None if found is None else found.reason,
        customers=0 if found is None else found.customers,
        currency=store.currency if found is None else found.currency,
        orders=_range(report.get("orders")),
        value=_range(report.get("value")),
        order_model=_parameters(report.get("order_model")),
        spend_model=_parameters(report.get("spend_model")),
        check=_check(report.get("check")),
        provenance=shared.provenance(store),
    )


def cohorts_of(platform: Platform) -> CohortsOut:
    """The last twelve months' cohorts, counted now."""
    with platform.database.read() as connection:
        store = shared.store(platform, connection)
        cells = Valuations(store.id).cohort_cells(connection, store.currency)
    today = store.store_clock().today()
    this_month = Month(today.year, today.month)
    return CohortsOut(
        data=[
            CohortOut(
                month=str(each.first), size=each.size, active=list(each.active), net=list(each.net)
            )
            for each in cohorts(cells, this_month)
        ],
        this_month=str(this_month),
        currency=store.currency,
        provenance=shared.provenance(store),
    )


def _range(found: Mapping[str, float] | None) -> RangeOut | None:
    if found is None:
        return None
    return RangeOut(**{name: Decimal(str(value)) for name, value in found.items()})


def _parameters(model: Mapping[str, Any] | None) -> list[ParameterOut]:
    if model is None:
        return []
    return [ParameterOut(name=name, **found) for name, found in model["parameters"].items()]


def _check(found: Mapping[str, Any] | None) -> CheckOut | None:
    return None if found is None else CheckOut(**{**found, "orders": _range(found["orders"])})
