"""Refunds: lines back, shipping back, and the difference as an order adjustment."""

# ruff: noqa: S608 - names in SQL are constants of this package, values are bound

from typing import Any

from store_sandbox.admin.wire import gid, parse_gid
from store_sandbox.admin.writes.inventory import stock_moved
from store_sandbox.admin.writes.outcome import Payload, Write, refuse, shown
from store_sandbox.state import from_scaled, payments, to_scaled, to_seconds


def create(write: Write, args: dict[str, Any]) -> Payload:
    """`refundCreate`: quantities are checked, money beyond the order's payment is refused."""
    given = args["input"]
    order = write.row("orders", parse_gid(given["orderId"], "Order"))
    if order is None:
        raise refuse(["orderId"], "Order does not exist")
    lines = [_line(write, order, place, item) for place, item in enumerate(_items(given))]
    goods = sum(line["subtotal"] + line["tax"] for line in lines)
    shipping = _shipping(order, given.get("shipping"))
    paid = given.get("transactions")
    amount = sum(to_scaled(item["amount"]) for item in paid) if paid else goods + shipping
    received = order["total"] if order["financial_status"] not in ("PENDING", "VOIDED") else 0
    left = received - order["refunded"]
    if amount > left and not given.get("allowOverRefunding"):
        message = (
            f"Refund amount ${from_scaled(amount):.2f} is greater than"
            f" net payment received ${from_scaled(left):.2f}"
        )
        raise refuse(None, message)
    number = _store(write, order, given, lines, amount)
    if amount != goods:
        _adjust(write, order, number, goods - amount, shipping)
    _settle(write, order, amount)
    write.journal(gid("Refund", number) or "", None, {"amount": shown(amount)})
    return {"order": order["id"], "refund": number, "userErrors": []}


def _items(given: dict[str, Any]) -> list[dict[str, Any]]:
    return given.get("refundLineItems") or []


def _line(write: Write, order: Any, place: int, item: dict[str, Any]) -> dict[str, Any]:
    at = ["refundLineItems", str(place)]
    row = write.row("order_lines", parse_gid(item["lineItemId"], "LineItem"))
    if row is None or row["order_id"] != order["id"]:
        raise refuse([*at, "lineItemId"], "Line item does not exist")
    if item["quantity"] > row["current_quantity"]:
        message = "Quantity cannot refund more items than were purchased"
        raise refuse([*at, "quantity"], message)
    net = row["unit_price"] * row["quantity"] - row["discount"]
    return {
        "line_id": row["id"],
        "quantity": item["quantity"],
        "restock_type": item.get("restockType") or "NO_RESTOCK",
        "price": row["unit_price"],
        "subtotal": _share(net, row, item["quantity"]),
        "tax": 0 if order["taxes_included"] else _share(row["tax"], row, item["quantity"]),
        "location_id": parse_gid(item["locationId"], "Location")
        if item.get("locationId")
        else None,
    }


def _share(amount: int, row: Any, quantity: int) -> int:
    """The part of a line's amount that some of its units carry; the last take the rest."""
    before = row["quantity"] - row["current_quantity"]
    done = amount * before // row["quantity"] // 100 * 100
    upto = before + quantity
    total = amount if upto == row["quantity"] else amount * upto // row["quantity"] // 100 * 100
    return int(total - done)


def _shipping(order: Any, given: dict[str, Any] | None) -> int:
    if not given:
        return 0
    if given.get("fullRefund"):
        return int(order["shipping"])
    return to_scaled(given["amount"]) if given.get("amount") is not None else 0


def _store(
    write: Write, order: Any, given: dict[str, Any], lines: list[dict[str, Any]], amount: int
) -> int:
    tx = write.tx
    number = tx.next_ids("refunds")[0]
    processed = given.get("processedAt")
    at = tx.now if processed is None else to_seconds(processed)
    row = {"id": number, "order_id": order["id"], "note": given.get("note"), "total": amount}
    tx.insert("refunds", [{**row, "created_at": at, "updated_at": tx.now}])
    idents = tx.next_ids("refund_lines", len(lines))
    tx.insert(
        "refund_lines",
        [
            {**line, "id": ident, "refund_id": number}
            for ident, line in zip(idents, lines, strict=True)
        ],
    )
    for line in lines:
        tx.connection.execute(
            "UPDATE order_lines SET current_quantity = current_quantity - :n,"
            " unfulfilled_quantity = MAX(0, unfulfilled_quantity - :n) WHERE id = :id",
            {"n": line["quantity"], "id": line["line_id"]},
        )
        if line["restock_type"] in ("RETURN", "CANCEL"):
            restock(write, line)
    tx.changed("refunds/create", number)
    if amount:
        tx.changed(payments.TOPIC, payments.refund_number(number))
    return number


def restock(write: Write, line: dict[str, Any]) -> None:
    """Put units of an order line back on the shelf they came from."""
    row = write.tx.connection.execute(
        "SELECT l.* FROM order_lines o JOIN variants v ON v.id = o.variant_id"
        " JOIN inventory_levels l ON l.item_id = v.inventory_item_id WHERE o.id = ?"
        " ORDER BY l.location_id IS NOT ?, l.location_id LIMIT 1",
        (line["line_id"], line["location_id"]),
    ).fetchone()
    if row is None:
        return
    back = (
        "committed = MAX(0, committed - :n), on_hand = on_hand + :n - MIN(:n, committed)"
        if line["restock_type"] == "CANCEL"
        else "on_hand = on_hand + :n"
    )
    write.tx.connection.execute(
        f"UPDATE inventory_levels SET available = available + :n, {back}, updated_at = :now"
        " WHERE item_id = :item AND location_id = :location",
        {
            "n": line["quantity"],
            "now": write.tx.now,
            "item": row["item_id"],
            "location": row["location_id"],
        },
    )
    stock_moved(write, row["item_id"], row["location_id"])


def _adjust(write: Write, order: Any, refund: int, difference: int, shipping: int) -> None:
    """Money that is not the goods': shipping given back, or a discrepancy."""
    rest = difference + shipping
    rows = [(-shipping, None), (rest, "REFUND_DISCREPANCY")]
    kept = [(amount, reason) for amount, reason in rows if amount]
    idents = write.tx.next_ids("order_adjustments", len(kept))
    write.tx.insert(
        "order_adjustments",
        [
            {
                "id": ident,
                "refund_id": refund,
                "order_id": order["id"],
                "amount": amount,
                "reason": reason,
            }
            for ident, (amount, reason) in zip(idents, kept, strict=True)
        ],
    )


def _settle(write: Write, order: Any, amount: int) -> None:
    refunded = order["refunded"] + amount
    status = order["financial_status"]
    if amount and status not in ("PENDING", "VOIDED"):
        status = "REFUNDED" if refunded >= order["total"] else "PARTIALLY_REFUNDED"
    write.tx.update("orders", order["id"], {"refunded": refunded, "financial_status": status})
    write.tx.changed("orders/updated", order["id"])
    if order["customer_id"] is not None:
        write.tx.connection.execute(
            "UPDATE customers SET amount_spent = amount_spent - ?, updated_at = ? WHERE id = ?",
            (amount, write.tx.now, order["customer_id"]),
        )
        write.tx.changed("customers/update", order["customer_id"])
