"""Printful on loopback, by its published documents: API 1.0, and the shipments of 2.0.0-beta.

Field names, statuses, envelopes and refusals are those of its OpenAPI documents. It keeps one store
with two products; an order moves only when a test says so.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "token-of-the-printful-counterpart"
STORE = "4711"
_CREATED = 1_767_225_600
CATALOGUE = {
    71: {
        "product": {
            "id": 71, "main_category_id": 24, "type": "T-SHIRT", "type_name": "T-Shirt",
            "title": "Unisex Staple T-Shirt | Bella + Canvas 3001", "brand": "Bella + Canvas",
            "model": "3001", "currency": "EUR", "variant_count": 2, "is_discontinued": False,
            "image": "https://files.cdn.printful.com/71.jpg", "avg_fulfillment_time": 4.3,
            "description": "Soft and light.", "options": [],
            "files": [
                {"id": "default", "type": "front", "title": "Front", "additional_price": None},
                {"id": "back", "type": "back", "title": "Back", "additional_price": "5.25"},
                {"id": "preview", "type": "mockup", "title": "Mockup", "additional_price": None},
            ],
        },
        "variants": [
            {"id": 4011, "product_id": 71, "name": "3001 (White / S)", "size": "S",
             "color": "White", "price": "9.85", "in_stock": True,
             "image": "https://files.cdn.printful.com/4011.jpg",
             "availability_status": [{"region": "EU", "status": "in_stock"}]},
            {"id": 4012, "product_id": 71, "name": "3001 (White / M)", "size": "M",
             "color": "White", "price": "9.85", "in_stock": False,
             "image": "https://files.cdn.printful.com/4012.jpg",
             "availability_status": [{"region": "EU", "status": "out_of_stock"}]},
        ],
    }
}  # fmt: skip


def _variant(number: int, of: int | None, sku: str, places: tuple[str, ...], **more: Any) -> Any:
    files = [
        {"id": number * 10 + at, "type": place, "status": "ok", "url": None,
         "preview_url": f"https://files.cdn.printful.com/{number}-{place}.png"}
        for at, place in enumerate((*places, "preview"))
    ]  # fmt: skip
    product = None if of is None else {
        "variant_id": of, "product_id": 71, "image": "https://files.cdn.printful.com/x.jpg",
        "name": "Unisex Staple T-Shirt",
    }  # fmt: skip
    return {
        "id": number, "external_id": f"x{number}", "sync_product_id": 1, "name": f"Shirt {number}",
        "synced": of is not None, "variant_id": of, "retail_price": "29.99", "currency": "EUR",
        "is_ignored": False, "sku": sku, "product": product, "files": files, "options": [],
        "main_category_id": 24, "warehouse_product_variant_id": None, **more,
    }  # fmt: skip


PRODUCTS: dict[int, tuple[dict[str, Any], list[Any]]] = {
    1: (
        {"id": 1, "external_id": "e1", "name": "Shirt", "variants": 4, "synced": 3,
         "thumbnail_url": None, "is_ignored": False},
        [
            _variant(501, 4011, "TEE-S", ("front",)),
            _variant(502, 4011, "TEE-S-BACK", ("front", "back")),
            _variant(503, 4012, "TEE-M", ("front",)),
            _variant(504, None, "TEE-L", ()),
            _variant(505, 4011, "TEE-OLD", ("front",), is_ignored=True),
        ],
    ),
    2: (
        {"id": 2, "external_id": "e2", "name": "Hidden", "variants": 1, "synced": 1,
         "thumbnail_url": None, "is_ignored": True},
        [_variant(601, 4011, "HIDDEN", ("front",))],
    ),
}  # fmt: skip


@dataclass
class Printful:
    """The server; ``turn_away`` answers 429 so often, ``lose`` hides so many answers to POST,
    ``instead`` holds by path what it answers in place of its own document."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    shipments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    instead: dict[str, Any] = field(default_factory=dict)
    turn_away: int = 0
    lose: int = 0
    page: int = 100
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self._server = uvicorn.Server(uvicorn.Config(self._app(), log_level="error"))
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._server.serve(sockets=[listener])), daemon=True
        )
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(15)

    def move(self, reference: str, status: str) -> dict[str, Any]:
        """What Printful's people and machines do with an order."""
        order = self.orders[reference]
        order["status"] = status
        return order

    def ship(self, reference: str, *, promised: str, delivered: str | None = None,
             units: int | None = None) -> None:  # fmt: skip
        """Send the order in one parcel, or only so many ``units`` of each of its items."""
        order = self.move(reference, "fulfilled" if units is None else "partial")
        order["shipments"] = [
            {"id": 10, "carrier": "DHL", "service": "DHL Parcel", "tracking_number": "JD0146",
             "tracking_url": "https://www.dhl.com/track?n=JD0146", "created": _CREATED,
             "ship_date": "2026-01-01", "shipped_at": _CREATED, "reshipment": False,
             "items": [
                 {"item_id": each["id"], "quantity": units or each["quantity"], "picked": 1,
                  "printed": 1}
                 for each in order["items"]
             ]}
        ]  # fmt: skip
        self.shipments[order["id"]] = [
            {"id": 10, "order_id": order["id"], "order_external_id": reference, "carrier": "DHL",
             "service": "DHL Parcel", "shipment_status": "shipped",
             "shipped_at": "2026-01-01T00:00:00Z",
             "delivery_status": "delivered" if delivered else "in_transit",
             "delivered_at": delivered, "is_reshipment": False, "tracking_events": [],
             "tracking_url": "https://www.dhl.com/track?n=JD0146", "shipment_items": [],
             "estimated_delivery": {"from_date": promised, "to_date": promised,
                                    "calculated_at": "2026-01-01T00:00:00Z"}}
        ]  # fmt: skip

    def _app(self) -> Starlette:
        paths = {
            ("GET", "/store/products"): self._products, ("GET", "/sync/products"): self._products,
            ("GET", "/store/products/{id:int}"): self._product,
            ("GET", "/sync/products/{id:int}"): self._product,
            ("GET", "/products/{id:int}"): self._article,
            ("POST", "/shipping/rates"): self._rates, ("POST", "/orders"): self._create,
            ("GET", "/orders/@{reference}"): self._order,
            ("POST", "/orders/@{reference}/confirm"): self._confirm,
            ("DELETE", "/orders/@{reference}"): self._cancel,
            ("GET", "/v2/orders/{id:int}/shipments"): self._shipments,
        }  # fmt: skip
        return Starlette(
            routes=[
                Route(path, self._guarded(answer), methods=[method])
                for (method, path), answer in paths.items()
            ],
            exception_handlers={404: lambda *_: _no(404, "Not Found")},
        )

    def _guarded(self, answer: Any) -> Any:
        async def guarded(request: Request) -> Response:
            self.calls.append((request.method, request.url.path))
            if self.turn_away > 0:
                self.turn_away -= 1
                told = _no(429, "You've recently sent too many requests.")
                told.headers["Retry-After"] = "7"
                return told
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return _no(401, "The access token provided is invalid.")
            if request.headers.get("x-pf-store-id") not in (None, STORE):
                return _no(403, "This store does not belong to the account.")
            if request.url.path in self.instead:
                return JSONResponse(self.instead[request.url.path])
            body = await request.json() if await request.body() else {}
            given: Response = answer(request, body)
            if request.method == "POST" and self.lose > 0:
                self.lose -= 1
                return _no(502, "Bad gateway")
            return given

        return guarded

    def _products(self, request: Request, _: Any) -> Response:
        offset = int(request.query_params.get("offset", 0))
        limit = min(int(request.query_params.get("limit", 20)), self.page)
        listed = [product for product, _ in PRODUCTS.values()]
        paging = {"total": len(listed), "offset": offset, "limit": limit}
        return _yes(listed[offset : offset + limit], paging=paging)

    def _product(self, request: Request, _: Any) -> Response:
        found = PRODUCTS.get(request.path_params["id"])
        if found is None:
            return _no(404, "Not Found")
        return _yes({"sync_product": found[0], "sync_variants": found[1]})

    def _article(self, request: Request, _: Any) -> Response:
        found = CATALOGUE.get(request.path_params["id"])
        return _no(404, "Not Found") if found is None else _yes(found)

    def _rates(self, _: Request, body: Any) -> Response:
        to = body["recipient"]
        if to["country_code"] == "US" and not to.get("state_code"):
            return _no(400, "State code is missing")
        return _yes([
            {"id": "PRINTFUL_FAST", "name": "Express", "rate": "14.99", "currency": "EUR",
             "minDeliveryDays": 2, "maxDeliveryDays": 3},
            {"id": "STANDARD", "name": "Flat Rate (Estimated delivery: May 19-24)",
             "rate": "4.79", "currency": "EUR", "minDeliveryDays": 4, "maxDeliveryDays": 7},
        ])  # fmt: skip

    def _create(self, _: Request, body: Any) -> Response:
        reference = body["external_id"]
        if reference in self.orders:
            return _no(400, "Order with this External ID already exists")
        known = {each["id"]: each for _, variants in PRODUCTS.values() for each in variants}
        for item in body["items"]:
            if not known.get(item["sync_variant_id"], {}).get("synced"):
                return _no(400, f"Item 0: Sync variant {item['sync_variant_id']} was not found")
        units = sum(item["quantity"] for item in body["items"])
        goods, shipping = Decimal("9.85") * units, Decimal("4.79")
        vat = ((goods + shipping) * Decimal("0.21")).quantize(Decimal("0.01"))
        order = {
            "id": 9000 + len(self.orders), "external_id": reference, "store": int(STORE),
            "status": "draft", "shipping": "STANDARD", "created": _CREATED, "updated": _CREATED,
            "shipping_service_name": "Flat Rate", "recipient": body["recipient"],
            "items": [{"id": 70 + n, **each} for n, each in enumerate(body["items"])],
            "shipments": [],
            "costs": {
                "currency": "EUR", "subtotal": str(goods), "discount": "0.00",
                "shipping": str(shipping), "digitization": "0.00", "additional_fee": "0.00",
                "fulfillment_fee": "0.00", "tax": "0.00", "vat": str(vat),
                "total": str(goods + shipping + vat),
            },
        }  # fmt: skip
        self.orders[reference] = order
        return _yes(order)

    def _order(self, request: Request, _: Any) -> Response:
        found = self.orders.get(request.path_params["reference"])
        return _no(404, "Not Found") if found is None else _yes(found)

    def _confirm(self, request: Request, _: Any) -> Response:
        found = self.orders.get(request.path_params["reference"])
        if found is None:
            return _no(404, "Not Found")
        if found["status"] not in {"draft", "failed"}:
            return _no(400, "Only drafts can be confirmed")
        found["status"] = "pending"
        return _yes(found)

    def _cancel(self, request: Request, _: Any) -> Response:
        found = self.orders.get(request.path_params["reference"])
        if found is None:
            return _no(404, "Not Found")
        if found["status"] not in {"draft", "pending", "failed"}:
            return _no(400, "This order is being fulfilled and can no longer be canceled")
        found["status"] = "canceled"
        return _yes(found)

    def _shipments(self, request: Request, _: Any) -> Response:
        found = self.shipments.get(request.path_params["id"])
        if found is None:
            return JSONResponse({"type": "not-found", "status": 404, "title": "Not Found"}, 404)
        return JSONResponse({"data": found, "_links": {}})


def _yes(result: Any, **more: Any) -> Response:
    return JSONResponse({"code": 200, "result": result, "extra": [], **more})


def _no(code: int, message: str) -> Response:
    told = {"code": code, "result": message, "error": {"reason": "Refused", "message": message}}
    return JSONResponse(told, code)
