"""Shipping what a fulfillment order holds, and taking that back."""

import json
from typing import Any

from store_sandbox.admin.failures import fail
from store_sandbox.admin.wire import gid, parse_gid
from store_sandbox.admin.writes.inventory import stock_moved
from store_sandbox.admin.writes.outcome import Payload, Write, refuse

_UNFULFILLABLE = "Fulfillment order {} has an unfulfillable status= {}."
_TOO_MANY = "Invalid fulfillment order line item quantity requested."


def create(write: Write, args: dict[str, Any]) -> Payload:
    """`fulfillmentCreate`: whole fulfillment orders, or some units of some lines."""
    given = args["fulfillment"]
    groups = given["lineItemsByFulfillmentOrder"]
    orders = {_order(write, group["fulfillmentOrderId"])["id"] for group in groups}
    if len(orders) != 1:
        raise refuse(["fulfillment"], "All fulfillment orders must belong to the same order.")
    (order_id,) = orders
    units = [unit for group in groups for unit in _units(write, order_id, group)]
    if not units:
        raise refuse(["fulfillment"], "Fulfillment order line items are already fulfilled.")
    tx = write.tx
    number = tx.next_ids("fulfillments")[0]
    location = tx.connection.execute("SELECT MIN(id) FROM locations WHERE active = 1").fetchone()[0]
    row = {
        "id": number,
        "order_id": order_id,
        "location_id": location,
        "tracking": json.dumps(_tracking(given.get("trackingInfo"))),
        "created_at": tx.now,
        "updated_at": tx.now,
    }
    tx.insert("fulfillments", [row])
    add_lines(write, number, units)
    for line_id, quantity in units:
        _move(write, line_id, quantity)
    _settle(write, order_id)
    tx.changed("fulfillments/create", number)
    write.journal(gid("Fulfillment", number) or "", None, {"order": gid("Order", order_id)})
    return {"fulfillment": number, "userErrors": []}


def add_lines(write: Write, number: int, units: list[tuple[int, int]]) -> None:
    """The lines of a fulfillment: (order line, quantity) each."""
    idents = write.tx.next_ids("fulfillment_lines", len(units))
    write.tx.insert(
        "fulfillment_lines",
        [
            {"id": ident, "fulfillment_id": number, "line_id": line, "quantity": quantity}
            for ident, (line, quantity) in zip(idents, units, strict=True)
        ],
    )


def _order(write: Write, ident: str) -> Any:
    number = parse_gid(ident, "FulfillmentOrder")
    if not number:
        raise fail("invalid id", "RESOURCE_NOT_FOUND")
    row = write.row("orders", number)
    if row is None:
        raise refuse(["fulfillment"], "Fulfillment order does not exist.")
    if row["cancelled_at"] is not None:
        raise refuse(["fulfillment"], _UNFULFILLABLE.format(number, "cancelled"))
    if row["fulfillment_status"] == "FULFILLED":
        raise refuse(["fulfillment"], _UNFULFILLABLE.format(number, "closed"))
    if is_held(write, number):
        raise refuse(["fulfillment"], _UNFULFILLABLE.format(number, "on_hold"))
    return row


def is_held(write: Write, order_id: int) -> bool:
    """Whether somebody asked that nothing of it leaves."""
    held = write.tx.connection.execute(
        "SELECT 1 FROM fulfillment_holds WHERE order_id = ? LIMIT 1", (order_id,)
    )
    return held.fetchone() is not None


def _units(write: Write, order_id: int, group: dict[str, Any]) -> list[tuple[int, int]]:
    rows = write.tx.connection.execute(
        "SELECT id, unfulfilled_quantity FROM order_lines WHERE order_id = ? ORDER BY id",
        (order_id,),
    ).fetchall()
    waiting = {row["id"]: row["unfulfilled_quantity"] for row in rows}
    chosen = group.get("fulfillmentOrderLineItems")
    if not chosen:
        return [(line, quantity) for line, quantity in waiting.items() if quantity]
    found = []
    for item in chosen:
        line = parse_gid(item["id"], "FulfillmentOrderLineItem")
        if line is None or line not in waiting:
            raise refuse(["fulfillment"], "Fulfillment order line item does not exist.")
        if not 1 <= item["quantity"] <= waiting[line]:
            raise refuse(["fulfillment"], _TOO_MANY)
        waiting[line] -= item["quantity"]
        found.append((line, item["quantity"]))
    return found


def _tracking(given: dict[str, Any] | None) -> list[dict[str, Any]]:
    if not given:
        return []
    numbers = given.get("numbers") or ([given["number"]] if given.get("number") else [])
    urls = given.get("urls") or ([given["url"]] if given.get("url") else [])
    count = max(len(numbers), len(urls), 1 if given.get("company") else 0)
    return [
        {
            "company": given.get("company"),
            "number": numbers[place] if place < len(numbers) else None,
            "url": urls[place] if place < len(urls) else None,
        }
        for place in range(count)
    ]


