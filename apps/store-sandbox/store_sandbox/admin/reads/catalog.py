"""Products and their variants."""

# ruff: noqa: A006, ARG001, ARG005, N803 - resolvers take what GraphQL hands them

import html
import json
import re
from collections.abc import Sequence
from typing import Any

from store_sandbox.admin.connections import Page, count, page, sliced
from store_sandbox.admin.context import Context, Info
from store_sandbox.admin.nodes import Node, by_id, children
from store_sandbox.admin.reads.catalog_fields import PRODUCTS, VARIANTS
from store_sandbox.admin.reads.columns import (
    Resolver,
    constant,
    flag,
    identity,
    metafields,
    moment,
    money,
    money_v2,
    plain,
    tags,
    typed,
)
from store_sandbox.admin.wire import gid, parse_gid

load_variants = children(
    "ProductVariant",
    "SELECT * FROM variants WHERE product_id IN (SELECT value FROM json_each(?))"
    " ORDER BY product_id, position, id",
    "product_id",
)
load_product = by_id(
    "Product",
    "SELECT * FROM products WHERE id IN (SELECT value FROM json_each(?))",
    "product_id",
)
load_variant = by_id(
    "ProductVariant",
    "SELECT * FROM variants WHERE id IN (SELECT value FROM json_each(?))",
    "variant_id",
)


def _stock(context: Context, nodes: Sequence[Node]) -> dict[int, int]:
    """Sellable units per variant over all locations."""
    rows = context.rows(
        "SELECT v.id, SUM(l.available) AS available FROM variants v"
        " JOIN inventory_levels l ON l.item_id = v.inventory_item_id"
        " WHERE v.id IN (SELECT value FROM json_each(?)) GROUP BY v.id",
        {node.row["id"] for node in nodes},
    )
    return {row["id"]: row["available"] for row in rows}


def _available(node: Node, info: Info) -> int:
    return node.related("stock", "id", info.context, _stock) or 0


def _tracked(context: Context, nodes: Sequence[Node]) -> dict[int, int]:
    rows = context.rows(
        "SELECT variant_id, tracked FROM inventory_items"
        " WHERE variant_id IN (SELECT value FROM json_each(?))",
        {node.row["id"] for node in nodes},
    )
    return {row["variant_id"]: row["tracked"] for row in rows}


def _is_tracked(node: Node, info: Info) -> bool:
    return bool(node.related("tracked", "id", info.context, _tracked))


def _variants(node: Node, info: Info) -> list[Node]:
    found: list[Node] = node.related("variants", "id", info.context, load_variants) or []
    return found


def _media_count(node: Node, info: Info) -> dict[str, Any]:
    sql = "SELECT COUNT(*) FROM product_files WHERE product_id = ?"
    found = info.context.db.execute(sql, (node.row["id"],)).fetchone()[0]
    return {"count": found, "precision": "EXACT"}


def _variant_page(node: Node, info: Info, **args: Any) -> Page:
    found = _variants(node, info)
    if args.get("sortKey") == "ID":
        found = sorted(found, key=lambda variant: variant.row["id"])
    return sliced(found, args)


def _available_for_sale(node: Node, info: Info) -> bool:
    if node.row["inventory_policy"] == "CONTINUE" or not _is_tracked(node, info):
        return True
    return _available(node, info) > 0


def _price_range(node: Node, info: Info) -> dict[str, Any]:
    prices = [variant.row["price"] for variant in _variants(node, info)] or [0]
    return {
        "minVariantPrice": money_v2(min(prices), info),
        "maxVariantPrice": money_v2(max(prices), info),
    }


