"""Suppliers: how they are reached, what they offer, and how they keep their word."""

from __future__ import annotations

from typing import Any

from flask import Response

from app.access import caller, platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.suppliers import (
    AnswerIn,
    OfferHistory,
    OfferPage,
    OfferQuery,
    OneOffer,
    PreviewIn,
    PreviewOut,
    PurchasePath,
    SupplierChange,
    SupplierDetail,
    SupplierIn,
    SupplierList,
    SupplierOrderOut,
    SupplierOrderPage,
    SupplierOrderPath,
    SupplierOrderQuery,
    SupplierPath,
)
from app.views import suppliers as view

api = group("suppliers", "Feeds with their column maps, offers in versions, promise against fact.")


def _file(kind: str, description: str) -> dict[str, Any]:
    return {"description": description, "content": {kind: {"schema": {"type": "string"}}}}


@api.get("/suppliers", responses={200: SupplierList})
@requires("store:read")
def list_suppliers() -> Response:
    """Every supplier, with how its last reading went."""
    return reply(view.listing(platform()))


@api.post("/suppliers", responses={201: SupplierDetail})
@requires("connections:write")
def enter_supplier(body: SupplierIn) -> Response:
    """Enter a supplier; a worker reads its feed, and nothing counts before it is activated."""
    return reply(view.enter(platform(), caller(), body), 201)


@api.get("/suppliers/<supplier_id>", responses={200: SupplierDetail})
@requires("store:read")
def show_supplier(path: SupplierPath) -> Response:
    """What was entered, the feed's columns, and why rows were left out."""
    return reply(view.show(platform(), path.supplier_id))


@api.put("/suppliers/<supplier_id>", responses={200: SupplierDetail})
@requires("connections:write")
def change_supplier(path: SupplierPath, body: SupplierChange) -> Response:
    """Replace what was entered; the version that was edited must still be in force."""
    return reply(view.change(platform(), caller(), path.supplier_id, body))


@api.post("/suppliers/<supplier_id>/preview", responses={200: PreviewOut})
@requires("connections:write")
def preview_supplier(path: SupplierPath, body: PreviewIn) -> Response:
    """The first rows as offers under a column map; nothing is saved."""
    return reply(view.preview(platform(), path.supplier_id, body.feed))


@api.post("/suppliers/<supplier_id>/read", responses={202: SupplierDetail})
@requires("agents:run")
def read_supplier(path: SupplierPath) -> Response:
    """Read its catalogue and open orders at once; a worker does it."""
    return reply(view.hasten(platform(), caller(), path.supplier_id), 202)


@api.get("/offers/history", responses={200: OfferHistory})
@requires("store:read")
def show_offer_history(query: OneOffer) -> Response:
    """Every version of one offer, newest first."""
    return reply(view.history(platform(), query.supplier_id, query.supplier_sku))


@api.get("/offers", responses={200: OfferPage})
@requires("store:read")
def list_offers(query: OfferQuery) -> Response:
    """Offers in force, searched."""
    return reply(view.offers(platform(), query))


@api.get("/offers.csv", responses={200: _file("text/csv", "The table.")})
@requires("store:read")
def export_offers() -> Response:
    """Every offer in force as a table; cells that look like formulas are made text."""
    return Response(
        view.export(platform()),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="offers.csv"'},
    )


@api.get("/supplier-orders", responses={200: SupplierOrderPage})
@requires("store:read")
def list_supplier_orders(query: SupplierOrderQuery) -> Response:
    """Orders placed with suppliers: promise against fact."""
    return reply(view.orders(platform(), query))


@api.post("/supplier-orders/<reference>/answer", responses={200: SupplierOrderOut})
@requires("decisions:decide")
def answer_supplier_order(path: SupplierOrderPath, body: AnswerIn) -> Response:
    """Enter what a supplier's mail says of an order that went to it by mail."""
    return reply(view.answer(platform(), caller(), path.reference, body))


@api.get(
    "/purchase-orders/<purchase_order_id>/document",
    responses={200: _file("application/pdf", "The document.")},
)
@requires("store:read")
def show_purchase_order_document(path: PurchasePath) -> Response:
    """A purchase order as a PDF, to be sent to a supplier that takes orders by mail."""
    return Response(
        view.document(platform(), path.purchase_order_id),
        mimetype="application/pdf",
        headers={"Content-Disposition": 'inline; filename="purchase-order.pdf"'},
    )
