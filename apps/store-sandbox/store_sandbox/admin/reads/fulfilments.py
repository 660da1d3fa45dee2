"""What was shipped, and what still waits for it.

A store with one location has one fulfillment order per order: it carries the order's number, and
its lines those of the order's lines. Its state follows from what was shipped and taken back.
"""

# ruff: noqa: A006, ARG001, ARG005 - resolvers take what GraphQL hands them
# ruff: noqa: S608 - names in SQL are constants of this package, values are bound

import json
from collections.abc import Sequence
from typing import Any

from store_sandbox.admin.connections import Listing, Page, page, sliced
from store_sandbox.admin.context import Context, Info
from store_sandbox.admin.nodes import Node, batch_of, by_id, children
from store_sandbox.admin.reads.catalog import load_variant
from store_sandbox.admin.reads.columns import (
    Resolver,
    bag,
    constant,
    flag,
    identity,
    moment,
    plain,
    typed,
)
from store_sandbox.admin.reads.inventory import find_location, load_location
from store_sandbox.admin.reads.orders import load_line, load_lines, load_order
from store_sandbox.admin.search import Field
from store_sandbox.admin.wire import gid, parse_gid, when
from store_sandbox.supplier.parcels import order_of
from store_sandbox.world.carriers import Journey, journey

_WAITING = (
    "(SELECT COALESCE(SUM(l.unfulfilled_quantity), 0) FROM order_lines l WHERE l.order_id = o.id)"
)
_SHIPPED = "EXISTS (SELECT 1 FROM fulfillments f WHERE f.order_id = o.id AND f.status = 'SUCCESS')"
_HELD = "EXISTS (SELECT 1 FROM fulfillment_holds h WHERE h.order_id = o.id)"
_STATUS = (
    f"CASE WHEN {_WAITING} > 0 AND o.cancelled_at IS NULL AND {_HELD} THEN 'ON_HOLD'"
    f" WHEN {_WAITING} > 0 AND o.cancelled_at IS NULL THEN"
    f" CASE WHEN {_SHIPPED} THEN 'IN_PROGRESS' ELSE 'OPEN' END"
    f" WHEN o.cancelled_at IS NOT NULL AND NOT {_SHIPPED} THEN 'CANCELLED' ELSE 'CLOSED' END"
)
_ORDERS = (
    "SELECT o.id AS id, o.id AS order_id, o.number, o.created_at, o.updated_at, o.processed_at,"
    f" {_STATUS} AS status FROM orders o"
)
WAITING = Listing(
    "FulfillmentOrder",
    _ORDERS,
    "o.id",
    {
        "id": Field("id", "o.id {}"),
        "order_id": Field("id", "o.id {}"),
        "status": Field("text", f"{_STATUS} {{}}"),
        "updated_at": Field("time", "o.updated_at {}"),
    },
    {"ID": "o.id", "UPDATED_AT": "o.updated_at", "CREATED_AT": "o.created_at"},
)

load_fulfilments = children(
    "Fulfillment",
    "SELECT * FROM fulfillments WHERE order_id IN (SELECT value FROM json_each(?))"
    " ORDER BY order_id, id",
    "order_id",
)
load_shipped = children(
    "FulfillmentLineItem",
    "SELECT * FROM fulfillment_lines WHERE fulfillment_id IN (SELECT value FROM json_each(?))"
    " ORDER BY fulfillment_id, id",
    "fulfillment_id",
)
load_holds = children(
    "FulfillmentHold",
    "SELECT * FROM fulfillment_holds WHERE order_id IN (SELECT value FROM json_each(?))"
    " ORDER BY order_id, id",
    "order_id",
)
load_waiting = by_id(
    "FulfillmentOrder",
    f"{_ORDERS} WHERE o.id IN (SELECT value FROM json_each(?))",
    "order_id",
)


load_waiting_of = by_id(
    "FulfillmentOrder", f"{_ORDERS} WHERE o.id IN (SELECT value FROM json_each(?))", "id"
)
load_own_line = by_id(
    "LineItem", "SELECT * FROM order_lines WHERE id IN (SELECT value FROM json_each(?))", "id"
)


def find_fulfilment(context: Context, number: int | None) -> Node | None:
    """The fulfillment with this id."""
    return context.one("Fulfillment", "SELECT * FROM fulfillments WHERE id = ?", number)


def find_waiting(context: Context, number: int | None) -> Node | None:
    """The fulfillment order with this id, unless its order is too old for the token."""
    found = context.one("FulfillmentOrder", f"{_ORDERS} WHERE o.id = ?", number)
    return None if found is None or found.row["created_at"] < context.oldest_order else found


def _first_location(context: Context) -> Node | None:
    row = context.db.execute("SELECT MIN(id) FROM locations WHERE active = 1").fetchone()
    return find_location(context, row[0])


