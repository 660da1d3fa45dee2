"""Stock: setting and adjusting quantities with compare-and-swap, editing items."""

# ruff: noqa: S608 - names in SQL are constants of this package, values are bound

from collections import Counter
from typing import Any

from store_sandbox.admin.failures import fail, user_error
from store_sandbox.admin.reads.inventory import NAMES, STORED
from store_sandbox.admin.wire import gid, level_gid, parse_gid, stamp
from store_sandbox.admin.writes.outcome import Payload, Refused, Write, refuse, shown
from store_sandbox.state import from_seconds, to_scaled

_MOST = 1_000_000_000
_ADJUSTABLE = tuple(name for name in NAMES if name not in ("committed", "on_hand"))
REASONS = (
    "correction",
    "cycle_count_available",
    "damaged",
    "movement_canceled",
    "movement_created",
    "movement_received",
    "movement_updated",
    "other",
    "promotion",
    "quality_control",
    "received",
    "reservation_created",
    "reservation_deleted",
    "reservation_updated",
    "restock",
    "safety_stock",
    "shrinkage",
)


def set_quantities(write: Write, args: dict[str, Any]) -> Payload:
    """`inventorySetQuantities` of `available` or `on_hand`."""
    given = args["input"]
    _explicit(given["quantities"], "InventoryQuantityInput")
    errors: list[dict[str, Any]] = []
    if given["name"] not in ("available", "on_hand"):
        message = "The quantity name must be either 'available' or 'on_hand'."
        errors.append(user_error(["input", "name"], message, "INVALID_NAME"))
    errors += _reason(given)
    errors += _bounds(given["quantities"])
    if errors:
        raise Refused(*errors)
    changes: list[dict[str, Any]] = []
    for place, item in enumerate(given["quantities"]):
        at = ["input", "quantities", str(place)]
        row = _level(write, at, item)
        _fresh(at, row[given["name"]], item)
        delta = item["quantity"] - row[given["name"]]
        changes += _shift(write, row, "available", delta, on_hand_too=True)
    return {"inventoryAdjustmentGroup": _group(write, given, changes), "userErrors": []}


def adjust_quantities(write: Write, args: dict[str, Any]) -> Payload:
    """`inventoryAdjustQuantities`: deltas on one named quantity."""
    given = args["input"]
    _explicit(given["changes"], "InventoryChangeInput")
    name = given["name"]
    errors: list[dict[str, Any]] = []
    if name not in _ADJUSTABLE:
        message = (
            f"The specified quantity name is invalid. Valid values are: {', '.join(_ADJUSTABLE)}."
        )
        errors.append(user_error(["input", "name"], message, "INVALID_QUANTITY_NAME"))
    errors += _reason(given)
    if errors:
        raise Refused(*errors)
    changes: list[dict[str, Any]] = []
    for place, item in enumerate(given["changes"]):
        at = ["input", "changes", str(place)]
        row = _level(write, at, item)
        _documented(at, name, item)
        _fresh(at, row[name], item)
        changes += _shift(write, row, name, item["delta"], on_hand_too=name == "available")
    return {"inventoryAdjustmentGroup": _group(write, given, changes), "userErrors": []}


def _explicit(items: list[dict[str, Any]], kind: str) -> None:
    if any("changeFromQuantity" not in item for item in items):
        raise fail(
            f"{kind} must include the following argument: changeFromQuantity.",
            "INVALID_FIELD_ARGUMENTS",
        )


def _reason(given: dict[str, Any]) -> list[dict[str, Any]]:
    errors = []
    if given["reason"] not in REASONS:
        message = f"The specified reason is invalid. Valid values are: {', '.join(REASONS)}."
        errors.append(user_error(["input", "reason"], message, "INVALID_REASON"))
    uri = given.get("referenceDocumentUri")
    if uri is not None and "://" not in uri:
        message = "The specified reference document is not a valid URI."
        at = ["input", "referenceDocumentUri"]
        errors.append(user_error(at, message, "INVALID_REFERENCE_DOCUMENT"))
    return errors


