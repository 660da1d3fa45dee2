"""Customers and what they have spent."""

from __future__ import annotations

from flask import Response

from app.access import platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.customers import (
    CohortsOut,
    CustomerDetail,
    CustomerPath,
    CustomerQuery,
    ExplainQuery,
    ValuationOut,
)
from app.schemas.store import CustomerPage
from app.views import customers as view
from app.views import valuations

api = group("customers", "Customers with their orders and spending.")


@api.get("/customers", responses={200: CustomerPage})
@requires("store:read")
def list_customers(query: CustomerQuery) -> Response:
    """Search the customers, or those of a segment."""
    return reply(view.listing(platform(), query))


@api.get("/customers/value", responses={200: ValuationOut})
@requires("store:read")
def get_customer_value() -> Response:
    """What all customers are expected to do in the coming year, and how right that has been."""
    return reply(valuations.newest(platform()))


@api.get("/customers/cohorts", responses={200: CohortsOut})
@requires("store:read")
def get_customer_cohorts() -> Response:
    """Who came back, by the month of the first order."""
    return reply(valuations.cohorts_of(platform()))


@api.get("/customers/<customer_id>", responses={200: CustomerDetail})
@requires("store:read")
def get_customer(path: CustomerPath, query: ExplainQuery) -> Response:
    """One customer, and why each segment holds them or not."""
    return reply(view.one(platform(), path.customer_id, query.rule))
