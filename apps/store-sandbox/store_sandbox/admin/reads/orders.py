"""Orders, their lines, refunds and adjustments."""

# ruff: noqa: A006, ARG005 - resolvers take what GraphQL hands them

import json
from collections.abc import Sequence
from typing import Any

from store_sandbox.admin.connections import Listing, count, page, sliced
from store_sandbox.admin.context import Context, Info
from store_sandbox.admin.nodes import Node, by_id, children
from store_sandbox.admin.reads import lines
from store_sandbox.admin.reads.columns import (
    Resolver,
    address,
    bag,
    column_bag,
    constant,
    flag,
    identity,
    metafields,
    moment,
    money_bag,
    plain,
    tags,
    typed,
)
from store_sandbox.admin.reads.inventory import load_location
from store_sandbox.admin.reads.order_fields import FIELDS, SORTS
from store_sandbox.admin.wire import gid, parse_gid

ORDERS = Listing("Order", "SELECT orders.* FROM orders", "orders.id", FIELDS, SORTS)

load_lines = children(
    "LineItem",
    "SELECT * FROM order_lines WHERE order_id IN (SELECT value FROM json_each(?))"
    " ORDER BY order_id, id",
    "order_id",
)
load_refunds = children(
    "Refund",
    "SELECT * FROM refunds WHERE order_id IN (SELECT value FROM json_each(?))"
    " ORDER BY order_id, id",
    "order_id",
)
load_refund_lines = children(
    "RefundLineItem",
    "SELECT * FROM refund_lines WHERE refund_id IN (SELECT value FROM json_each(?))"
    " ORDER BY refund_id, id",
    "refund_id",
)
load_adjustments = children(
    "OrderAdjustment",
    "SELECT * FROM order_adjustments WHERE refund_id IN (SELECT value FROM json_each(?))"
    " ORDER BY refund_id, id",
    "refund_id",
)
load_line = by_id(
    "LineItem",
    "SELECT * FROM order_lines WHERE id IN (SELECT value FROM json_each(?))",
    "line_id",
)
load_order = by_id(
    "Order", "SELECT * FROM orders WHERE id IN (SELECT value FROM json_each(?))", "order_id"
)


def _returned(context: Context, nodes: Sequence[Node]) -> dict[int, Any]:
    """Per order: what refund lines took back, in scaled money."""
    rows = context.rows(
        "SELECT r.order_id, SUM(l.subtotal) AS subtotal, SUM(l.tax) AS tax FROM refunds r"
        " JOIN refund_lines l ON l.refund_id = r.id"
        " WHERE r.order_id IN (SELECT value FROM json_each(?)) GROUP BY r.order_id",
        {node.row["id"] for node in nodes},
    )
    return {row["order_id"]: row for row in rows}


def _less(column: str, part: str) -> Resolver:
    def amount(node: Node, info: Info) -> int:
        taken = node.related("returned", "id", info.context, _returned)
        return int(node.row[column]) - (taken[part] if taken else 0)

    return bag(amount)


def _lines(node: Node, info: Info) -> list[Node]:
    found: list[Node] = node.related("lines", "id", info.context, load_lines) or []
    return found


def _refunds(node: Node, info: Info, first: int | None = None) -> list[Node]:
    found: list[Node] = node.related("refunds", "id", info.context, load_refunds) or []
    return found[:first]


def find_order(context: Context, number: int | None) -> Node | None:
    """The order with this id, unless it is too old for the token's scopes."""
    found = context.one("Order", "SELECT * FROM orders WHERE id = ?", number)
    if found is not None and found.row["created_at"] < context.oldest_order:
        return None
    return found


def find_refund(context: Context, number: int | None) -> Node | None:
    """The refund with this id."""
    return context.one("Refund", "SELECT * FROM refunds WHERE id = ?", number)


def find_line(context: Context, number: int | None) -> Node | None:
    """The order line with this id."""
    return context.one("LineItem", "SELECT * FROM order_lines WHERE id = ?", number)


def _shipping_line(node: Node, info: Info) -> dict[str, Any] | None:
    title = node.row["shipping_title"]
    if title is None:
        return None
    amount = money_bag(node.row["shipping"], info)
    return {
        "id": gid("ShippingLine", node.row["id"]),
        "title": title,
        "code": title,
        "source": "shopify",
        "custom": False,
        "originalPriceSet": amount,
        "discountedPriceSet": amount,
        "currentDiscountedPriceSet": amount,
    }


