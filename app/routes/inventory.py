"""Stock per location, and what has been ordered to refill it."""

from __future__ import annotations

from flask import Response

from app.access import platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.operations import PurchaseOrderPage
from app.schemas.store import InventoryPage, SearchQuery
from app.views import inventory as view

api = group("inventory", "Stock per location and purchase orders.")


@api.get("/inventory", responses={200: InventoryPage})
@requires("store:read")
def list_inventory(query: SearchQuery) -> Response:
    """Stock levels by variant and location."""
    return reply(view.levels(platform(), query))


@api.get("/purchase-orders", responses={200: PurchaseOrderPage})
@requires("store:read")
def list_purchase_orders(query: SearchQuery) -> Response:
    """What was ordered from suppliers, newest first."""
    return reply(view.purchase_orders(platform(), query))
