"""Customers and what they have spent."""

from __future__ import annotations

from flask import Response

from app.access import platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.store import CustomerPage, SearchQuery
from app.views import customers as view

api = group("customers", "Customers with their orders and spending.")


@api.get("/customers", responses={200: CustomerPage})
@requires("store:read")
def list_customers(query: SearchQuery) -> Response:
    """Search the customers."""
    return reply(view.listing(platform(), query))