def description(node: Node, _info: Info, truncateAt: int | None = None) -> str:
    """The description without its tags, cut to a length when asked."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", node.row["description_html"]))
    text = " ".join(text.split())
    if truncateAt is None or len(text) <= truncateAt:
        return text
    return text[: max(0, truncateAt - 3)] + "..."


def _options(node: Node, info: Info, first: int | None = None) -> list[Any]:
    stored = json.loads(node.row["options"]) or [{"name": "Title", "values": ["Default Title"]}]
    base = node.row["id"] * 10
    return [
        {
            "id": gid("ProductOption", base + place),
            "name": option["name"],
            "position": place,
            "values": option["values"],
            "optionValues": [
                {
                    "id": gid("ProductOptionValue", (base + place) * 100 + rank),
                    "name": value,
                    "hasVariants": True,
                }
                for rank, value in enumerate(option["values"], 1)
            ],
        }
        for place, option in enumerate(stored[:first], 1)
    ]


def _selected(node: Node, _info: Info) -> list[dict[str, str]]:
    stored: list[dict[str, str]] = json.loads(node.row["options"])
    return stored or [{"name": "Title", "value": "Default Title"}]


def _display_name(node: Node, info: Info) -> str:
    product = node.related("product", "product_id", info.context, load_product)
    return f"{product.row['title']} - {node.row['title']}"


def _by_identifier(_root: Any, info: Info, identifier: dict[str, Any]) -> Node | None:
    if "id" in identifier:
        return find_product(info.context, parse_gid(identifier["id"], "Product"))
    row = info.context.db.execute(
        "SELECT id FROM products WHERE handle = ?", (identifier["handle"],)
    ).fetchone()
    return None if row is None else find_product(info.context, row["id"])


def find_product(context: Context, number: int | None) -> Node | None:
    """The product with this id."""
    return context.one("Product", "SELECT * FROM products WHERE id = ?", number)


def find_variant(context: Context, number: int | None) -> Node | None:
    """The variant with this id."""
    return context.one("ProductVariant", "SELECT * FROM variants WHERE id = ?", number)


_PRODUCT: dict[str, Resolver] = {
    **identity("Product"),
    **metafields("PRODUCT"),
    "title": plain("title"),
    "handle": plain("handle"),
    "vendor": plain("vendor"),
    "productType": plain("product_type"),
    "status": plain("status"),
    "description": description,
    "descriptionHtml": plain("description_html"),
    "tags": tags,
    "createdAt": moment("created_at"),
    "updatedAt": moment("updated_at"),
    "publishedAt": moment("published_at"),
    "totalInventory": lambda node, info: sum(
        _available(variant, info) for variant in _variants(node, info) if _is_tracked(variant, info)
    ),
    "tracksInventory": lambda node, info: any(
        _is_tracked(variant, info) for variant in _variants(node, info)
    ),
    "hasOnlyDefaultVariant": lambda node, info: (
        [variant.row["title"] for variant in _variants(node, info)] == ["Default Title"]
    ),
    "hasOutOfStockVariants": lambda node, info: any(
        _is_tracked(variant, info) and _available(variant, info) <= 0
        for variant in _variants(node, info)
    ),
    "isGiftCard": constant(False),
    "options": _options,
    "variants": _variant_page,
    "variantsCount": lambda node, info: {
        "count": len(_variants(node, info)),
        "precision": "EXACT",
    },
    "mediaCount": _media_count,
    "priceRangeV2": _price_range,
    "onlineStoreUrl": constant(None),
    "templateSuffix": constant(None),
    "seo": constant({"title": None, "description": None}),
}
_VARIANT: dict[str, Resolver] = {
    **identity("ProductVariant"),
    **metafields("PRODUCTVARIANT"),
    "title": plain("title"),
    "displayName": _display_name,
    "sku": plain("sku"),
    "barcode": plain("barcode"),
    "position": plain("position"),
    "price": money("price"),
    "compareAtPrice": money("compare_at_price"),
    "inventoryPolicy": plain("inventory_policy"),
    "inventoryQuantity": _available,
    "sellableOnlineQuantity": _available,
    "availableForSale": _available_for_sale,
    "taxable": flag("taxable"),
    "selectedOptions": _selected,
    "product": lambda node, info: node.related("product", "product_id", info.context, load_product),
    "createdAt": moment("created_at"),
    "updatedAt": moment("updated_at"),
}
RESOLVERS: dict[str, Resolver] = {
    **typed("Product", _PRODUCT),
    **typed("ProductVariant", _VARIANT),
    "QueryRoot.products": lambda root, info, **args: page(info, PRODUCTS, args),
    "QueryRoot.productsCount": lambda root, info, **args: count(info, PRODUCTS, args),
    "QueryRoot.product": lambda root, info, id: find_product(
        info.context, parse_gid(id, "Product")
    ),
    "QueryRoot.productByIdentifier": _by_identifier,
    "QueryRoot.productVariants": lambda root, info, **args: page(info, VARIANTS, args),
    "QueryRoot.productVariantsCount": lambda root, info, **args: count(info, VARIANTS, args),
    "QueryRoot.productVariant": lambda root, info, id: find_variant(
        info.context, parse_gid(id, "ProductVariant")
    ),
}
NODES = {"Product": find_product, "ProductVariant": find_variant}