def _assigned(node: Node, info: Info) -> dict[str, Any]:
    location = _first_location(info.context)
    row = {} if location is None else dict(location.row)
    return {
        "name": row.get("name") or "",
        "address1": row.get("address1"),
        "address2": None,
        "city": row.get("city"),
        "zip": row.get("zip"),
        "phone": None,
        "province": None,
        "location": location,
    }


def _lines(node: Node, info: Info, **args: Any) -> Page:
    found = node.related("lines", "id", info.context, load_lines) or []
    return sliced(batch_of("FulfillmentOrderLineItem", [one.row for one in found]), args)


_ACTIONS = {
    "OPEN": ("CREATE_FULFILLMENT", "HOLD"),
    "IN_PROGRESS": ("CREATE_FULFILLMENT",),
    "ON_HOLD": ("RELEASE_HOLD",),
}


def _actions(node: Node, _info: Info) -> list[dict[str, Any]]:
    possible = _ACTIONS.get(node.row["status"], ())
    return [{"action": action, "externalUrl": None} for action in possible]


def find_hold(context: Context, number: int | None) -> Node | None:
    """The hold with this id."""
    return context.one("FulfillmentHold", "SELECT * FROM fulfillment_holds WHERE id = ?", number)


def _holds(node: Node, info: Info) -> list[Node]:
    found: list[Node] = node.related("holds", "id", info.context, load_holds) or []
    return found if node.row["status"] == "ON_HOLD" else []


def _shipped(node: Node, info: Info) -> list[Node]:
    found: list[Node] = node.related("shipped", "id", info.context, load_shipped) or []
    return found


def _total(node: Node, info: Info) -> int:
    return sum(int(line.row["quantity"]) for line in _shipped(node, info))


def _name(node: Node, info: Info) -> str:
    siblings = node.related("of_order", "order_id", info.context, _by_order) or []
    place = siblings.index(node.row["id"]) + 1
    order = node.related("order", "order_id", info.context, load_order)
    return f"#{order.row['number']}-F{place}"


def _by_order(context: Context, nodes: Sequence[Node]) -> dict[int, list[int]]:
    rows = context.rows(
        "SELECT id, order_id FROM fulfillments WHERE order_id IN (SELECT value FROM json_each(?))"
        " ORDER BY id",
        {node.row["order_id"] for node in nodes},
    )
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row["order_id"], []).append(row["id"])
    return found


def _journey(node: Node, info: Info) -> Journey | None:
    """How the parcel travels; a supplier's as he says. None where nobody carries it."""
    seed = info.context.seed
    if seed is None or node.row["status"] == "CANCELLED":
        return None
    numbers = [str(one["number"] or "") for one in json.loads(node.row["tracking"])]
    for number in numbers:
        sent = info.context.db.execute(
            "SELECT ships_at, arrives_at FROM supplier_orders WHERE id = ?", (order_of(number),)
        ).fetchone()
        if sent is not None:
            return Journey(sent["ships_at"], sent["arrives_at"])
    return journey(seed, node.row["order_id"], node.row["created_at"])


def _told(name: str) -> Resolver:
    """A moment of the journey, once the world has come to it."""

    def at(node: Node, info: Info) -> str | None:
        found = _journey(node, info)
        moment = None if found is None else getattr(found, name)
        return None if moment is None or moment > info.context.now else when(moment)

    return at


def _display(node: Node, info: Info) -> str:
    if node.row["status"] == "CANCELLED":
        return "CANCELED"
    found = _journey(node, info)
    if found is None or found.in_transit_at > info.context.now:
        return "FULFILLED"
    return "IN_TRANSIT" if found.delivered_at > info.context.now else "DELIVERED"


def _line_share(discounted: bool) -> Resolver:
    def amount(node: Node, info: Info) -> int:
        line = node.related("line", "line_id", info.context, load_line).row
        whole: int = line["unit_price"] * line["quantity"] - (line["discount"] if discounted else 0)
        return round(whole * int(node.row["quantity"]) / max(1, int(line["quantity"])))

    return bag(amount)


def _of_order(node: Node, info: Info) -> list[Node]:
    found: list[Node] = node.related("fulfilments", "id", info.context, load_fulfilments) or []
    return found


def _many(_root: Any, info: Info, **args: Any) -> Page:
    alive = f"{_STATUS} IN ('OPEN', 'IN_PROGRESS', 'ON_HOLD')"
    open_only = "1" if args.get("includeClosed") else alive
    where = f"o.created_at >= ? AND {open_only}"
    return page(info, WAITING, args, where, (info.context.oldest_order,))


def _waiting_of(node: Node, info: Info, **args: Any) -> Page:
    found = node.related("waiting", "id", info.context, load_waiting_of)
    return sliced([] if found is None else [found], args)


