"""Inventory items, their levels and the locations that hold them."""

# ruff: noqa: A002, A006, ARG001, ARG005, N803 - resolvers take what GraphQL hands them
# ruff: noqa: S608 - names in SQL are constants of this package, values are bound

from typing import Any

from store_sandbox.admin.connections import Listing, Page, page, sliced
from store_sandbox.admin.context import Context, Info
from store_sandbox.admin.failures import fail
from store_sandbox.admin.nodes import Batch, Node, by_id, children
from store_sandbox.admin.reads.catalog import load_variant
from store_sandbox.admin.reads.columns import (
    Resolver,
    constant,
    flag,
    identity,
    moment,
    money_v2,
    plain,
    typed,
)
from store_sandbox.admin.search import Field
from store_sandbox.admin.wire import gid, level_gid, parse_gid, parse_level_gid, when

ITEMS = Listing(
    "InventoryItem",
    "SELECT inventory_items.* FROM inventory_items",
    "inventory_items.id",
    {
        "": Field(
            "text", "(SELECT v.sku FROM variants v WHERE v.id = inventory_items.variant_id) {}"
        ),
        "id": Field("id", "inventory_items.id {}"),
        "sku": Field(
            "text", "(SELECT v.sku FROM variants v WHERE v.id = inventory_items.variant_id) {}"
        ),
        "created_at": Field("time", "inventory_items.created_at {}"),
        "updated_at": Field("time", "inventory_items.updated_at {}"),
    },
    {"ID": "inventory_items.id"},
)
LOCATIONS = Listing(
    "Location",
    "SELECT locations.* FROM locations",
    "locations.id",
    {
        "": Field("words", "name {}"),
        "id": Field("id", "locations.id {}"),
        "name": Field("words", "name {}"),
        "active": Field("flag", "active {}"),
        "created_at": Field("time", "created_at {}"),
    },
    {"ID": "locations.id", "NAME": "locations.name COLLATE NOCASE"},
)
_LEVEL = "SELECT location_id AS id, * FROM inventory_levels"
NAMES = (
    "available",
    "committed",
    "damaged",
    "incoming",
    "on_hand",
    "quality_control",
    "reserved",
    "safety_stock",
)
STORED = frozenset({"available", "committed", "incoming", "on_hand"})

load_item = by_id(
    "InventoryItem",
    "SELECT * FROM inventory_items WHERE id IN (SELECT value FROM json_each(?))",
    "item_id",
)
load_item_of_variant = by_id(
    "InventoryItem",
    "SELECT * FROM inventory_items WHERE id IN (SELECT value FROM json_each(?))",
    "inventory_item_id",
)
load_location = by_id(
    "Location",
    "SELECT * FROM locations WHERE id IN (SELECT value FROM json_each(?))",
    "location_id",
)
load_levels = children(
    "InventoryLevel",
    f"{_LEVEL} WHERE item_id IN (SELECT value FROM json_each(?)) ORDER BY item_id, location_id",
    "item_id",
)


def find_item(context: Context, number: int | None) -> Node | None:
    """The inventory item with this id."""
    return context.one("InventoryItem", "SELECT * FROM inventory_items WHERE id = ?", number)


def find_location(context: Context, number: int | None) -> Node | None:
    """The location with this id."""
    return context.one("Location", "SELECT * FROM locations WHERE id = ?", number)


def find_level(context: Context, location: int | None, item: int | None) -> Node | None:
    """The level of an item at a location."""
    row = context.db.execute(
        f"{_LEVEL} WHERE location_id = ? AND item_id = ?", (location, item)
    ).fetchone()
    return None if row is None else Node("InventoryLevel", row, Batch())


def level_by_gid(context: Context, text: str) -> Node | None:
    """The level of a compound global id."""
    parts = parse_level_gid(text)
    return None if parts is None else find_level(context, *parts)


def _levels(node: Node, info: Info) -> list[Node]:
    found: list[Node] = node.related("levels", "id", info.context, load_levels) or []
    return found


def _item_level(
    node: Node, info: Info, locationId: str, includeInactive: bool = False
) -> Node | None:
    wanted = parse_gid(locationId, "Location")
    return next((lv for lv in _levels(node, info) if lv.row["location_id"] == wanted), None)


def _location_level(
    node: Node, info: Info, inventoryItemId: str, includeInactive: bool = False
) -> Node | None:
    return find_level(info.context, node.row["id"], parse_gid(inventoryItemId, "InventoryItem"))


def _location_levels(node: Node, info: Info, **args: Any) -> Page:
    listing = Listing(
        "InventoryLevel",
        "SELECT inventory_levels.item_id AS id, inventory_levels.* FROM inventory_levels",
        "inventory_levels.item_id",
        {
            "inventory_item_id": Field("id", "item_id {}"),
            "updated_at": Field("time", "updated_at {}"),
        },
        {},
    )
    return page(info, listing, args, "location_id = ?", (node.row["id"],))


def _quantities(node: Node, _info: Info, names: list[str]) -> list[dict[str, Any]]:
    row = node.row
    found = []
    for name in names:
        if name not in NAMES:
            raise fail(f"Invalid quantity name: {name}", "INVALID_FIELD_ARGUMENTS")
        base = level_gid(row["location_id"], row["item_id"])
        found.append(
            {
                "id": base.replace("InventoryLevel", "InventoryQuantity") + f"&name={name}",
                "name": name,
                "quantity": row[name] if name in STORED else 0,
                "updatedAt": when(row["updated_at"]),
            }
        )
    return found


