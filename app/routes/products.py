"""Products and their variants, with stock, sales and expected demand."""

from __future__ import annotations

from flask import Response

from app.access import platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.store import ProductDetail, ProductPage, ProductPath, ProductQuery, WhyPrices
from app.views import products as view

api = group("products", "Products with price, cost, stock and cover.")


@api.get("/products", responses={200: ProductPage})
@requires("store:read")
def list_products(query: ProductQuery) -> Response:
    """Search, filter and sort the catalogue."""
    return reply(view.listing(platform(), query))


@api.get("/products/<path:product_id>", responses={200: ProductDetail})
@requires("store:read")
def get_product(path: ProductPath) -> Response:
    """One product with its variants' demand."""
    return reply(view.one(platform(), path.product_id))


@api.get("/products/<path:product_id>/why", responses={200: WhyPrices})
@requires("store:read")
def why_prices(path: ProductPath) -> Response:
    """Why each variant's price stands: demand curve, optimum and limits of the last run."""
    return reply(view.why(platform(), path.product_id))