def _move(write: Write, line_id: int, quantity: int) -> None:
    """Units leave the shelf they were committed on (negative: they come back)."""
    db = write.tx.connection
    db.execute(
        "UPDATE order_lines SET unfulfilled_quantity = unfulfilled_quantity - ? WHERE id = ?",
        (quantity, line_id),
    )
    row = db.execute(
        "SELECT l.* FROM order_lines o JOIN variants v ON v.id = o.variant_id"
        " JOIN inventory_items i ON i.id = v.inventory_item_id AND i.tracked = 1"
        " JOIN inventory_levels l ON l.item_id = i.id WHERE o.id = ?"
        " ORDER BY l.location_id LIMIT 1",
        (line_id,),
    ).fetchone()
    # an order that never claimed stock has none committed
    units = None if row is None else min(quantity, row["committed"])
    if not units:
        return
    db.execute(
        "UPDATE inventory_levels SET committed = committed - :n, on_hand = on_hand - :n,"
        " updated_at = :now WHERE item_id = :item AND location_id = :location",
        {
            "n": units,
            "now": write.tx.now,
            "item": row["item_id"],
            "location": row["location_id"],
        },
    )
    stock_moved(write, row["item_id"], row["location_id"])


def _settle(write: Write, order_id: int) -> None:
    """The order's state after units left or came back."""
    db = write.tx.connection
    waiting = db.execute(
        "SELECT COALESCE(SUM(unfulfilled_quantity), 0) FROM order_lines WHERE order_id = ?",
        (order_id,),
    ).fetchone()[0]
    shipped = db.execute(
        "SELECT EXISTS (SELECT 1 FROM fulfillments WHERE order_id = ? AND status = 'SUCCESS')",
        (order_id,),
    ).fetchone()[0]
    row = write.row("orders", order_id)
    status = "FULFILLED" if not waiting else "PARTIALLY_FULFILLED" if shipped else "UNFULFILLED"
    paid = row["financial_status"] in ("PAID", "PARTIALLY_REFUNDED", "REFUNDED")
    closed = (row["closed_at"] or write.tx.now) if status == "FULFILLED" and paid else None
    values = {"fulfillment_status": status, "closed_at": closed}
    write.tx.update("orders", order_id, values)
    write.tx.changed("orders/updated", order_id)
    if status == "FULFILLED":
        write.tx.changed("orders/fulfilled", order_id)
    elif status == "PARTIALLY_FULFILLED":
        write.tx.changed("orders/partially_fulfilled", order_id)


def track(write: Write, args: dict[str, Any]) -> Payload:
    """`fulfillmentTrackingInfoUpdate`."""
    row = write.row("fulfillments", parse_gid(args["fulfillmentId"], "Fulfillment"))
    if row is None:
        raise refuse(["fulfillmentId"], "Fulfillment does not exist.")
    if row["status"] == "CANCELLED":
        raise refuse(["fulfillmentId"], "Fulfillment is cancelled.")
    tracking = _tracking(args["trackingInfoInput"])
    write.tx.update("fulfillments", row["id"], {"tracking": json.dumps(tracking)})
    write.tx.changed("fulfillments/update", row["id"])
    write.tx.update("orders", row["order_id"], {})
    write.tx.changed("orders/updated", row["order_id"])
    before = json.loads(row["tracking"])
    write.journal(gid("Fulfillment", row["id"]) or "", before, tracking)
    return {"fulfillment": row["id"], "userErrors": []}


def cancel(write: Write, args: dict[str, Any]) -> Payload:
    """`fulfillmentCancel`: its units wait again."""
    row = write.row("fulfillments", parse_gid(args["id"], "Fulfillment"))
    if row is None:
        raise refuse(["id"], "Fulfillment not found.")
    if row["status"] == "CANCELLED":
        raise refuse(["id"], "Fulfillment is already cancelled.")
    lines = write.tx.connection.execute(
        "SELECT line_id, quantity FROM fulfillment_lines WHERE fulfillment_id = ?", (row["id"],)
    ).fetchall()
    write.tx.update("fulfillments", row["id"], {"status": "CANCELLED"})
    for line in lines:
        _move(write, line["line_id"], -line["quantity"])
    _settle(write, row["order_id"])
    write.tx.changed("fulfillments/update", row["id"])
    write.journal(gid("Fulfillment", row["id"]) or "", {"status": "SUCCESS"}, None)
    return {"fulfillment": row["id"], "userErrors": []}
