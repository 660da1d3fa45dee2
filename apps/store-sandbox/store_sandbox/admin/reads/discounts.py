"""Discount codes; how often one was used is counted from the orders that carry it."""

# ruff: noqa: A006, ARG005 - resolvers take what GraphQL hands them
# ruff: noqa: S608 - names in SQL are constants of this package, values are bound

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from store_sandbox.admin.connections import Listing, Page, count, page, sliced
from store_sandbox.admin.context import Context, Info
from store_sandbox.admin.nodes import Node, Tagged, batch_of
from store_sandbox.admin.reads.catalog_fields import PRODUCTS, VARIANTS
from store_sandbox.admin.reads.collections import COLLECTIONS
from store_sandbox.admin.reads.columns import (
    Resolver,
    constant,
    flag,
    moment,
    money_v2,
    plain,
    typed,
)
from store_sandbox.admin.reads.customers import find_customer
from store_sandbox.admin.search import Field
from store_sandbox.admin.wire import gid, parse_gid, price

SHARE = 10_000
DISCOUNTS = Listing(
    "DiscountCodeNode",
    "SELECT discounts.* FROM discounts",
    "discounts.id",
    {
        "": Field("words", "(title || ' ' || code) {}"),
        "id": Field("id", "discounts.id {}"),
        "title": Field("words", "title {}"),
        "code": Field("text", "code {}"),
        "starts_at": Field("time", "starts_at {}"),
        "ends_at": Field("time", "ends_at {}"),
        "created_at": Field("time", "discounts.created_at {}"),
        "updated_at": Field("time", "discounts.updated_at {}"),
    },
    {
        "ID": "discounts.id",
        "TITLE": "discounts.title COLLATE NOCASE",
        "CREATED_AT": "discounts.created_at",
        "UPDATED_AT": "discounts.updated_at",
        "STARTS_AT": "discounts.starts_at",
        "ENDS_AT": "COALESCE(discounts.ends_at, 0)",
    },
)


def find_discount(context: Context, number: int | None) -> Node | None:
    """The discount with this id."""
    return context.one("DiscountCodeNode", "SELECT * FROM discounts WHERE id = ?", number)


# A discount of whichever kind; this store makes codes only.
ANY = replace(DISCOUNTS, kind="DiscountNode")


def _find_any(context: Context, number: int | None) -> Node | None:
    return context.one("DiscountNode", "SELECT * FROM discounts WHERE id = ?", number)


def _by_code(_root: Any, info: Info, code: str) -> Node | None:
    sql = "SELECT id FROM discounts WHERE code = ? COLLATE NOCASE"
    row = info.context.db.execute(sql, (code.strip(),)).fetchone()
    return None if row is None else find_discount(info.context, row["id"])


def _basic(node: Node, _info: Info) -> Node:
    return node.seen_as("DiscountCodeBasic")


def _status(node: Node, info: Info) -> str:
    row, now = node.row, info.context.now
    if row["starts_at"] > now:
        return "SCHEDULED"
    return "EXPIRED" if row["ends_at"] is not None and row["ends_at"] <= now else "ACTIVE"


def _uses(context: Context, nodes: Sequence[Node]) -> dict[str, int]:
    rows = context.rows(
        "SELECT UPPER(d.value) AS code, COUNT(*) AS uses FROM orders, json_each(discount_codes) d"
        " WHERE discount_codes <> '[]' AND UPPER(d.value) IN (SELECT value FROM json_each(?))"
        " GROUP BY 1",
        {node.row["code"].upper() for node in nodes},
    )
    found = {row["code"]: row["uses"] for row in rows}
    return {node.row["code"]: found.get(node.row["code"].upper(), 0) for node in nodes}


def _used(node: Node, info: Info) -> int:
    found: int = node.related("uses", "code", info.context, _uses) or 0
    return found


def _codes(node: Node, info: Info, **args: Any) -> Page:
    row = {"id": node.row["id"], "code": node.row["code"], "uses": _used(node, info)}
    return sliced(batch_of("DiscountRedeemCode", [row]), args)


def _gets(node: Node, info: Info) -> dict[str, Any]:
    row = node.row
    value: Tagged
    if row["percentage"] is not None:
        value = Tagged("DiscountPercentage", {"percentage": row["percentage"] / SHARE})
    else:
        amount = money_v2(row["amount"], info)
        each = bool(row["each_item"])
        value = Tagged("DiscountAmount", {"amount": amount, "appliesOnEachItem": each})
    return {
        "appliesOnOneTimePurchase": True,
        "appliesOnSubscription": False,
        "items": _items(json.loads(row["items"])),
        "value": value,
    }


def _items(items: dict[str, Any]) -> Tagged:
    if items.get("all"):
        return Tagged("AllDiscountItems", {"allItems": True})
    kind = "DiscountCollections" if "collections" in items else "DiscountProducts"
    return Tagged(kind, {"chosen": items})