def _bounds(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    errors = []
    pairs = Counter((item["inventoryItemId"], item["locationId"]) for item in items)
    for place, item in enumerate(items):
        at = ["input", "quantities", str(place)]
        if item["quantity"] > _MOST:
            message = "The quantity can't be higher than 1,000,000,000."
            errors.append(user_error([*at, "quantity"], message, "INVALID_QUANTITY_TOO_HIGH"))
        elif item["quantity"] < -_MOST:
            message = "The quantity can't be lower than -1,000,000,000."
            errors.append(user_error([*at, "quantity"], message, "INVALID_QUANTITY_TOO_LOW"))
        if pairs[item["inventoryItemId"], item["locationId"]] > 1:
            message = "The combination of inventoryItemId and locationId must be unique."
            code = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"
            errors.append(user_error([*at, "locationId"], message, code))
    return errors


def _level(write: Write, at: list[str], item: dict[str, Any]) -> Any:
    stock = write.row("inventory_items", parse_gid(item["inventoryItemId"], "InventoryItem"))
    if stock is None:
        message = "The specified inventory item could not be found."
        raise refuse([*at, "inventoryItemId"], message, "INVALID_INVENTORY_ITEM")
    place = write.row("locations", parse_gid(item["locationId"], "Location"))
    if place is None:
        message = "The specified location could not be found."
        raise refuse([*at, "locationId"], message, "INVALID_LOCATION")
    row = _read_level(write, stock["id"], place["id"])
    if row is None:
        # stocking an item at a new location is implicit, as on the real API since 2024-07
        write.tx.insert(
            "inventory_levels",
            [
                {
                    "item_id": stock["id"],
                    "location_id": place["id"],
                    "created_at": write.tx.now,
                    "updated_at": write.tx.now,
                }
            ],
        )
        row = _read_level(write, stock["id"], place["id"])
    return row


def _read_level(write: Write, item_id: int, location_id: int) -> Any:
    sql = "SELECT * FROM inventory_levels WHERE item_id = ? AND location_id = ?"
    return write.tx.connection.execute(sql, (item_id, location_id)).fetchone()


def _documented(at: list[str], name: str, item: dict[str, Any]) -> None:
    uri = item.get("ledgerDocumentUri")
    if name == "available" and uri is not None:
        message = "A ledger document URI is not allowed when adjusting available."
        raise refuse([*at, "ledgerDocumentUri"], message, "INVALID_AVAILABLE_DOCUMENT")
    if name != "available" and uri is None:
        message = "A ledger document URI is required except when adjusting available."
        raise refuse([*at, "ledgerDocumentUri"], message, "INVALID_QUANTITY_DOCUMENT")


def _fresh(at: list[str], current: int, item: dict[str, Any]) -> None:
    expected = item["changeFromQuantity"]
    if expected is not None and expected != current:
        message = "The changeFromQuantity argument no longer matches the persisted quantity."
        raise refuse([*at, "changeFromQuantity"], message, "CHANGE_FROM_QUANTITY_STALE")


def _shift(
    write: Write, row: Any, name: str, delta: int, *, on_hand_too: bool
) -> list[dict[str, Any]]:
    """Move one quantity (and what follows from it) of a level; what really changed."""
    if delta == 0 or name not in STORED:
        return []
    names = (name, "on_hand") if on_hand_too else (name,)
    sets = ", ".join(f"{column} = {column} + :delta" for column in names)
    item_id, location_id = row["item_id"], row["location_id"]
    write.tx.connection.execute(
        f"UPDATE inventory_levels SET {sets}, updated_at = :now"
        " WHERE item_id = :item AND location_id = :location",
        {"delta": delta, "now": write.tx.now, "item": item_id, "location": location_id},
    )
    stock_moved(write, item_id, location_id)
    write.journal(
        level_gid(location_id, item_id),
        {column: row[column] for column in names},
        {column: row[column] + delta for column in names},
    )
    return [
        {
            "name": column,
            "delta": delta,
            "after": row[column] + delta,
            "item": item_id,
            "location": location_id,
        }
        for column in names
    ]


def stock_moved(write: Write, item_id: int, location_id: int) -> None:
    """A stock movement counts as an update of the product, as Shopify documents."""
    write.tx.changed("inventory_levels/update", item_id, location_id=location_id)
    row = write.tx.connection.execute(
        "SELECT v.product_id FROM inventory_items i JOIN variants v ON v.id = i.variant_id"
        " WHERE i.id = ?",
        (item_id,),
    ).fetchone()
    if row is not None:
        write.tx.update("products", row["product_id"], {})
        write.tx.changed("products/update", row["product_id"])


def _group(
    write: Write, given: dict[str, Any], changes: list[dict[str, Any]]
) -> dict[str, Any] | None:
    if not changes:
        return None
    number = write.tx.next_ids("adjustment_groups")[0]
    return {
        "id": gid("InventoryAdjustmentGroup", number),
        "reason": given["reason"],
        "referenceDocumentUri": given.get("referenceDocumentUri"),
        "createdAt": stamp(from_seconds(write.tx.now)),
        "changes": changes,
    }


def edit_item(write: Write, item_id: int, given: dict[str, Any]) -> None:
    """Change cost, tracking, shipping, origin and SKU of an inventory item."""
    values: dict[str, Any] = {}
    if "cost" in given:
        if given["cost"] is not None and given["cost"] < 0:
            message = "Cost must be greater than or equal to 0"
            raise refuse(["input", "cost"], message)
        values["unit_cost"] = None if given["cost"] is None else to_scaled(given["cost"])
    for name, column in (("tracked", "tracked"), ("requiresShipping", "requires_shipping")):
        if given.get(name) is not None:
            values[column] = int(given[name])
    if "countryCodeOfOrigin" in given:
        values["country_code_of_origin"] = given["countryCodeOfOrigin"]
    row = write.row("inventory_items", item_id)
    write.tx.update("inventory_items", item_id, values)
    if "sku" in given:
        write.tx.update("variants", row["variant_id"], {"sku": given["sku"]})
    if "unit_cost" in values:
        write.journal(
            gid("InventoryItem", item_id) or "",
            {"unitCost": shown(row["unit_cost"])},
            {"unitCost": shown(values["unit_cost"])},
        )


def update_item(write: Write, args: dict[str, Any]) -> Payload:
    """`inventoryItemUpdate`."""
    row = write.row("inventory_items", parse_gid(args["id"], "InventoryItem"))
    if row is None:
        message = "The product couldn't be updated because it does not exist."
        raise refuse(["id"], message)
    edit_item(write, row["id"], args["input"])
    return {"inventoryItem": row["id"], "userErrors": []}
