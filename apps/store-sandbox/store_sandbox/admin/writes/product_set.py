"""`productSet`: a product with its options and variants in one call, made or made equal."""

import json
from collections.abc import Sequence
from typing import Any

from store_sandbox.admin.failures import user_error
from store_sandbox.admin.wire import gid, join_tags
from store_sandbox.admin.writes.catalog import identified
from store_sandbox.admin.writes.collections import free_handle, slug
from store_sandbox.admin.writes.drafts import default_variant
from store_sandbox.admin.writes.inventory import edit_item
from store_sandbox.admin.writes.outcome import Payload, Refused, Write, refuse
from store_sandbox.state import to_scaled

_LONGEST = 255
_COLUMNS = {
    "title": "title", "handle": "handle", "vendor": "vendor", "productType": "product_type",
    "status": "status", "descriptionHtml": "description_html",
}  # fmt: skip
_DEFAULT = (("Title", "Default Title"),)


def set_product(write: Write, args: dict[str, Any]) -> Payload:
    """Find by `identifier`, else make; variants that are not given go, those given stay or come."""
    given, identifier = args["input"], args.get("identifier") or {}
    if not args["synchronous"]:
        message = "This store sets products while the caller waits: pass synchronous: true"
        raise refuse(["synchronous"], message, "INVALID_INPUT")
    row = identified(write, identifier) if identifier else None
    _check(given, identifier, row)
    tx = write.tx
    values = {_COLUMNS[name]: given[name] for name in _COLUMNS if given.get(name) is not None}
    if given.get("tags") is not None:
        values["tags"] = join_tags(given["tags"])
    if row is None:
        wanted = given.get("handle") or identifier.get("handle") or slug(given["title"])
        number = tx.next_ids("products")[0]
        made = {"status": "ACTIVE", **values, "handle": free_handle(write, "products", wanted)}
        tx.insert("products", [{"id": number, **made, "created_at": tx.now, "updated_at": tx.now}])
        default_variant(write, number)
    else:
        number = row["id"]
        tx.update("products", number, values)
    if given.get("variants") is not None:
        _set_variants(write, number, given)
    if given.get("files") is not None:
        _set_files(write, number, given["files"])
    tx.changed("products/create" if row is None else "products/update", number)
    write.journal(gid("Product", number) or "", None, {"set": sorted(given)})
    return {"product": number, "userErrors": []}


def _check(given: dict[str, Any], identifier: dict[str, Any], row: Any) -> None:
    if row is None and identifier.get("id"):
        raise refuse(["input"], "Product does not exist", "PRODUCT_DOES_NOT_EXIST")
    errors = []
    if row is None and not (given.get("title") or "").strip():
        errors.append(user_error(["input", "title"], "can't be blank", "INVALID_INPUT"))
    too_long = f"is too long (maximum is {_LONGEST} characters)"
    if len(given.get("title") or "") > _LONGEST:
        errors.append(user_error(["input", "title"], too_long, "INVALID_INPUT"))
    handle = given.get("handle") or (slug(given.get("title") or "") if row is None else "")
    for label, text in (
        ("Handle", handle),
        ("Vendor", given.get("vendor")),
        ("Product type", given.get("productType")),
        ("Custom product type", given.get("productType")),
    ):
        if len(text or "") > _LONGEST:
            errors.append(user_error(["input"], f"{label} {too_long}", "INVALID_INPUT"))
    named = identifier.get("handle")
    if named and given.get("handle") not in (None, named):
        message = "The identifier value does not match the value of the corresponding field"
        errors.append(user_error(["identifier"], message, "INPUT_MISMATCH"))
    if given.get("variants") is not None and not given.get("productOptions"):
        message = "Product options input is required when updating variants"
        errors.append(user_error(["input"], message, "PRODUCT_OPTIONS_INPUT_MISSING"))
    if errors:
        raise Refused(*errors)


def _set_files(write: Write, product: int, files: Sequence[dict[str, Any]]) -> None:
    """The pictures by their addresses; those that are not given go."""
    for place, file in enumerate(files):
        if not (file.get("originalSource") or "").startswith(("https://", "http://")):
            at = ["input", "files", str(place), "originalSource"]
            raise refuse(at, "Image URL is invalid", "INVALID_INPUT")
    connection = write.tx.connection
    connection.execute("DELETE FROM product_files WHERE product_id = ?", (product,))
    connection.executemany(
        "INSERT INTO product_files (product_id, source, alt) VALUES (?, ?, ?)",
        [(product, file["originalSource"], file.get("alt") or "") for file in files],
    )


def _set_variants(write: Write, product: int, given: dict[str, Any]) -> None:
    tx = write.tx
    sql = "SELECT * FROM variants WHERE product_id = ? ORDER BY position, id"
    there = {_chosen(row): row for row in tx.connection.execute(sql, (product,)).fetchall()}
    wanted = [_wanted(place, one, given) for place, one in enumerate(given["variants"])]
    for chosen, row in there.items():
        if chosen not in wanted:
            tx.connection.execute("DELETE FROM variants WHERE id = ?", (row["id"],))
    for place, (chosen, one) in enumerate(zip(wanted, given["variants"], strict=True), 1):
        kept = there.get(chosen)
        number = default_variant(write, product) if kept is None else kept["id"]
        tx.update("variants", number, {**_values(one), **_named(chosen), "position": place})
        item = tx.connection.execute(
            "SELECT inventory_item_id FROM variants WHERE id = ?", (number,)
        ).fetchone()[0]
        sku = {} if one.get("sku") is None else {"sku": one["sku"]}
        edit_item(write, item, {**sku, **(one.get("inventoryItem") or {})})
    options = [
        {"name": option["name"], "values": [value["name"] for value in option["values"]]}
        for option in given["productOptions"]
    ]
    told = [(one["name"], value) for one in options for value in one["values"]]
    stored = [] if tuple(told) == _DEFAULT else options
    tx.update("products", product, {"options": json.dumps(stored)})


def _wanted(place: int, one: dict[str, Any], given: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """The option values of a variant in the options' order; refused when one is unknown."""
    told = {value.get("optionName"): value.get("name") for value in one["optionValues"]}
    for option in given["productOptions"]:
        if told.get(option["name"]) not in [value["name"] for value in option["values"]]:
            at = ["input", "variants", str(place), "optionValues"]
            raise refuse(at, "Option value does not exist", "OPTION_DOES_NOT_EXIST")
    return tuple((option["name"], told[option["name"]]) for option in given["productOptions"])


def _chosen(row: Any) -> tuple[tuple[str, str], ...]:
    stored = json.loads(row["options"])
    return tuple((one["name"], one["value"]) for one in stored) or _DEFAULT


def _named(chosen: Sequence[tuple[str, str]]) -> dict[str, Any]:
    if tuple(chosen) == _DEFAULT:
        return {"title": _DEFAULT[0][1], "options": "[]"}
    options = [{"name": name, "value": value} for name, value in chosen]
    return {"title": " / ".join(value for _name, value in chosen), "options": json.dumps(options)}


def _values(one: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, column in (("price", "price"), ("compareAtPrice", "compare_at_price")):
        if one.get(name) is not None:
            if one[name] < 0:
                message = "Price must be greater than or equal to 0"
                raise refuse(["input", "variants"], message, "INVALID_VARIANT")
            values[column] = to_scaled(one[name])
    for name, column in (("barcode", "barcode"), ("inventoryPolicy", "inventory_policy")):
        if one.get(name) is not None:
            values[column] = one[name]
    if one.get("taxable") is not None:
        values["taxable"] = int(one["taxable"])
    return values