def _address(node: Node, _info: Info) -> dict[str, Any]:
    row = node.row
    keys = ("address1", "city", "zip", "country_code")
    return {
        "address1": row["address1"],
        "address2": None,
        "city": row["city"],
        "zip": row["zip"],
        "country": row["country_code"],
        "countryCode": row["country_code"],
        "province": None,
        "provinceCode": None,
        "phone": None,
        "formatted": [row[key] for key in keys if row[key]],
    }


def _sku(node: Node, info: Info) -> str | None:
    variant = node.related("variant", "variant_id", info.context, load_variant)
    return None if variant is None else variant.row["sku"]


def _variants(node: Node, info: Info, **args: Any) -> Page:
    variant = node.related("variant", "variant_id", info.context, load_variant)
    return sliced([] if variant is None else [variant], args)


def _cost(node: Node, info: Info) -> dict[str, str] | None:
    cost = node.row["unit_cost"]
    return None if cost is None else money_v2(cost, info)


def _locations(_root: Any, info: Info, **args: Any) -> Page:
    return page(info, LOCATIONS, args, "1" if args.get("includeInactive") else "active = 1")


def _location(_root: Any, info: Info, id: str | None = None) -> Node | None:
    if id is not None:
        return find_location(info.context, parse_gid(id, "Location"))
    row = info.context.db.execute("SELECT MIN(id) FROM locations WHERE active = 1").fetchone()
    return find_location(info.context, row[0])


def _change(group: dict[str, Any], info: Info, **args: Any) -> list[dict[str, Any]]:
    def keep(change: dict[str, Any], name: str, key: str, kind: str) -> bool:
        wanted = args.get(name)
        return wanted is None or gid(kind, change[key]) in wanted

    names = args.get("quantityNames")
    return [
        {
            "name": change["name"],
            "delta": change["delta"],
            "quantityAfterChange": change.get("after"),
            "ledgerDocumentUri": change.get("ledger"),
            "item": find_item(info.context, change["item"]),
            "location": find_location(info.context, change["location"]),
        }
        for change in group["changes"]
        if keep(change, "inventoryItemIds", "item", "InventoryItem")
        and keep(change, "locationIds", "location", "Location")
        and (names is None or change["name"] in names)
    ]


RESOLVERS: dict[str, Resolver] = {
    **typed(
        "InventoryItem",
        {
            **identity("InventoryItem"),
            "sku": _sku,
            "tracked": flag("tracked"),
            "unitCost": _cost,
            "requiresShipping": flag("requires_shipping"),
            "countryCodeOfOrigin": plain("country_code_of_origin"),
            "createdAt": moment("created_at"),
            "updatedAt": moment("updated_at"),
            "inventoryLevel": _item_level,
            "inventoryLevels": lambda node, info, **args: sliced(_levels(node, info), args),
            "locationsCount": lambda node, info: {
                "count": len(_levels(node, info)),
                "precision": "EXACT",
            },
            "variants": _variants,
            "variant": lambda node, info: node.related(
                "variant", "variant_id", info.context, load_variant
            ),
        },
    ),
    **typed(
        "InventoryLevel",
        {
            "id": lambda node, info: level_gid(node.row["location_id"], node.row["item_id"]),
            "quantities": _quantities,
            "item": lambda node, info: node.related("item", "item_id", info.context, load_item),
            "location": lambda node, info: node.related(
                "location", "location_id", info.context, load_location
            ),
            "canDeactivate": constant(False),
            "deactivationAlert": constant(None),
            "isActive": constant(True),
            "createdAt": moment("created_at"),
            "updatedAt": moment("updated_at"),
        },
    ),
    **typed(
        "Location",
        {
            **identity("Location"),
            "name": plain("name"),
            "isActive": flag("active"),
            "isPrimary": constant(True),
            "fulfillsOnlineOrders": constant(True),
            "hasActiveInventory": constant(True),
            "shipsInventory": constant(True),
            "activatable": constant(True),
            "deactivatable": constant(False),
            "deletable": constant(False),
            "addressVerified": constant(False),
            "address": _address,
            "createdAt": moment("created_at"),
            "updatedAt": moment("updated_at"),
            "inventoryLevel": _location_level,
            "inventoryLevels": _location_levels,
        },
    ),
    "InventoryAdjustmentGroup.changes": _change,
    "ProductVariant.inventoryItem": lambda node, info: node.related(
        "item", "inventory_item_id", info.context, load_item_of_variant
    ),
    "QueryRoot.inventoryItems": lambda root, info, **args: page(info, ITEMS, args),
    "QueryRoot.inventoryItem": lambda root, info, id: find_item(
        info.context, parse_gid(id, "InventoryItem")
    ),
    "QueryRoot.inventoryLevel": lambda root, info, id: level_by_gid(info.context, id),
    "QueryRoot.locations": _locations,
    "QueryRoot.location": _location,
}
NODES = {"InventoryItem": find_item, "Location": find_location}
