"""Goods on their way back: returns of shipped order lines."""

# ruff: noqa: A006, ARG005 - resolvers take what GraphQL hands them
# ruff: noqa: S608 - names in SQL are constants of this package, values are bound

from collections.abc import Sequence
from typing import Any

from store_sandbox.admin.connections import Page, sliced
from store_sandbox.admin.context import Context, Info
from store_sandbox.admin.nodes import Node, batch_of, children
from store_sandbox.admin.reads.columns import Resolver, constant, moment, plain, typed
from store_sandbox.admin.reads.order_fields import RETURN_STATUS
from store_sandbox.admin.reads.orders import load_order
from store_sandbox.admin.wire import gid, parse_gid

# As `ReturnReason` lists them; a definition's id is a place in this list.
REASONS = (
    "COLOR", "DEFECTIVE", "NOT_AS_DESCRIBED", "OTHER", "SIZE_TOO_LARGE", "SIZE_TOO_SMALL", "STYLE",
    "UNKNOWN", "UNWANTED", "WRONG_ITEM",
)  # fmt: skip
load_returns = children(
    "Return",
    "SELECT * FROM returns WHERE order_id IN (SELECT value FROM json_each(?))"
    " ORDER BY order_id, id",
    "order_id",
)
# Units of refund lines are told to the returns of their line, the oldest return first.
load_return_lines = children(
    "ReturnLineItem",
    "SELECT r.*, t.status AS return_status, MAX(0, MIN(r.quantity,"
    " (SELECT COALESCE(SUM(f.quantity), 0) FROM refund_lines f WHERE f.line_id = r.line_id)"
    " - (SELECT COALESCE(SUM(b.quantity), 0) FROM return_lines b JOIN returns o"
    " ON o.id = b.return_id AND o.status NOT IN ('CANCELED', 'DECLINED')"
    " WHERE b.line_id = r.line_id AND b.id < r.id))) AS refunded"
    " FROM return_lines r JOIN returns t ON t.id = r.return_id"
    " WHERE r.return_id IN (SELECT value FROM json_each(?)) ORDER BY r.return_id, r.id",
    "return_id",
)

load_exchange_lines = children(
    "ExchangeLineItem",
    "SELECT e.*, t.status AS return_status FROM exchange_lines e JOIN returns t"
    " ON t.id = e.return_id WHERE e.return_id IN (SELECT value FROM json_each(?))"
    " ORDER BY e.return_id, e.id",
    "return_id",
)


def find_return(context: Context, number: int | None) -> Node | None:
    """The return with this id."""
    return context.one("Return", "SELECT * FROM returns WHERE id = ?", number)


def find_return_line(context: Context, number: int | None) -> Node | None:
    """The line of a return with this id."""
    found = context.one("Return", "SELECT return_id AS id FROM return_lines WHERE id = ?", number)
    if found is None:
        return None
    lines: list[Node] = found.related("return_lines", "id", context, load_return_lines)
    return next(line for line in lines if line.row["id"] == number)


def find_exchange_line(context: Context, number: int | None) -> Node | None:
    """What goes out with this id."""
    return context.one(
        "ExchangeLineItem",
        "SELECT e.*, t.status AS return_status FROM exchange_lines e JOIN returns t"
        " ON t.id = e.return_id WHERE e.id = ?",
        number,
    )


def _parcels(context: Context, nodes: Sequence[Node]) -> dict[int, Node]:
    """Per line of a return: the line of the parcel that it left in."""
    rows = context.rows(
        "SELECT f.*, r.id AS return_line FROM return_lines r JOIN fulfillment_lines f"
        " ON f.id = COALESCE(r.fulfillment_line_id,"
        " (SELECT MIN(x.id) FROM fulfillment_lines x WHERE x.line_id = r.line_id))"
        " WHERE r.id IN (SELECT value FROM json_each(?))",
        {node.row["id"] for node in nodes},
    )
    return {node.row["return_line"]: node for node in batch_of("FulfillmentLineItem", rows)}


def _statuses(context: Context, nodes: Sequence[Node]) -> dict[int, str]:
    rows = context.rows(
        f"SELECT orders.id, {RETURN_STATUS} AS status FROM orders"
        " WHERE orders.id IN (SELECT value FROM json_each(?))",
        {node.row["id"] for node in nodes},
    )
    return {row["id"]: row["status"] for row in rows}


