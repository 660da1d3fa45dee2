"""Returns a merchant opens, closes, opens again and cancels; the money goes by a refund.

What is exchanged is only noted with the return: it joins the order, its stock and its balance
when a merchant processes the return, which nobody does here.
"""

from collections import Counter
from typing import Any

from store_sandbox.admin.reads.returns import reason_of
from store_sandbox.admin.wire import gid, parse_gid
from store_sandbox.admin.writes.outcome import Payload, Write, refuse


def create(write: Write, args: dict[str, Any]) -> Payload:
    """`returnCreate`: units that were shipped and are not on their way back already."""
    given = args["returnInput"]
    for place, item in enumerate(given["returnLineItems"]):
        _check_reason(item, ["returnInput", "returnLineItems", str(place)])
    order = write.row("orders", parse_gid(given["orderId"], "Order"))
    if order is None:
        raise refuse(["returnInput", "orderId"], "Order does not exist.", "NOT_FOUND")
    if not given["returnLineItems"]:
        at = ["returnInput", "returnLineItems"]
        raise refuse(at, "Return line items can't be blank.", "BLANK")
    taken: Counter[int] = Counter()
    lines = [
        _line(write, order, place, item, taken)
        for place, item in enumerate(given["returnLineItems"])
    ]
    exchanged = [
        _exchanged(write, place, item)
        for place, item in enumerate(given.get("exchangeLineItems") or ())
    ]
    tx = write.tx
    number = tx.next_ids("returns")[0]
    before = tx.connection.execute(
        "SELECT COUNT(*) FROM returns WHERE order_id = ?", (order["id"],)
    ).fetchone()[0]
    row = {"id": number, "order_id": order["id"], "name": f"#{order['number']}-R{before + 1}"}
    tx.insert("returns", [{**row, "created_at": tx.now, "updated_at": tx.now}])
    idents = tx.next_ids("return_lines", len(lines))
    tx.insert(
        "return_lines",
        [
            {"id": ident, "return_id": number, **line}
            for ident, line in zip(idents, lines, strict=True)
        ],
    )
    idents = tx.next_ids("exchange_lines", len(exchanged))
    tx.insert(
        "exchange_lines",
        [
            {"id": ident, "return_id": number, **line}
            for ident, line in zip(idents, exchanged, strict=True)
        ],
    )
    _tell(write, "returns/approve", number, order["id"])
    units = sum(line["quantity"] for line in lines)
    write.journal(gid("Return", number) or "", None, {"order": order["id"], "units": units})
    return {"return": number, "userErrors": []}


def _line(
    write: Write, order: Any, place: int, item: dict[str, Any], taken: Counter[int]
) -> dict[str, Any]:
    at = ["returnInput", "returnLineItems", str(place)]
    number = parse_gid(item["fulfillmentLineItemId"], "FulfillmentLineItem")
    row = write.tx.connection.execute(
        "SELECT f.*, o.order_id, o.current_quantity FROM fulfillment_lines f"
        " JOIN order_lines o ON o.id = f.line_id"
        " JOIN fulfillments p ON p.id = f.fulfillment_id AND p.status = 'SUCCESS' WHERE f.id = ?",
        (number,),
    ).fetchone()
    if row is None or row["order_id"] != order["id"]:
        message = "Fulfillment Line Item was not found."
        raise refuse([*at, "fulfillmentLineItemId"], message, "NOT_FOUND")
    if item["quantity"] < 1:
        raise refuse([*at, "quantity"], "Quantity must be greater than 0.", "GREATER_THAN")
    on_the_way = write.tx.connection.execute(
        "SELECT COALESCE(SUM(l.quantity), 0) FROM return_lines l JOIN returns r"
        " ON r.id = l.return_id AND r.status IN ('OPEN', 'REQUESTED') WHERE l.line_id = ?",
        (row["line_id"],),
    ).fetchone()[0]
    free = min(row["quantity"], row["current_quantity"] - on_the_way) - taken[row["line_id"]]
    if item["quantity"] > free:
        message = "Return line item has an invalid quantity."
        raise refuse([*at, "quantity"], message, "INVALID")
    taken[row["line_id"]] += item["quantity"]
    return {
        "line_id": row["line_id"],
        "fulfillment_line_id": row["id"],
        "quantity": item["quantity"],
        "reason": _reason(item, at),
        "note": item.get("returnReasonNote") or "",
    }


