"""Transactions of orders: one sale for what was paid, one refund for each time money went back.

Their numbers follow from those of the order and the refund, so that both have stable ids.
"""

# ruff: noqa: ARG005 - resolvers take what GraphQL hands them

from typing import Any

from store_sandbox.admin.connections import Page, sliced
from store_sandbox.admin.context import Context, Info
from store_sandbox.admin.nodes import Node, batch_of
from store_sandbox.admin.reads.columns import Resolver, bag, constant, flag, moment, plain, typed
from store_sandbox.admin.reads.orders import find_order, load_order, load_refunds, received
from store_sandbox.admin.wire import gid
from store_sandbox.state.payments import owner_of, refund_number, sale_number

_UNPAID = ("PENDING", "AUTHORIZED", "VOIDED", "EXPIRED")


def sale_of(row: Any) -> dict[str, Any]:
    """The sale of an order's row."""
    pending = row["financial_status"] in _UNPAID
    return {
        **_common(row),
        "id": sale_number(row["id"]),
        "kind": "SALE",
        "status": "PENDING" if pending else "SUCCESS",
        "amount": row["total"],
        "at": row["processed_at"],
    }


def refund_of(order: Any, refund: Any) -> dict[str, Any]:
    """The money that went back with a refund's row."""
    return {
        **_common(order),
        "id": refund_number(refund["id"]),
        "kind": "REFUND",
        "status": "SUCCESS",
        "amount": refund["total"],
        "at": refund["created_at"],
    }


def _common(order: Any) -> dict[str, Any]:
    return {"order_id": order["id"], "gateway": order["gateway"], "test": order["test"]}


def transactions_of(order: Node, context: Context) -> list[Node]:
    """The sale and the refunds of an order, oldest first."""
    refunds = order.related("refunds", "id", context, load_refunds) or []
    rows = [sale_of(order.row)] if order.row["total"] else []
    rows += [refund_of(order.row, one.row) for one in refunds if one.row["total"]]
    return batch_of("OrderTransaction", rows)


def find_transaction(context: Context, number: int | None) -> Node | None:
    """The transaction with this id."""
    table, ident = (None, None) if number is None else owner_of(number)
    if table == "refunds":
        row = context.db.execute("SELECT order_id FROM refunds WHERE id = ?", (ident,)).fetchone()
        ident = None if row is None else row["order_id"]
    order = find_order(context, ident)
    found = [] if order is None else transactions_of(order, context)
    return next((one for one in found if one.row["id"] == number), None)


def _of_refund(node: Node, info: Info, **args: Any) -> Page:
    order = node.related("order", "order_id", info.context, load_order)
    rows = [refund_of(order.row, node.row)] if node.row["total"] else []
    return sliced(batch_of("OrderTransaction", rows), args)


def _parent(node: Node, info: Info) -> Node | None:
    if node.row["kind"] != "REFUND":
        return None
    order = node.related("order", "order_id", info.context, load_order)
    return batch_of("OrderTransaction", [sale_of(order.row)])[0] if received(order, info) else None


def _listed(
    node: Node,
    info: Info,
    capturable: bool | None = None,
    first: int | None = None,
    manuallyResolvable: bool | None = None,  # noqa: N803 - GraphQL's name
) -> list[Node]:
    if capturable or manuallyResolvable:
        return []
    return transactions_of(node, info.context)[:first]


RESOLVERS: dict[str, Resolver] = {
    **typed(
        "OrderTransaction",
        {
            "id": lambda node, info: gid("OrderTransaction", node.row["id"]),
            "kind": plain("kind"),
            "status": plain("status"),
            "amountSet": bag(lambda node, info: node.row["amount"]),
            "gateway": plain("gateway"),
            "formattedGateway": lambda node, info: node.row["gateway"].replace("_", " ").title(),
            "processedAt": moment("at"),
            "createdAt": moment("at"),
            "test": flag("test"),
            "manuallyCapturable": constant(False),
            "paymentId": constant(None),
            "order": lambda node, info: node.related("order", "order_id", info.context, load_order),
            "parentTransaction": _parent,
        },
    ),
    "Order.transactions": _listed,
    "Order.transactionsCount": lambda node, info: {
        "count": len(transactions_of(node, info.context)),
        "precision": "EXACT",
    },
    "Refund.transactions": _of_refund,
}
NODES = {"OrderTransaction": find_transaction}
