"""Stock per location, stock at risk, what has been ordered, and what came in."""

from __future__ import annotations

from flask import Response

from app.access import caller, platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.inventory import (
    PurchaseMailIn,
    PurchaseOrderOut,
    PurchaseOrderPage,
    PurchaseOrderPath,
    ReceiptIn,
    StockRiskPage,
    StockRiskQuery,
    SupplyTermsIn,
    SupplyTermsOut,
    SupplyTermsQuery,
)
from app.schemas.store import InventoryPage, SearchQuery
from app.views import inventory as view

api = group("inventory", "Stock per location, stock at risk, purchase orders and receipts.")


@api.get("/inventory", responses={200: InventoryPage})
@requires("store:read")
def list_inventory(query: SearchQuery) -> Response:
    """Stock levels by variant and location."""
    return reply(view.levels(platform(), query))


@api.get("/stock-risks", responses={200: StockRiskPage})
@requires("store:read")
def list_stock_risks(query: StockRiskQuery) -> Response:
    """Days of cover with their interval, the day to order, what is lost and what lies dead."""
    return reply(view.at_risk(platform(), query))


@api.get("/purchase-orders", responses={200: PurchaseOrderPage})
@requires("store:read")
def list_purchase_orders(query: SearchQuery) -> Response:
    """What was ordered from suppliers, newest first, with what came in."""
    return reply(view.purchase_orders(platform(), query))


@api.post("/purchase-orders/<order_id>/receipts", responses={200: PurchaseOrderOut})
@requires("decisions:decide")
def enter_receipt(path: PurchaseOrderPath, body: ReceiptIn) -> Response:
    """Goods came in: a worker adds them to the store's stock, once; undo it like any decision."""
    return reply(view.receive(platform(), caller(), path.order_id, body))


@api.post("/purchase-orders/<order_id>/mail", responses={200: PurchaseOrderOut})
@requires("decisions:decide")
def mail_purchase_order(path: PurchaseOrderPath, body: PurchaseMailIn) -> Response:
    """Send the order to its supplier: a worker mails it as a PDF, once to each address."""
    return reply(view.mail(platform(), caller(), path.order_id, body))


@api.post("/purchase-orders/<order_id>/close", responses={200: PurchaseOrderOut})
@requires("decisions:decide")
def close_purchase_order(path: PurchaseOrderPath) -> Response:
    """Nothing more of a partly delivered order will come."""
    return reply(view.close(platform(), caller(), path.order_id))


@api.get("/supply-terms", responses={200: SupplyTermsOut})
@requires("policy:read")
def get_supply_terms(query: SupplyTermsQuery) -> Response:
    """What was entered about a supplier and about one variant."""
    return reply(view.terms(platform(), query))


@api.put("/supply-terms", responses={200: SupplyTermsOut})
@requires("policy:write")
def put_supply_terms(body: SupplyTermsIn) -> Response:
    """Replace what was entered; the next run reckons with it."""
    return reply(view.enter_terms(platform(), caller(), body))
