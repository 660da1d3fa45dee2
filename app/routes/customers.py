"""Customers and what they have spent."""

from __future__ import annotations

from flask import Response

from app.access import platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.customers import CustomerDetail, CustomerPath, CustomerQuery, ExplainQuery
from app.schemas.store import CustomerPage
from app.views import customers as view

api = group("customers", "Customers with their orders and spending.")


@api.get("/customers", responses={200: CustomerPage})
@requires("store:read")
def list_customers(query: CustomerQuery) -> Response:
    """Search the customers, or those of a segment."""
    return reply(view.listing(platform(), query))


@api.get("/customers/<customer_id>", responses={200: CustomerDetail})
@requires("store:read")
def get_customer(path: CustomerPath, query: ExplainQuery) -> Response:
    """One customer, and why each segment holds them or not."""
    return reply(view.one(platform(), path.customer_id, query.rule))
