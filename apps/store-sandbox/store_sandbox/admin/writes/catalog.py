"""Price changes, product edits and deletions."""

from decimal import Decimal
from typing import Any

from store_sandbox.admin.failures import user_error
from store_sandbox.admin.wire import gid, join_tags, parse_gid, split_tags
from store_sandbox.admin.writes.inventory import edit_item
from store_sandbox.admin.writes.outcome import Payload, Refused, Write, refuse, shown
from store_sandbox.state import to_scaled

_TOO_MUCH = Decimal(10) ** 18
_LONGEST = 255


def bulk_update(write: Write, args: dict[str, Any]) -> Payload:
    """`productVariantsBulkUpdate`: all or nothing unless `allowPartialUpdates`."""
    product = write.row("products", parse_gid(args["productId"], "Product"))
    if product is None:
        raise refuse(["productId"], "Product does not exist", "PRODUCT_DOES_NOT_EXIST")
    errors: list[dict[str, Any]] = []
    changed: list[int] = []
    for place, item in enumerate(args["variants"]):
        found = _problems(write, product["id"], place, item)
        if found:
            errors += found
            continue
        if not errors or args["allowPartialUpdates"]:
            changed.append(_update_variant(write, item))
    if errors and not args["allowPartialUpdates"]:
        raise Refused(*errors)
    if changed:
        _touch_product(write, product["id"])
    return {
        "product": product["id"],
        "productVariants": changed or None,
        "userErrors": errors,
    }


def _problems(write: Write, product_id: int, place: int, item: dict[str, Any]) -> list[Any]:
    at = ["variants", str(place)]
    if item.get("id") is None:
        code = "PRODUCT_VARIANT_ID_MISSING"
        return [user_error([*at, "id"], "Product variant is missing ID attribute", code)]
    row = write.row("variants", parse_gid(item["id"], "ProductVariant"))
    if row is None or row["product_id"] != product_id:
        code = "PRODUCT_VARIANT_DOES_NOT_EXIST"
        return [user_error([*at, "id"], "Product variant does not exist", code)]
    found = []
    if "price" in item and item["price"] is None:
        found.append(user_error([*at, "price"], "Price can't be blank", "INVALID_INPUT"))
    for name, label in (("price", "Price"), ("compareAtPrice", "Compare at price")):
        amount = item.get(name)
        if amount is not None and amount < 0:
            message = f"{label} must be greater than or equal to 0"
            found.append(user_error([*at, name], message, "GREATER_THAN_OR_EQUAL_TO"))
        elif amount is not None and amount >= _TOO_MUCH:
            message = "must be less than 1000000000000000000"
            found.append(user_error([*at, name], message, "INVALID_INPUT"))
    return found


def _update_variant(write: Write, item: dict[str, Any]) -> int:
    number = parse_gid(item["id"], "ProductVariant")
    row = write.row("variants", number)
    values: dict[str, Any] = {}
    for name, column in (("price", "price"), ("compareAtPrice", "compare_at_price")):
        if name in item:
            amount = item[name]
            values[column] = None if amount is None else to_scaled(amount)
    for name, column in (("barcode", "barcode"), ("inventoryPolicy", "inventory_policy")):
        if name in item:
            values[column] = item[name]
    if item.get("taxable") is not None:
        values["taxable"] = int(item["taxable"])
    write.tx.update("variants", row["id"], values)
    if item.get("inventoryItem") is not None:
        edit_item(write, row["inventory_item_id"], item["inventoryItem"])
    after = write.row("variants", row["id"])
    write.journal(gid("ProductVariant", row["id"]) or "", _prices(row), _prices(after))
    return int(row["id"])


def _prices(row: Any) -> dict[str, Any]:
    return {
        "price": shown(row["price"]),
        "compareAtPrice": shown(row["compare_at_price"]),
        "sku": row["sku"],
    }


def _touch_product(write: Write, product_id: int) -> None:
    write.tx.update("products", product_id, {})
    write.tx.changed("products/update", product_id)


def update(write: Write, args: dict[str, Any]) -> Payload:
    """`productUpdate`: title, handle, vendor, type, status, description, tags."""
    product = args.get("product") or {}
    row = identified(write, args.get("identifier") or product)
    if row is None:
        raise refuse(["id"], "Product does not exist")
    values, errors = _product_values(write, row, product)
    if errors:
        raise Refused(*errors)
    write.tx.update("products", row["id"], values)
    write.tx.changed("products/update", row["id"])
    before = {name: row[name] for name in values}
    write.journal(gid("Product", row["id"]) or "", before, values)
    return {"product": row["id"], "userErrors": []}


def identified(write: Write, identifier: dict[str, Any]) -> Any:
    """The product that an id or a handle names, None when there is none."""
    if identifier.get("id"):
        return write.row("products", parse_gid(identifier["id"], "Product"))
    sql = "SELECT * FROM products WHERE handle = ?"
    return write.tx.connection.execute(sql, (identifier.get("handle"),)).fetchone()


def _product_values(
    write: Write, row: Any, product: dict[str, Any]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    values: dict[str, Any] = {}
    errors: list[dict[str, Any]] = []
    labels = (
        ("title", "Title", "title"),
        ("vendor", "Vendor", "vendor"),
        ("productType", "Product type", "product_type"),
        ("handle", "Handle", "handle"),
    )
    for name, label, column in labels:
        if product.get(name) is None:
            continue
        text = product[name]
        if len(text) > _LONGEST:
            errors.append(
                user_error([name], f"{label} is too long (maximum is {_LONGEST} characters)")
            )
        elif name == "title" and not text.strip():
            errors.append(user_error(["title"], "Title can't be blank"))
        else:
            values[column] = text
    if "handle" in values and _taken(write, row["id"], values["handle"]):
        message = f"Handle '{values['handle']}' already in use. Please provide a new handle."
        errors.append(user_error(["input", "handle"], message))
    for name, column in (("status", "status"), ("descriptionHtml", "description_html")):
        if product.get(name) is not None:
            values[column] = product[name]
    if product.get("tags") is not None:
        values["tags"] = join_tags(product["tags"])
        if len(split_tags(values["tags"])) > 250:
            errors.append(user_error(["tags"], "Tags cannot be more than 250"))
    return values, errors


def _taken(write: Write, product_id: int, handle: str) -> bool:
    sql = "SELECT 1 FROM products WHERE handle = ? AND id <> ?"
    return write.tx.connection.execute(sql, (handle, product_id)).fetchone() is not None


def delete(write: Write, args: dict[str, Any]) -> Payload:
    """`productDelete`: the product, its variants, items and levels go; order lines stay."""
    row = write.row("products", parse_gid(args["input"]["id"], "Product"))
    if row is None:
        raise refuse(["id"], "Product does not exist")
    write.tx.connection.execute("DELETE FROM products WHERE id = ?", (row["id"],))
    write.tx.changed("products/delete", row["id"])
    write.journal(gid("Product", row["id"]) or "", {"title": row["title"]}, None)
    return {"deletedProductId": gid("Product", row["id"]), "userErrors": []}
