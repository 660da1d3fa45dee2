"""Collections and the products in them."""

# ruff: noqa: A006, ARG005 - resolvers take what GraphQL hands them

from typing import Any

from store_sandbox.admin.connections import Listing, Page, count, page
from store_sandbox.admin.context import Context, Info
from store_sandbox.admin.nodes import Node
from store_sandbox.admin.reads.catalog import description
from store_sandbox.admin.reads.catalog_fields import PRODUCTS
from store_sandbox.admin.reads.columns import (
    Resolver,
    constant,
    identity,
    metafields,
    moment,
    plain,
    typed,
)
from store_sandbox.admin.search import Field
from store_sandbox.admin.wire import parse_gid

_CONTAINS = (
    "EXISTS (SELECT 1 FROM collection_products c"
    " WHERE c.collection_id = collections.id AND c.product_id {})"
)
COLLECTIONS = Listing(
    "Collection",
    "SELECT collections.* FROM collections",
    "collections.id",
    {
        "": Field("words", "title {}"),
        "id": Field("id", "collections.id {}"),
        "title": Field("words", "title {}"),
        "handle": Field("text", "handle {}"),
        "updated_at": Field("time", "collections.updated_at {}"),
        "collection_type": Field("choice", "custom=1|smart=0"),
        "product_id": Field("id", _CONTAINS),
    },
    {
        "ID": "collections.id",
        "TITLE": "collections.title COLLATE NOCASE",
        "UPDATED_AT": "collections.updated_at",
    },
)
_OF = (
    "(SELECT {} FROM collection_products c"
    " WHERE c.collection_id = {} AND c.product_id = products.id)"
)
# how a collection shows its products when nobody asks for another order
_ORDERS = {
    "ALPHA_ASC": ("TITLE", False),
    "ALPHA_DESC": ("TITLE", True),
    "CREATED": ("CREATED", False),
    "CREATED_DESC": ("CREATED", True),
}


def find_collection(context: Context, number: int | None) -> Node | None:
    """The collection with this id."""
    return context.one("Collection", "SELECT * FROM collections WHERE id = ?", number)


def _products(node: Node, info: Info, **args: Any) -> Page:
    ident = int(node.row["id"])
    position = _OF.format("c.position", ident)
    sorts = {**PRODUCTS.sorts, "MANUAL": position, "CREATED": "products.created_at"}
    listing = Listing(PRODUCTS.kind, PRODUCTS.sql, PRODUCTS.ident, PRODUCTS.fields, sorts)
    key = args.get("sortKey") or "COLLECTION_DEFAULT"
    if key == "COLLECTION_DEFAULT":
        key, turned = _ORDERS.get(node.row["sort_order"], ("MANUAL", False))
        args = {**args, "reverse": bool(args.get("reverse")) != turned}
    where = "products.id IN (SELECT product_id FROM collection_products WHERE collection_id = ?)"
    return page(info, listing, {**args, "sortKey": key}, where, (ident,))


def _of_product(node: Node, info: Info, **args: Any) -> Page:
    where = "collections.id IN (SELECT collection_id FROM collection_products WHERE product_id = ?)"
    return page(info, COLLECTIONS, args, where, (node.row["id"],))


def _product_count(node: Node, info: Info) -> dict[str, Any]:
    sql = "SELECT COUNT(*) FROM collection_products WHERE collection_id = ?"
    found = info.context.db.execute(sql, (node.row["id"],)).fetchone()[0]
    return {"count": found, "precision": "EXACT"}


def _has(node: Node, info: Info, id: str) -> bool:  # noqa: A002 - GraphQL's name
    sql = "SELECT 1 FROM collection_products WHERE collection_id = ? AND product_id = ?"
    key = (node.row["id"], parse_gid(id, "Product"))
    return info.context.db.execute(sql, key).fetchone() is not None


def _by_handle(context: Context, handle: str) -> Node | None:
    sql = "SELECT id FROM collections WHERE handle = ?"
    row = context.db.execute(sql, (handle,)).fetchone()
    return None if row is None else find_collection(context, row["id"])


def _by_identifier(_root: Any, info: Info, identifier: dict[str, Any]) -> Node | None:
    if "id" in identifier:
        return find_collection(info.context, parse_gid(identifier["id"], "Collection"))
    return _by_handle(info.context, identifier["handle"])


RESOLVERS: dict[str, Resolver] = {
    **typed(
        "Collection",
        {
            **identity("Collection"),
            **metafields("COLLECTION"),
            "title": plain("title"),
            "handle": plain("handle"),
            "description": description,
            "descriptionHtml": plain("description_html"),
            "sortOrder": plain("sort_order"),
            "templateSuffix": constant(None),
            "updatedAt": moment("updated_at"),
            "hasProduct": _has,
            "products": _products,
            "productsCount": _product_count,
        },
    ),
    "Product.collections": _of_product,
    "QueryRoot.collection": lambda root, info, id: find_collection(
        info.context, parse_gid(id, "Collection")
    ),
    "QueryRoot.collections": lambda root, info, **args: page(info, COLLECTIONS, args),
    "QueryRoot.collectionsCount": lambda root, info, **args: count(info, COLLECTIONS, args),
    "QueryRoot.collectionByHandle": lambda root, info, handle: _by_handle(info.context, handle),
    "QueryRoot.collectionByIdentifier": _by_identifier,
}
NODES = {"Collection": find_collection}
