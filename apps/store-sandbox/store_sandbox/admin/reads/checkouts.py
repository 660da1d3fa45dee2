"""Abandoned checkouts."""

# ruff: noqa: ARG005 - resolvers take what GraphQL hands them

import json
from typing import Any

from store_sandbox.admin.connections import Listing, count, page, sliced
from store_sandbox.admin.context import Context, Info
from store_sandbox.admin.nodes import Node, batch_of
from store_sandbox.admin.reads.catalog import load_product, load_variant
from store_sandbox.admin.reads.columns import (
    Resolver,
    address,
    bag,
    column_bag,
    constant,
    moment,
    plain,
    typed,
)
from store_sandbox.admin.reads.customers import load_customer
from store_sandbox.admin.search import Field
from store_sandbox.admin.wire import encode_cursor, gid

CHECKOUTS = Listing(
    "AbandonedCheckout",
    "SELECT abandoned_checkouts.* FROM abandoned_checkouts",
    "abandoned_checkouts.id",
    {
        "": Field("words", "COALESCE(email, '') {}"),
        "id": Field("id", "abandoned_checkouts.id {}"),
        "created_at": Field("time", "abandoned_checkouts.created_at {}"),
        "updated_at": Field("time", "abandoned_checkouts.updated_at {}"),
        "status": Field("choice", "open=completed_at IS NULL|closed=completed_at IS NOT NULL"),
        "recovery_state": Field(
            "choice", "recovered=completed_at IS NOT NULL|not_recovered=completed_at IS NULL"
        ),
        "email": Field("text", "email {}"),
    },
    {
        "ID": "abandoned_checkouts.id",
        "CHECKOUT_ID": "abandoned_checkouts.id",
        "CREATED_AT": "abandoned_checkouts.created_at",
        "TOTAL_PRICE": "abandoned_checkouts.total",
    },
)


def find_checkout(context: Context, number: int | None) -> Node | None:
    """The checkout with this id."""
    return context.one(
        "AbandonedCheckout", "SELECT * FROM abandoned_checkouts WHERE id = ?", number
    )


def _line_rows(node: Node) -> list[dict[str, Any]]:
    stored: list[dict[str, Any]] = json.loads(node.row["lines"])
    base = node.row["id"] * 100
    return [{"id": base + rank, "variant_title": None, **row} for rank, row in enumerate(stored, 1)]


def _lines(node: Node, _info: Info, **args: Any) -> Any:
    return sliced(batch_of("AbandonedCheckoutLineItem", _line_rows(node)), args)


def _gross(node: Node, _info: Info) -> int:
    return sum(line["unit_price"] * line["quantity"] for line in _line_rows(node))


def _total(node: Node, _info: Info) -> int:
    return int(node.row["unit_price"] * node.row["quantity"])


RESOLVERS: dict[str, Resolver] = {
    **typed(
        "AbandonedCheckout",
        {
            "id": lambda node, info: gid("AbandonedCheckout", node.row["id"]),
            "name": lambda node, info: f"#{node.row['id']}",
            "abandonedCheckoutUrl": lambda node, info: (
                f"https://{info.context.shop.domain}/checkouts/{node.row['id']}/recover"
            ),
            "createdAt": moment("created_at"),
            "updatedAt": moment("updated_at"),
            "completedAt": moment("completed_at"),
            "customer": lambda node, info: node.related(
                "customer", "customer_id", info.context, load_customer
            ),
            "note": constant(""),
            "taxesIncluded": lambda node, info: info.context.shop.taxes_included,
            "discountCodes": lambda node, info: json.loads(node.row["discount_codes"]),
            "lineItems": _lines,
            "lineItemsQuantity": lambda node, info: sum(
                line["quantity"] for line in _line_rows(node)
            ),
            "subtotalPriceSet": column_bag("subtotal"),
            "totalDiscountSet": column_bag("discounts"),
            "totalLineItemsPriceSet": bag(_gross),
            "totalPriceSet": column_bag("total"),
            "totalTaxSet": column_bag("tax"),
            "shippingAddress": lambda node, info: address(
                node.row["shipping_address"], node.row["id"]
            ),
            "billingAddress": constant(None),
            "defaultCursor": lambda node, info: encode_cursor(node.row["id"], node.row["id"]),
        },
    ),
    **typed(
        "AbandonedCheckoutLineItem",
        {
            "id": lambda node, info: gid("AbandonedCheckoutLineItem", node.row["id"]),
            "title": plain("title"),
            "variantTitle": plain("variant_title"),
            "sku": plain("sku"),
            "quantity": plain("quantity"),
            "product": lambda node, info: node.related(
                "product", "product_id", info.context, load_product
            ),
            "variant": lambda node, info: node.related(
                "variant", "variant_id", info.context, load_variant
            ),
            "originalUnitPriceSet": column_bag("unit_price"),
            "discountedUnitPriceSet": column_bag("unit_price"),
            "originalTotalPriceSet": bag(_total),
            "discountedTotalPriceSet": bag(_total),
        },
    ),
    "QueryRoot.abandonedCheckouts": lambda root, info, **args: page(info, CHECKOUTS, args),
    "QueryRoot.abandonedCheckoutsCount": lambda root, info, **args: count(info, CHECKOUTS, args),
}
NODES = {"AbandonedCheckout": find_checkout}