def _exchanged(write: Write, place: int, item: dict[str, Any]) -> dict[str, Any]:
    """A variant that goes out, as it is called now; no stock is taken for it."""
    at = ["returnInput", "exchangeLineItems", str(place)]
    if item["quantity"] < 1:
        raise refuse([*at, "quantity"], "Quantity must be greater than 0.", "GREATER_THAN")
    variant = write.row("variants", parse_gid(item.get("variantId") or "", "ProductVariant"))
    if variant is None:
        raise refuse([*at, "variantId"], "Variant does not exist.", "NOT_FOUND")
    product = write.row("products", variant["product_id"])
    return {
        "variant_id": variant["id"],
        "product_id": product["id"],
        "quantity": item["quantity"],
        "title": product["title"],
        "variant_title": variant["title"],
        "sku": variant["sku"],
    }


def _check_reason(item: dict[str, Any], at: list[str]) -> None:
    """A return says why, and in words when no reason of the list fits."""
    reason = item.get("returnReason")
    if reason is None and item.get("returnReasonDefinitionId") is None:
        message = "Either return reason or return reason definition must be provided"
        raise refuse(at, f"Return line items {message}", "NOT_FOUND")
    if reason == "OTHER" and not (item.get("returnReasonNote") or "").strip():
        message = 'The note is required when the return reason is "Other"'
        raise refuse(
            [*at, "returnReasonNote"], f"Return line items return reason note {message}", "BLANK"
        )


def _reason(item: dict[str, Any], at: list[str]) -> str:
    ident = item.get("returnReasonDefinitionId")
    if ident is None:
        return item.get("returnReason") or "UNKNOWN"
    found = reason_of(parse_gid(ident, "ReturnReasonDefinition"))
    if found is None:
        message = "Return reason definition does not exist."
        raise refuse([*at, "returnReasonDefinitionId"], message, "NOT_FOUND")
    return found


def close(write: Write, args: dict[str, Any]) -> Payload:
    """`returnClose`: nothing more is expected of it."""
    return _turn(write, args["id"], ("OPEN",), "CLOSED", "returns/close")


def reopen(write: Write, args: dict[str, Any]) -> Payload:
    """`returnReopen`."""
    return _turn(write, args["id"], ("CLOSED",), "OPEN", "returns/reopen")


def cancel(write: Write, args: dict[str, Any]) -> Payload:
    """`returnCancel`: only while nothing of it was refunded."""
    number = parse_gid(args["id"], "Return")
    paid = write.tx.connection.execute(
        "SELECT 1 FROM return_lines l JOIN returns r ON r.id = l.return_id JOIN refund_lines f"
        " ON f.line_id = l.line_id JOIN refunds m ON m.id = f.refund_id"
        " AND m.created_at >= r.created_at WHERE r.id = ?",
        (number,),
    ).fetchone()
    if paid:
        raise refuse(["id"], "Return is not cancelable.", "INVALID_STATE")
    return _turn(write, args["id"], ("OPEN", "REQUESTED"), "CANCELED", "returns/cancel")


def _turn(write: Write, ident: str, allowed: tuple[str, ...], status: str, topic: str) -> Payload:
    row = write.row("returns", parse_gid(ident, "Return"))
    if row is None:
        raise refuse(["id"], "Return does not exist.", "NOT_FOUND")
    # What stands as asked for already is no error.
    if row["status"] != status:
        if row["status"] not in allowed:
            raise refuse(["id"], "Return status is invalid.", "INVALID_STATE")
        closed = write.tx.now if status == "CLOSED" else None
        write.tx.update("returns", row["id"], {"status": status, "closed_at": closed})
        _tell(write, topic, row["id"], row["order_id"])
        before, after = {"status": row["status"]}, {"status": status}
        write.journal(gid("Return", row["id"]) or "", before, after)
    return {"return": row["id"], "userErrors": []}


def _tell(write: Write, topic: str, number: int, order: int) -> None:
    write.tx.update("orders", order, {})
    write.tx.changed(topic, number)
    write.tx.changed("orders/updated", order)