def _of_order(node: Node, info: Info, **args: Any) -> Page:
    found = node.related("returns", "id", info.context, load_returns) or []
    query = (args.get("query") or "").removeprefix("status:").upper()
    return sliced([one for one in found if query in ("", one.row["status"])], args)


def _lines(node: Node, info: Info) -> list[Node]:
    found: list[Node] = node.related("return_lines", "id", info.context, load_return_lines) or []
    return found


def _exchange_lines(node: Node, info: Info, **args: Any) -> Page:
    found = node.related("exchange_lines", "id", info.context, load_exchange_lines) or []
    asked = args.get("processingStatus")
    if asked == "PROCESSED":
        found = []
    elif asked == "PROCESSABLE":
        found = [one for one in found if _processable(one, info)]
    return sliced(found, args)


def _processable(node: Node, _info: Info) -> int:
    return int(node.row["quantity"]) if node.row["return_status"] == "OPEN" else 0


def _open(node: Node, _info: Info) -> int:
    """Units that came or come back and have no money yet."""
    alive = node.row["return_status"] in ("OPEN", "CLOSED")
    return int(node.row["quantity"] - node.row["refunded"]) if alive else 0


def _processed(node: Node, _info: Info) -> int:
    return int(node.row["quantity"]) if node.row["return_status"] == "CLOSED" else 0


def _unprocessed(node: Node, _info: Info) -> int:
    return int(node.row["quantity"]) if node.row["return_status"] in ("OPEN", "REQUESTED") else 0


def reason_of(number: int | None) -> str | None:
    """The reason a definition's number stands for, None when there is none such."""
    return REASONS[number - 1] if number is not None and 0 < number <= len(REASONS) else None


def _reason(node: Node, _info: Info) -> dict[str, Any]:
    reason = node.row["reason"]
    return {
        "id": gid("ReturnReasonDefinition", REASONS.index(reason) + 1),
        "handle": reason.lower().replace("_", "-"),
        "name": reason.replace("_", " ").capitalize(),
        "deleted": False,
    }


RESOLVERS: dict[str, Resolver] = {
    **typed(
        "Return",
        {
            "id": lambda node, info: gid("Return", node.row["id"]),
            "name": plain("name"),
            "status": plain("status"),
            "createdAt": moment("created_at"),
            "closedAt": moment("closed_at"),
            # the merchant opens every return of this store: none is asked for or declined
            "requestApprovedAt": moment("created_at"),
            "decline": constant(None),
            "order": lambda node, info: node.related("order", "order_id", info.context, load_order),
            "totalQuantity": lambda node, info: sum(
                line.row["quantity"] for line in _lines(node, info)
            ),
            "returnLineItems": lambda node, info, **args: sliced(_lines(node, info), args),
            "exchangeLineItems": _exchange_lines,
        },
    ),
    **typed(
        "ExchangeLineItem",
        {
            "id": lambda node, info: gid("ExchangeLineItem", node.row["id"]),
            # a line joins the order when the return is processed, which nobody does here
            "lineItem": constant(None),
            "lineItems": constant(None),
            "processedQuantity": constant(0),
            "processableQuantity": _processable,
            "unprocessedQuantity": plain("quantity"),
            "quantity": plain("quantity"),
            "productId": lambda node, info: gid("Product", node.row["product_id"]),
            "variantId": lambda node, info: gid("ProductVariant", node.row["variant_id"]),
            "title": plain("title"),
            "variantTitle": plain("variant_title"),
            "variantSku": plain("sku"),
        },
    ),
    **typed(
        "ReturnLineItem",
        {
            "id": lambda node, info: gid("ReturnLineItem", node.row["id"]),
            "quantity": plain("quantity"),
            "returnReason": plain("reason"),
            "returnReasonDefinition": _reason,
            "returnReasonNote": plain("note"),
            "customerNote": constant(None),
            "refundedQuantity": plain("refunded"),
            "refundableQuantity": _open,
            "processedQuantity": _processed,
            "processableQuantity": _unprocessed,
            "unprocessedQuantity": _unprocessed,
            "fulfillmentLineItem": lambda node, info: node.related(
                "parcel", "id", info.context, _parcels
            ),
        },
    ),
    "Order.returnStatus": lambda node, info: node.related(
        "return_status", "id", info.context, _statuses
    ),
    "Order.returns": _of_order,
    "QueryRoot.return": lambda root, info, id: find_return(info.context, parse_gid(id, "Return")),
}
NODES = {
    "ExchangeLineItem": find_exchange_line,
    "Return": find_return,
    "ReturnLineItem": find_return_line,
}