load_disputes = children(
    "OrderDisputeSummary",
    "SELECT * FROM disputes WHERE order_id IN (SELECT value FROM json_each(?))"
    " ORDER BY order_id, id",
    "order_id",
)


def find_dispute(context: Context, number: int | None) -> Node | None:
    """The dispute with this id."""
    return context.one("OrderDisputeSummary", "SELECT * FROM disputes WHERE id = ?", number)


def _same_address(node: Node, _info: Info) -> bool:
    billing, shipping = node.row["billing_address"], node.row["shipping_address"]
    return shipping is not None and billing is not None and bool(billing == shipping)


_LEVELS = ("NONE", "LOW", "MEDIUM", "HIGH")
_ADVICE = {"HIGH": "CANCEL", "MEDIUM": "INVESTIGATE", "LOW": "ACCEPT"}


def _assessments(context: Context, nodes: Sequence[Node]) -> dict[int, list[dict[str, Any]]]:
    rows = context.rows(
        "SELECT * FROM risk_assessments WHERE order_id IN (SELECT value FROM json_each(?))"
        " ORDER BY id",
        {node.row["id"] for node in nodes},
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        told = {"riskLevel": row["risk_level"], "facts": json.loads(row["facts"])}
        found.setdefault(row["order_id"], []).append({**told, "provider": None})
    return found


def _risk(node: Node, info: Info) -> dict[str, Any]:
    """The store's own assessment, then those of apps; the advice follows the gravest."""
    own = node.row["risk_level"]
    found = [] if own is None else [{"riskLevel": own, "facts": [], "provider": None}]
    found += node.related("assessments", "id", info.context, _assessments) or []
    gravest = max(
        (one["riskLevel"] for one in found if one["riskLevel"] in _LEVELS),
        key=_LEVELS.index,
        default="NONE",
    )
    return {"recommendation": _ADVICE.get(gravest, "NONE"), "assessments": found}


def received(node: Node, _info: Info) -> int:
    """What the customer paid, in scaled money."""
    paid = node.row["financial_status"] not in ("PENDING", "AUTHORIZED", "VOIDED", "EXPIRED")
    return int(node.row["total"]) if paid else 0


def _outstanding(node: Node, info: Info) -> int:
    if node.row["cancelled_at"] is not None or node.row["financial_status"] == "VOIDED":
        return 0
    return max(0, int(node.row["total"]) - received(node, info))


def _discount_codes(node: Node, _info: Info) -> Any:
    return json.loads(node.row["discount_codes"])


_ORDER: dict[str, Resolver] = {
    **identity("Order"),
    **metafields("ORDER"),
    "name": lambda node, info: f"#{node.row['number']}",
    "number": plain("number"),
    "createdAt": moment("created_at"),
    "processedAt": moment("processed_at"),
    "updatedAt": moment("updated_at"),
    "cancelledAt": moment("cancelled_at"),
    "cancelReason": plain("cancel_reason"),
    "closedAt": moment("closed_at"),
    "closed": lambda node, info: node.row["closed_at"] is not None,
    "confirmed": constant(True),
    "test": flag("test"),
    "email": plain("email"),
    "phone": plain("phone"),
    "currencyCode": lambda node, info: info.context.shop.currency,
    "presentmentCurrencyCode": lambda node, info: info.context.shop.currency,
    "displayFinancialStatus": plain("financial_status"),
    "displayFulfillmentStatus": plain("fulfillment_status"),
    "taxesIncluded": flag("taxes_included"),
    "tags": tags,
    "note": plain("note"),
    "sourceName": plain("source_name"),
    "paymentGatewayNames": lambda node, info: [node.row["gateway"]],
    "discountCode": lambda node, info: next(iter(_discount_codes(node, info)), None),
    "discountCodes": _discount_codes,
    "subtotalPriceSet": column_bag("subtotal"),
    "currentSubtotalPriceSet": _less("subtotal", "subtotal"),
    "totalPriceSet": column_bag("total"),
    "originalTotalPriceSet": column_bag("total"),
    "currentTotalPriceSet": bag(lambda node, info: node.row["total"] - node.row["refunded"]),
    "totalDiscountsSet": column_bag("discounts"),
    "currentTotalDiscountsSet": bag(
        lambda node, info: sum(
            round(line.row["discount"] * line.row["current_quantity"] / (line.row["quantity"] or 1))
            for line in _lines(node, info)
        )
    ),
    "totalShippingPriceSet": column_bag("shipping"),
    "totalTaxSet": column_bag("tax"),
    "currentTotalTaxSet": _less("tax", "tax"),
    "totalRefundedSet": column_bag("refunded"),
    "totalRefundedShippingSet": bag(lambda node, info: 0),
    "totalReceivedSet": bag(received),
    "totalOutstandingSet": bag(_outstanding),
    "netPaymentSet": bag(lambda node, info: received(node, info) - node.row["refunded"]),
    "subtotalLineItemsQuantity": lambda node, info: sum(
        line.row["quantity"] for line in _lines(node, info)
    ),
    "currentSubtotalLineItemsQuantity": lambda node, info: sum(
        line.row["current_quantity"] for line in _lines(node, info)
    ),
    "lineItems": lambda node, info, **args: sliced(_lines(node, info), args),
    "refunds": _refunds,
    "shippingLine": _shipping_line,
    "shippingAddress": lambda node, info: address(node.row["shipping_address"], node.row["id"]),
    "billingAddress": lambda node, info: address(node.row["billing_address"], node.row["id"]),
    "clientIp": plain("client_ip"),
    "fullyPaid": lambda node, info: _outstanding(node, info) == 0,
    "unpaid": lambda node, info: received(node, info) == 0,
    "refundable": lambda node, info: received(node, info) > node.row["refunded"],
    "fulfillable": lambda node, info: node.row["fulfillment_status"] != "FULFILLED",
    "requiresShipping": lambda node, info: any(
        line.row["requires_shipping"] for line in _lines(node, info)
    ),
    "risk": _risk,
    "disputes": lambda node, info: (
        node.related("disputes", "id", info.context, load_disputes) or []
    ),
    "billingAddressMatchesShippingAddress": _same_address,
}
_REFUND: dict[str, Resolver] = {
    **identity("Refund"),
    "createdAt": moment("created_at"),
    "updatedAt": moment("updated_at"),
    "processedAt": moment("created_at"),
    "note": plain("note"),
    "totalRefundedSet": column_bag("total"),
    "refundLineItems": lambda node, info, **args: sliced(
        node.related("lines", "id", info.context, load_refund_lines) or [], args
    ),
    "orderAdjustments": lambda node, info, **args: sliced(
        node.related("adjustments", "id", info.context, load_adjustments) or [], args
    ),
    "order": lambda node, info: node.related("order", "order_id", info.context, load_order),
}
RESOLVERS: dict[str, Resolver] = {
    **typed("Order", _ORDER),
    **lines.RESOLVERS,
    **typed("Refund", _REFUND),
    **typed(
        "OrderDisputeSummary",
        {
            "id": lambda node, info: gid("OrderDisputeSummary", node.row["id"]),
            "initiatedAs": plain("initiated_as"),
            "status": plain("status"),
        },
    ),
    **typed(
        "RefundLineItem",
        {
            "id": lambda node, info: gid("RefundLineItem", node.row["id"]),
            "lineItem": lambda node, info: node.related("line", "line_id", info.context, load_line),
            "quantity": plain("quantity"),
            "restockType": plain("restock_type"),
            "restocked": lambda node, info: node.row["restock_type"] != "NO_RESTOCK",
            "priceSet": column_bag("price"),
            "subtotalSet": column_bag("subtotal"),
            "totalTaxSet": column_bag("tax"),
            "location": lambda node, info: node.related(
                "location", "location_id", info.context, load_location
            ),
        },
    ),
    **typed(
        "OrderAdjustment",
        {
            "id": lambda node, info: gid("OrderAdjustment", node.row["id"]),
            "amountSet": column_bag("amount"),
            "taxAmountSet": column_bag("tax"),
            "reason": plain("reason"),
        },
    ),
    "QueryRoot.orders": lambda root, info, **args: page(
        info, ORDERS, args, "orders.created_at >= ?", (info.context.oldest_order,)
    ),
    "QueryRoot.ordersCount": lambda root, info, **args: count(
        info, ORDERS, args, "orders.created_at >= ?", (info.context.oldest_order,)
    ),
    "QueryRoot.order": lambda root, info, id: find_order(info.context, parse_gid(id, "Order")),
    "QueryRoot.refund": lambda root, info, id: find_refund(info.context, parse_gid(id, "Refund")),
}
NODES = {
    "OrderDisputeSummary": find_dispute,
    "Order": find_order,
    "Refund": find_refund,
    "LineItem": find_line,
}
