"""Orders on their way to the customer."""

from __future__ import annotations

from flask import Response

from app.access import platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.fulfilment import FulfilmentOut, OrderWayOut, OrderWayPath
from app.views import fulfilment as view

api = group("fulfilment", "Risk, routing, parcels and what goes wrong with them.")


@api.get("/fulfilment", responses={200: FulfilmentOut})
@requires("store:read")
def get_fulfilment() -> Response:
    """Open orders that want a look, and how good scores and promises were."""
    return reply(view.overview(platform()))


@api.get("/fulfilment/<path:order_id>", responses={200: OrderWayOut})
@requires("store:read")
def get_order_way(path: OrderWayPath) -> Response:
    """One order: its risk with its factors, its route, what goes wrong, and its timeline."""
    return reply(view.one(platform(), path.order_id))
