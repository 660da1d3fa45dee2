"""Holding a fulfillment order back, and letting it go on."""

from typing import Any

from store_sandbox.admin.wire import gid, parse_gid
from store_sandbox.admin.writes.outcome import Payload, Write, refuse
from store_sandbox.world.tables import ship_after_all

_MOST = 10
_NOT_FOUND = "FULFILLMENT_ORDER_NOT_FOUND"


def hold(write: Write, args: dict[str, Any]) -> Payload:
    """`fulfillmentOrderHold`: several holds at once are told apart by their handle."""
    given, row = args["fulfillmentHold"], _order(write, args["id"])
    if given.get("fulfillmentOrderLineItems"):
        message = "The fulfillment order cannot be split."
        raise refuse(["fulfillmentHold"], message, "FULFILLMENT_ORDER_NOT_SPLITTABLE")
    mine = [one for one in _holds(write, row["id"]) if one["client_id"] == write.client_id]
    handle = given.get("handle") or ""
    if any((one["handle"] or "") == handle for one in mine):
        message = "The handle is taken by another of your holds."
        raise refuse(["fulfillmentHold", "handle"], message, "DUPLICATE_FULFILLMENT_HOLD_HANDLE")
    if len(mine) >= _MOST:
        message = "The limit of holds for this app has been reached."
        raise refuse(["id"], message, "FULFILLMENT_ORDER_HOLD_LIMIT_REACHED")
    tx = write.tx
    number = tx.next_ids("fulfillment_holds")[0]
    row_of_hold = {
        "id": number, "order_id": row["id"], "client_id": write.client_id, "handle": handle,
        "reason": given["reason"], "notes": given.get("reasonNotes"), "missed": 0,
        "created_at": tx.now,
    }  # fmt: skip
    tx.insert("fulfillment_holds", [row_of_hold])
    _changed(write, row["id"], None, {"hold": handle, "reason": given["reason"]})
    return {
        "fulfillmentHold": number, "fulfillmentOrder": row["id"],
        "remainingFulfillmentOrder": None, "userErrors": [],
    }  # fmt: skip


def release(write: Write, args: dict[str, Any]) -> Payload:
    """`fulfillmentOrderReleaseHold`: the holds named, or all of them."""
    row = _order(write, args["id"])
    named = args.get("holdIds")
    wanted = None if named is None else {parse_gid(one, "FulfillmentHold") for one in named}
    gone = [one for one in _holds(write, row["id"]) if wanted is None or one["id"] in wanted]
    for one in gone:
        write.tx.connection.execute("DELETE FROM fulfillment_holds WHERE id = ?", (one["id"],))
    if any(one["missed"] for one in gone) and not _holds(write, row["id"]):
        ship_after_all(write.tx, row["id"])
    _changed(write, row["id"], {"holds": [one["handle"] for one in gone]}, None)
    return {"fulfillmentOrder": row["id"], "userErrors": []}


def _order(write: Write, ident: str) -> Any:
    row = write.row("orders", parse_gid(ident, "FulfillmentOrder"))
    if row is None:
        raise refuse(["id"], "Fulfillment order does not exist.", _NOT_FOUND)
    if row["cancelled_at"] is not None or row["fulfillment_status"] == "FULFILLED":
        raise refuse(["id"], "The fulfillment order is not open.", "TAKEN")
    return row


def _holds(write: Write, order_id: int) -> list[Any]:
    sql = "SELECT * FROM fulfillment_holds WHERE order_id = ? ORDER BY id"
    return write.tx.connection.execute(sql, (order_id,)).fetchall()


def _changed(write: Write, order_id: int, before: Any, after: Any) -> None:
    write.tx.update("orders", order_id, {})
    write.tx.changed("orders/updated", order_id)
    write.journal(gid("FulfillmentOrder", order_id) or "", before, after)
