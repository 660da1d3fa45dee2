"""Orders as the store booked them."""

from __future__ import annotations

from flask import Response

from app.access import platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.store import OrderDetail, OrderPage, OrderPath, OrderQuery
from app.views import orders as view

api = group("orders", "Orders with their lines and refunds.")


@api.get("/orders", responses={200: OrderPage})
@requires("store:read")
def list_orders(query: OrderQuery) -> Response:
    """Newest first."""
    return reply(view.listing(platform(), query))


@api.get("/orders/<path:order_id>", responses={200: OrderDetail})
@requires("store:read")
def get_order(path: OrderPath) -> Response:
    """One order with its lines and refunds."""
    return reply(view.one(platform(), path.order_id))