def _fetch(key: str, column: str, loader: Any) -> Resolver:
    return lambda node, info: node.related(key, column, info.context, loader)


_FULFILMENT: dict[str, Resolver] = {
    **identity("Fulfillment"),
    "name": _name,
    "status": plain("status"),
    "displayStatus": _display,
    "createdAt": moment("created_at"),
    "updatedAt": moment("updated_at"),
    "deliveredAt": _told("delivered_at"),
    "inTransitAt": _told("in_transit_at"),
    # No carrier of this world says beforehand when it comes.
    "estimatedDeliveryAt": constant(None),
    "requiresShipping": lambda node, info: any(
        line.related("line", "line_id", info.context, load_line).row["requires_shipping"]
        for line in _shipped(node, info)
    ),
    "totalQuantity": _total,
    "trackingInfo": lambda node, info, first=None: json.loads(node.row["tracking"])[:first],
    "location": _fetch("location", "location_id", load_location),
    "order": _fetch("order", "order_id", load_order),
    "fulfillmentLineItems": lambda node, info, **args: sliced(_shipped(node, info), args),
    "fulfillmentOrders": lambda node, info, **args: sliced(
        [node.related("waiting", "order_id", info.context, load_waiting)], args
    ),
}
_WAITING_ORDER: dict[str, Resolver] = {
    "id": lambda node, info: gid("FulfillmentOrder", node.row["id"]),
    "status": plain("status"),
    "requestStatus": constant("UNSUBMITTED"),
    "createdAt": moment("created_at"),
    "updatedAt": moment("updated_at"),
    "fulfillAt": moment("created_at"),
    "fulfillBy": constant(None),
    "orderId": lambda node, info: gid("Order", node.row["id"]),
    "orderName": lambda node, info: f"#{node.row['number']}",
    "orderProcessedAt": moment("processed_at"),
    "order": _fetch("order", "order_id", load_order),
    "assignedLocation": _assigned,
    "lineItems": _lines,
    "supportedActions": _actions,
    "fulfillmentHolds": _holds,
    "fulfillments": lambda node, info, **args: sliced(_of_order(node, info), args),
}
_WAITING_LINE: dict[str, Resolver] = {
    "id": lambda node, info: gid("FulfillmentOrderLineItem", node.row["id"]),
    "lineItem": _fetch("own", "id", load_own_line),
    "totalQuantity": plain("quantity"),
    "remainingQuantity": plain("unfulfilled_quantity"),
    "requiresShipping": flag("requires_shipping"),
    "productTitle": plain("title"),
    "variantTitle": plain("variant_title"),
    "sku": plain("sku"),
    "vendor": plain("vendor"),
    "variant": _fetch("variant", "variant_id", load_variant),
    "inventoryItemId": lambda node, info: (
        None
        if (variant := node.related("variant", "variant_id", info.context, load_variant)) is None
        else gid("InventoryItem", variant.row["inventory_item_id"])
    ),
}
RESOLVERS: dict[str, Resolver] = {
    **typed("Fulfillment", _FULFILMENT),
    **typed("FulfillmentOrder", _WAITING_ORDER),
    **typed("FulfillmentOrderLineItem", _WAITING_LINE),
    **typed(
        "FulfillmentHold",
        {
            "id": lambda node, info: gid("FulfillmentHold", node.row["id"]),
            "handle": plain("handle"),
            "reason": plain("reason"),
            "reasonNotes": plain("notes"),
            "displayReason": lambda node, info: node.row["reason"].replace("_", " ").capitalize(),
            "heldByRequestingApp": lambda node, info: (
                node.row["client_id"] == info.context.client_id
            ),
        },
    ),
    **typed(
        "FulfillmentLineItem",
        {
            "id": lambda node, info: gid("FulfillmentLineItem", node.row["id"]),
            "quantity": plain("quantity"),
            "lineItem": _fetch("line", "line_id", load_line),
            "originalTotalSet": _line_share(discounted=False),
            "discountedTotalSet": _line_share(discounted=True),
        },
    ),
    "Order.fulfillments": lambda node, info, first=None, query=None: _of_order(node, info)[:first],
    "Order.fulfillmentsCount": lambda node, info: {
        "count": len(_of_order(node, info)),
        "precision": "EXACT",
    },
    "Order.fulfillmentOrders": _waiting_of,
    "QueryRoot.fulfillment": lambda root, info, id: find_fulfilment(
        info.context, parse_gid(id, "Fulfillment")
    ),
    "QueryRoot.fulfillmentOrder": lambda root, info, id: find_waiting(
        info.context, parse_gid(id, "FulfillmentOrder")
    ),
    "QueryRoot.fulfillmentOrders": _many,
}
NODES = {
    "FulfillmentHold": find_hold,
    "Fulfillment": find_fulfilment,
    "FulfillmentOrder": find_waiting,
}
