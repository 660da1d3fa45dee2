"""Cancelling, closing and opening orders."""

from typing import Any

from store_sandbox.admin.failures import user_error
from store_sandbox.admin.wire import gid, parse_gid
from store_sandbox.admin.writes import refunds
from store_sandbox.admin.writes.outcome import Payload, Write, refuse

_PAID = ("PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED")


def cancel(write: Write, args: dict[str, Any]) -> Payload:
    """`orderCancel`: done in the commit of the call; the job it answers is done when asked."""
    row = write.row("orders", parse_gid(args["orderId"], "Order"))
    problem = _problem(write, row)
    if problem is not None:
        code, message = problem
        error = user_error(["orderId"], message, code)
        return {"job": None, "orderCancelUserErrors": [error], "userErrors": [error]}
    method = args.get("refundMethod") or {}
    refund = bool(method.get("originalPaymentMethodsRefund") or args.get("refund"))
    lines = write.tx.connection.execute(
        "SELECT * FROM order_lines WHERE order_id = ? AND current_quantity > 0", (row["id"],)
    ).fetchall()
    kind = "CANCEL" if args["restock"] else "NO_RESTOCK"
    if refund and row["financial_status"] in _PAID:
        _give_back(write, row, lines, kind)
    elif args["restock"]:
        for line in lines:
            back = {"line_id": line["id"], "quantity": line["current_quantity"]}
            refunds.restock(write, {**back, "restock_type": kind, "location_id": None})
    values = {"cancelled_at": write.tx.now, "cancel_reason": args["reason"]}
    if row["financial_status"] in ("PENDING", "AUTHORIZED"):
        values["financial_status"] = "VOIDED"
    write.tx.connection.execute(
        "UPDATE order_lines SET unfulfilled_quantity = 0 WHERE order_id = ?", (row["id"],)
    )
    write.tx.update("orders", row["id"], values)
    for topic in ("orders/cancelled", "orders/updated"):
        write.tx.changed(topic, row["id"])
    write.journal(gid("Order", row["id"]) or "", None, {"reason": args["reason"]})
    return {"job": write.job(), "orderCancelUserErrors": [], "userErrors": []}


def _problem(write: Write, row: Any) -> tuple[str, str] | None:
    if row is None:
        return "NOT_FOUND", "Order does not exist"
    if row["cancelled_at"] is not None:
        return "INVALID", "Order has already been cancelled"
    shipped = write.tx.connection.execute(
        "SELECT 1 FROM fulfillments WHERE order_id = ? AND status = 'SUCCESS'", (row["id"],)
    ).fetchone()
    if shipped or row["fulfillment_status"] == "FULFILLED":
        return "INVALID", "Cannot cancel an order that has outstanding fulfillments"
    return None


def _give_back(write: Write, row: Any, lines: list[Any], kind: str) -> None:
    items = [
        {
            "lineItemId": gid("LineItem", line["id"]),
            "quantity": line["current_quantity"],
            "restockType": kind,
        }
        for line in lines
    ]
    given = {
        "orderId": gid("Order", row["id"]),
        "refundLineItems": items,
        "shipping": {"fullRefund": True},
        "allowOverRefunding": True,
    }
    refunds.create(write, {"input": given})


def close(write: Write, args: dict[str, Any]) -> Payload:
    """`orderClose`: an order nobody has to work on any more."""
    return _set_closed(write, args["input"]["id"], write.tx.now)


def open_again(write: Write, args: dict[str, Any]) -> Payload:
    """`orderOpen`."""
    return _set_closed(write, args["input"]["id"], None)


def _set_closed(write: Write, ident: str, at: int | None) -> Payload:
    row = write.row("orders", parse_gid(ident, "Order"))
    if row is None:
        raise refuse(["id"], "Order does not exist")
    if (row["closed_at"] is None) != (at is None):
        write.tx.update("orders", row["id"], {"closed_at": at})
        write.tx.changed("orders/updated", row["id"])
        write.journal(gid("Order", row["id"]) or "", None, {"closed": at is not None})
    return {"order": row["id"], "userErrors": []}
