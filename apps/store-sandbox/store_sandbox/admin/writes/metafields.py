"""Setting and deleting metafields of whatever this store has them on, itself included."""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from store_sandbox.admin.failures import fail, user_error
from store_sandbox.admin.reads.shop import SHOP_ID
from store_sandbox.admin.wire import gid, gid_kind, parse_gid
from store_sandbox.admin.writes.outcome import Payload, Refused, Write, refuse

_MOST = 25
_OWN = "app--1"
_OWNERS = {
    "Product": ("PRODUCT", "products", "products/update"),
    "ProductVariant": ("PRODUCTVARIANT", "variants", None),
    "Collection": ("COLLECTION", "collections", "collections/update"),
    "Customer": ("CUSTOMER", "customers", "customers/update"),
    "Order": ("ORDER", "orders", "orders/updated"),
}


def _integer(text: str) -> bool:
    return text.lstrip("-").isdigit()


def _decimal(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


# type -> (whether a text is a value of it, what it must be)
_TYPES: dict[str, tuple[Callable[[str], bool], str]] = {
    "single_line_text_field": (lambda text: "\n" not in text, "must be a single line text string"),
    "multi_line_text_field": (lambda _text: True, ""),
    "number_integer": (_integer, "must be an integer"),
    "number_decimal": (_decimal, "must be a decimal"),
    "boolean": (lambda text: text in ("true", "false"), "must be true or false"),
    "json": (_json, "must be valid JSON"),
}


def set_many(write: Write, args: dict[str, Any]) -> Payload:
    """`metafieldsSet`: all or none, at most 25."""
    items = args["metafields"]
    if len(items) > _MOST:
        message = f"Exceeded the maximum metafields input limit of {_MOST}."
        raise refuse(["metafields"], message, "LESS_THAN_OR_EQUAL_TO")
    errors = [error for place, item in enumerate(items) for error in _problems(write, place, item)]
    if errors:
        raise Refused(*errors)
    return {"metafields": [_put(write, item) for item in items], "userErrors": []}


def _owner(write: Write, ident: str) -> tuple[str, int, str | None] | None:
    kind = gid_kind(ident)
    if kind == "Shop" and parse_gid(ident, kind) == SHOP_ID:
        return "SHOP", SHOP_ID, None
    if kind not in _OWNERS:
        return None
    owner, table, topic = _OWNERS[kind]
    row = write.row(table, parse_gid(ident, kind))
    return None if row is None else (owner, int(row["id"]), topic)


def _known(write: Write, owner: tuple[str, int, str | None], item: dict[str, Any]) -> Any:
    return write.tx.connection.execute(
        "SELECT * FROM metafields WHERE owner = ? AND owner_id = ? AND namespace = ? AND key = ?",
        (owner[0], owner[1], item.get("namespace") or _OWN, item["key"]),
    ).fetchone()


def _problems(write: Write, place: int, item: dict[str, Any]) -> list[dict[str, Any]]:
    at = ["metafields", str(place)]
    owner = _owner(write, item["ownerId"])
    if owner is None:
        return [_error([*at, "ownerId"], "Owner does not exist", "INVALID", place)]
    known = _known(write, owner, item)
    found = []
    for name, least in (("key", 2), ("namespace", 3)):
        text = item.get(name)
        if text is not None and len(text) < least:
            message = f"{name.title()} is too short (minimum is {least} characters)"
            found.append(_error([*at, name], message, "TOO_SHORT", place))
    kind = item.get("type") or (known["type"] if known is not None else None)
    if kind is None:
        found.append(_error([*at, "type"], "Type can't be blank", "BLANK", place))
    elif kind not in _TYPES:
        message = f"Type '{kind}' is not known to this store"
        found.append(_error([*at, "type"], message, "INVALID_TYPE", place))
    elif not item["value"]:
        found.append(_error([*at, "value"], "Value can't be blank.", "BLANK", place))
    elif not _TYPES[kind][0](item["value"]):
        message = f"Value {_TYPES[kind][1]}."
        found.append(_error([*at, "value"], message, "INVALID_VALUE", place))
    return found + _stale(at, place, item, known)


def _stale(at: list[str], place: int, item: dict[str, Any], known: Any) -> list[dict[str, Any]]:
    """`compareDigest`: null for "must not exist yet"."""
    if "compareDigest" not in item:
        return []
    own = None if known is None else hashlib.sha256(known["value"].encode()).hexdigest()
    if item["compareDigest"] == own:
        return []
    message = (
        "The resource has been updated since it was loaded. Try again with an updated"
        " `compareDigest` value."
    )
    return [_error(at, message, "STALE_OBJECT", place)]


def _error(field: list[str], message: str, code: str, place: int) -> dict[str, Any]:
    return {**user_error(field, message, code), "elementIndex": place}


def _put(write: Write, item: dict[str, Any]) -> int:
    owner = _owner(write, item["ownerId"])
    if owner is None:
        raise fail("the owner was there a moment ago", "INTERNAL_SERVER_ERROR")
    known = _known(write, owner, item)
    tx = write.tx
    if known is not None:
        values = {"value": item["value"], "type": item.get("type") or known["type"]}
        tx.update("metafields", known["id"], values)
        number = int(known["id"])
    else:
        number = tx.next_ids("metafields")[0]
        row = {
            "id": number,
            "owner": owner[0],
            "owner_id": owner[1],
            "namespace": item.get("namespace") or _OWN,
            "key": item["key"],
            "type": item["type"],
            "value": item["value"],
            "created_at": tx.now,
            "updated_at": tx.now,
        }
        tx.insert("metafields", [row])
    _touch(write, item["ownerId"], owner)
    before = None if known is None else {"value": known["value"]}
    write.journal(gid("Metafield", number) or "", before, {"value": item["value"]})
    return number


def _touch(write: Write, ident: str, owner: tuple[str, int, str | None]) -> None:
    """The owner has changed: a variant changes its product too, of the shop nobody is told."""
    kind = gid_kind(ident)
    if kind not in _OWNERS:
        return
    write.tx.update(_OWNERS[kind][1], owner[1], {})
    if kind == "ProductVariant":
        product = int(write.row("variants", owner[1])["product_id"])
        write.tx.update("products", product, {})
        write.tx.changed("products/update", product)
    elif owner[2] is not None:
        write.tx.changed(owner[2], owner[1])


def delete_many(write: Write, args: dict[str, Any]) -> Payload:
    """`metafieldsDelete`: null in the answer for what was not there."""
    gone: list[dict[str, Any] | None] = []
    for place, item in enumerate(args["metafields"]):
        owner = _owner(write, item["ownerId"])
        if owner is None:
            raise refuse(["metafields", str(place), "ownerId"], "Owner does not exist")
        known = _known(write, owner, item)
        if known is None:
            gone.append(None)
            continue
        write.tx.connection.execute("DELETE FROM metafields WHERE id = ?", (known["id"],))
        _touch(write, item["ownerId"], owner)
        write.journal(gid("Metafield", known["id"]) or "", {"value": known["value"]}, None)
        gone.append({name: item[name] for name in ("ownerId", "namespace", "key")})
    return {"deletedMetafields": gone, "userErrors": []}