def _chosen(listing: Listing, key: str) -> Resolver:
    def resolve(source: Tagged, info: Info, **args: Any) -> Page:
        wanted = json.dumps(source["chosen"].get(key, []))
        where = f"{listing.ident} IN (SELECT value FROM json_each(?))"
        return page(info, listing, args, where, (wanted,))

    return resolve


def _minimum(node: Node, info: Info) -> Tagged | None:
    if node.row["minimum"] is None:
        return None
    minimum = json.loads(node.row["minimum"])
    if "subtotal" in minimum:
        amount = money_v2(minimum["subtotal"], info)
        return Tagged("DiscountMinimumSubtotal", {"greaterThanOrEqualToSubtotal": amount})
    quantity = str(minimum["quantity"])
    return Tagged("DiscountMinimumQuantity", {"greaterThanOrEqualToQuantity": quantity})


def _context(node: Node, info: Info) -> Tagged:
    if node.row["customers"] is None:
        return Tagged("DiscountBuyerSelectionAll", {"all": "ALL"})
    found = [find_customer(info.context, number) for number in json.loads(node.row["customers"])]
    return Tagged("DiscountCustomers", {"customers": [one for one in found if one is not None]})


def _combines(node: Node, _info: Info) -> dict[str, bool]:
    chosen = json.loads(node.row["combines"])
    names = ("orderDiscounts", "productDiscounts", "shippingDiscounts")
    return {name: name in chosen for name in names}


def _classes(node: Node, _info: Info) -> list[str]:
    return ["ORDER" if json.loads(node.row["items"]).get("all") else "PRODUCT"]


def _summary(node: Node, info: Info) -> str:
    """In the words of a store that sells in English."""
    row, items = node.row, json.loads(node.row["items"])
    if row["percentage"] is not None:
        off = f"{row['percentage'] * 100 / SHARE:g}% off"
    else:
        off = f"{price(row['amount'])} {info.context.shop.currency} off"
    if items.get("all"):
        what = "one-time purchase products"
    elif "collections" in items:
        what = f"{len(items['collections'])} collections"
    else:
        what = f"{len(items['products']) + len(items['variants'])} products"
    parts = [f"{off} {what}"]
    minimum = json.loads(row["minimum"] or "{}")
    if "subtotal" in minimum:
        least = f"{price(minimum['subtotal'])} {info.context.shop.currency}"
        parts.append(f"Minimum purchase of {least}")
    if "quantity" in minimum:
        parts.append(f"Minimum quantity of {minimum['quantity']}")
    if row["once_per_customer"]:
        parts.append("One use per customer")
    return " \N{BULLET} ".join(parts)


RESOLVERS: dict[str, Resolver] = {
    "DiscountCodeNode.id": lambda node, info: gid("DiscountCodeNode", node.row["id"]),
    "DiscountCodeNode.codeDiscount": _basic,
    **typed(
        "DiscountCodeBasic",
        {
            "title": plain("title"),
            "status": _status,
            "startsAt": moment("starts_at"),
            "endsAt": moment("ends_at"),
            "usageLimit": plain("usage_limit"),
            "asyncUsageCount": _used,
            "appliesOncePerCustomer": flag("once_per_customer"),
            "codes": _codes,
            "codesCount": constant({"count": 1, "precision": "EXACT"}),
            "createdAt": moment("created_at"),
            "updatedAt": moment("updated_at"),
            "customerGets": _gets,
            "minimumRequirement": _minimum,
            "discountClasses": _classes,
            "combinesWith": _combines,
            "context": _context,
            "summary": _summary,
        },
    ),
    **typed(
        "DiscountRedeemCode",
        {
            "id": lambda node, info: gid("DiscountRedeemCode", node.row["id"]),
            "code": plain("code"),
            "asyncUsageCount": plain("uses"),
        },
    ),
    "DiscountProducts.products": _chosen(PRODUCTS, "products"),
    "DiscountProducts.productVariants": _chosen(VARIANTS, "variants"),
    "DiscountCollections.collections": _chosen(COLLECTIONS, "collections"),
    "QueryRoot.codeDiscountNode": lambda root, info, id: find_discount(
        info.context, parse_gid(id, "DiscountCodeNode")
    ),
    "QueryRoot.codeDiscountNodes": lambda root, info, **args: page(info, DISCOUNTS, args),
    "QueryRoot.codeDiscountNodeByCode": _by_code,
    "DiscountNode.id": lambda node, info: gid("DiscountNode", node.row["id"]),
    "DiscountNode.discount": _basic,
    "QueryRoot.discountNode": lambda root, info, id: _find_any(
        info.context, parse_gid(id, "DiscountNode")
    ),
    "QueryRoot.discountNodes": lambda root, info, **args: page(info, ANY, args),
    "QueryRoot.discountNodesCount": lambda root, info, **args: count(info, ANY, args),
}
NODES = {"DiscountCodeNode": find_discount, "DiscountNode": _find_any}
