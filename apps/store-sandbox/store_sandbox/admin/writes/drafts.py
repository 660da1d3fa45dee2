"""New products, each with the one variant every product has."""

from typing import Any

from store_sandbox.admin.failures import user_error
from store_sandbox.admin.wire import gid, join_tags, parse_gid, split_tags
from store_sandbox.admin.writes.collections import free_handle, join, slug
from store_sandbox.admin.writes.outcome import Payload, Refused, Write, refuse

_LONGEST = 255
_LABELS = (
    ("title", "Title", "title"),
    ("handle", "Handle", "handle"),
    ("vendor", "Vendor", "vendor"),
    ("productType", "Product type", "product_type"),
)


def create(write: Write, args: dict[str, Any]) -> Payload:
    """`productCreate`: the product, a default variant without price, its item on the shelf."""
    given = args.get("product") or {}
    values = _values(write, given)
    joined = [
        (place, parse_gid(text, "Collection"))
        for place, text in enumerate(given.get("collectionsToJoin") or [])
    ]
    for _, collection in joined:
        if write.row("collections", collection) is None:
            raise refuse(["collectionsToJoin"], "Collection does not exist")
    tx = write.tx
    number = tx.next_ids("products")[0]
    stamps = {"created_at": tx.now, "updated_at": tx.now}
    tx.insert("products", [{"id": number, **values, **stamps}])
    default_variant(write, number)
    for _, collection in joined:
        if collection is not None:
            join(write, collection, [number])
            tx.changed("collections/update", collection)
    tx.changed("products/create", number)
    write.journal(gid("Product", number) or "", None, {"title": values["title"]})
    return {"product": number, "userErrors": []}


def _values(write: Write, given: dict[str, Any]) -> dict[str, Any]:
    errors = []
    if not (given.get("title") or "").strip():
        errors.append(user_error(["title"], "Title can't be blank"))
    for name, label, _ in _LABELS:
        if len(given.get(name) or "") > _LONGEST:
            message = f"{label} is too long (maximum is {_LONGEST} characters)"
            errors.append(user_error([name], message))
    tags = join_tags(given.get("tags") or [])
    if len(split_tags(tags)) > 250:
        errors.append(user_error(["tags"], "Tags cannot be more than 250"))
    handle = given.get("handle")
    sql = "SELECT 1 FROM products WHERE handle = ?"
    if handle and write.tx.connection.execute(sql, (handle,)).fetchone():
        message = f"Handle '{handle}' already in use. Please provide a new handle."
        errors.append(user_error(["input", "handle"], message))
    if errors:
        raise Refused(*errors)
    return {
        "title": given["title"],
        "handle": handle or free_handle(write, "products", slug(given["title"])),
        "vendor": given.get("vendor") or "",
        "product_type": given.get("productType") or "",
        "status": given.get("status") or "ACTIVE",
        "description_html": given.get("descriptionHtml") or "",
        "tags": tags,
    }


def default_variant(write: Write, product: int) -> int:
    """A variant without price, its item on the shelf; its number."""
    tx = write.tx
    stamps = {"created_at": tx.now, "updated_at": tx.now}
    variant, item = tx.next_ids("variants")[0], tx.next_ids("inventory_items")[0]
    row = {"id": variant, "product_id": product, "inventory_item_id": item, "price": 0}
    tx.insert("variants", [{**row, **stamps}])
    tx.insert("inventory_items", [{"id": item, "variant_id": variant, "tracked": 0, **stamps}])
    location = tx.connection.execute("SELECT MIN(id) FROM locations WHERE active = 1").fetchone()[0]
    if location is not None:
        tx.insert("inventory_levels", [{"item_id": item, "location_id": location, **stamps}])
    return variant
