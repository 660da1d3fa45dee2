"""Basic code discounts: a share or an amount off, for all or for some goods and customers."""

import json
from typing import Any

from store_sandbox.admin.failures import fail, user_error
from store_sandbox.admin.reads.discounts import SHARE
from store_sandbox.admin.wire import gid, parse_gid
from store_sandbox.admin.writes.outcome import Payload, Refused, Write, refuse
from store_sandbox.state import to_scaled, to_seconds

_AT = "basicCodeDiscount"
_ITEMS = [_AT, "customerGets", "items"]
_MINIMUM = [_AT, "minimumRequirement"]
_MOST_QUANTITY = 2_147_483_647
_ONE_VALUE = "A discount can only have one of percentage, discountOnQuantity or discountAmount."
_OVERLAP = "The same {} id is present in both 'add' and 'remove' fields"


def create(write: Write, args: dict[str, Any]) -> Payload:
    """`discountCodeBasicCreate`."""
    given = args[_AT]
    values = _values(write, given, None)
    number = write.tx.next_ids("discounts")[0]
    row = {"id": number, **values, "created_at": write.tx.now, "updated_at": write.tx.now}
    write.tx.insert("discounts", [row])
    write.tx.changed("discounts/create", number)
    after = {"code": values["code"], "title": values["title"]}
    write.journal(gid("DiscountCodeNode", number) or "", None, after)
    return {"codeDiscountNode": number, "userErrors": []}


def update(write: Write, args: dict[str, Any]) -> Payload:
    """`discountCodeBasicUpdate`: what is not given stays."""
    row = _existing(write, args["id"], "Discount does not exist", None)
    values = _values(write, args[_AT], row)
    _store(write, row, values)
    return {"codeDiscountNode": row["id"], "userErrors": []}


def activate(write: Write, args: dict[str, Any]) -> Payload:
    """`discountCodeActivate`: from now on, without an end that has passed."""
    row = _existing(write, args["id"])
    now = write.tx.now
    over = row["ends_at"] is not None and row["ends_at"] <= now
    values = {"starts_at": min(row["starts_at"], now), "ends_at": None if over else row["ends_at"]}
    _store(write, row, values)
    return {"codeDiscountNode": row["id"], "userErrors": []}


def deactivate(write: Write, args: dict[str, Any]) -> Payload:
    """`discountCodeDeactivate`: it ends now."""
    row = _existing(write, args["id"])
    now = write.tx.now
    _store(write, row, {"starts_at": min(row["starts_at"], now), "ends_at": now})
    return {"codeDiscountNode": row["id"], "userErrors": []}


def delete(write: Write, args: dict[str, Any]) -> Payload:
    """`discountCodeDelete`."""
    row = _existing(write, args["id"])
    write.tx.connection.execute("DELETE FROM discounts WHERE id = ?", (row["id"],))
    write.tx.changed("discounts/delete", row["id"])
    ident = gid("DiscountCodeNode", row["id"])
    write.journal(ident or "", {"code": row["code"]}, None)
    return {"deletedCodeDiscountId": ident, "userErrors": []}


def _existing(
    write: Write,
    ident: str,
    message: str = "Code discount does not exist.",
    code: str | None = "INVALID",
) -> Any:
    row = write.row("discounts", parse_gid(ident, "DiscountCodeNode"))
    if row is None:
        raise refuse(["id"], message, code)
    return row


def _store(write: Write, row: Any, values: dict[str, Any]) -> None:
    write.tx.update("discounts", row["id"], values)
    write.tx.changed("discounts/update", row["id"])
    before = {name: row[name] for name in values}
    write.journal(gid("DiscountCodeNode", row["id"]) or "", before, values)


def _values(write: Write, given: dict[str, Any], row: Any) -> dict[str, Any]:
    errors: list[dict[str, Any]] = []
    values: dict[str, Any] = {}
    if row is None or "code" in given:
        errors += _code(write, given.get("code"), row)
        values["code"] = (given.get("code") or "").strip()
    if row is None or given.get("title") is not None:
        values["title"] = given.get("title") or values.get("code", "")
    errors += _times(write, given, row, values)
    gets = given.get("customerGets")
    if row is None or gets is not None:
        errors += _gets(write, gets or {}, values, row)
    if "minimumRequirement" in given:
        errors += _minimum(given["minimumRequirement"], values)
    if given.get("context") is not None:
        errors += _customers(write, given["context"], values, row)
    if "usageLimit" in given:
        values["usage_limit"] = given["usageLimit"]
    if given.get("appliesOncePerCustomer") is not None:
        values["once_per_customer"] = int(given["appliesOncePerCustomer"])
    if given.get("combinesWith") is not None:
        chosen = sorted(name for name, on in given["combinesWith"].items() if on)
        values["combines"] = json.dumps(chosen)
    if errors:
        raise Refused(*errors)
    return values


def _code(write: Write, code: str | None, row: Any) -> list[dict[str, Any]]:
    at = [_AT, "code"]
    if code is None:
        return [user_error(at, "Code can't be blank", "BLANK")]
    if not code.strip():
        return [user_error(at, "Code is too short (minimum is 1 character)", "TOO_SHORT")]
    if "\n" in code:
        return [user_error(at, "Code cannot contain newline characters.", "INVALID")]
    if len(code) > 255:
        return [user_error(at, "Code is too long (maximum is 255 characters)", "TOO_LONG")]
    sql = "SELECT id FROM discounts WHERE code = ? COLLATE NOCASE AND id <> ?"
    own = 0 if row is None else row["id"]
    if write.tx.connection.execute(sql, (code.strip(), own)).fetchone():
        message = "Code must be unique. Please try a different code."
        return [user_error(at, message, "TAKEN")]
    return []


def _times(
    write: Write, given: dict[str, Any], row: Any, values: dict[str, Any]
) -> list[dict[str, Any]]:
    if row is None and given.get("startsAt") is None:
        return [user_error([_AT, "startsAt"], "Starts at can't be blank", "BLANK")]
    for name, column in (("startsAt", "starts_at"), ("endsAt", "ends_at")):
        if name in given:
            values[column] = None if given[name] is None else to_seconds(given[name])
    starts = values.get("starts_at", None if row is None else row["starts_at"])
    ends = values.get("ends_at", None if row is None else row["ends_at"])
    if starts is None:
        values["starts_at"] = starts = write.tx.now
    if ends is not None and ends <= starts:
        message = "Ends at needs to be after starts_at"
        return [user_error([_AT, "endsAt"], message, "INVALID")]
    return []


def _gets(
    write: Write, gets: dict[str, Any], values: dict[str, Any], row: Any
) -> list[dict[str, Any]]:
    at = [_AT, "customerGets", "value"]
    errors: list[dict[str, Any]] = []
    value = gets.get("value") or {}
    share, fixed = value.get("percentage"), value.get("discountAmount")
    if share is not None and fixed is not None:
        raise fail(_ONE_VALUE, "BAD_REQUEST")
    if share is not None and not 0 < share <= 1:
        message = "Value must be between 0.0 and 1.0"
        errors.append(user_error([*at, "percentage"], message, "VALUE_OUTSIDE_RANGE"))
    elif share is not None:
        values |= {"percentage": round(share * SHARE), "amount": None, "each_item": 0}
    elif fixed is not None and (fixed.get("amount") is None or fixed["amount"] <= 0):
        message = "Value must be greater than 0"
        errors.append(user_error([*at, "discountAmount", "amount"], message, "GREATER_THAN"))
    elif fixed is not None:
        each = int(bool(fixed.get("appliesOnEachItem")))
        amount = to_scaled(fixed["amount"])
        values |= {"percentage": None, "amount": amount, "each_item": each}
    elif row is None:
        errors.append(user_error(at, "Value can't be blank", "BLANK"))
    items = gets.get("items")
    if items is not None:
        errors += _items(write, items, values, row)
    elif row is None:
        errors.append(user_error(_ITEMS, "Items can't be blank", "BLANK"))
    return errors


def _items(
    write: Write, items: dict[str, Any], values: dict[str, Any], row: Any
) -> list[dict[str, Any]]:
    goods, groups = items.get("products") or {}, items.get("collections") or {}
    _apart(goods, "Product", "productsToAdd", "productsToRemove")
    _apart(goods, "ProductVariant", "productVariantsToAdd", "productVariantsToRemove")
    _apart(groups, "Collection", "add", "remove")
    if items.get("all"):
        values["items"] = json.dumps({"all": True})
        return []
    if goods and groups:
        message = "Cannot entitle collections in combination with product variants or products"
        return [user_error([*_ITEMS, "collections", "add"], message, "CONFLICT")]
    wanted = [
        ("products", "Product", "products", [*_ITEMS, "products", "productsToAdd"]),
        ("variants", "ProductVariant", "variants", [*_ITEMS, "products", "productVariantsToAdd"]),
        ("collections", "Collection", "collections", [*_ITEMS, "collections", "add"]),
    ]
    given = {
        "products": goods.get("productsToAdd") or [],
        "variants": goods.get("productVariantsToAdd") or [],
        "collections": groups.get("add") or [],
    }
    errors = [
        _invalid(at, kind, text)
        for name, kind, table, at in wanted
        for text in given[name]
        if write.row(table, parse_gid(text, kind)) is None
    ]
    removed = {
        "products": goods.get("productsToRemove") or [],
        "variants": goods.get("productVariantsToRemove") or [],
        "collections": groups.get("remove") or [],
    }
    before = {} if row is None else json.loads(row["items"])
    names = ("collections",) if groups else ("products", "variants")
    kinds = {name: kind for name, kind, _, _ in wanted}
    chosen = {
        name: _merged(before.get(name, []), given[name], removed[name], kinds[name])
        for name in names
    }
    if not errors and not any(chosen.values()):
        errors.append(user_error(_ITEMS, "Items can't be blank", "BLANK"))
    values["items"] = json.dumps(chosen)
    return errors


def _merged(before: list[int], add: list[str], remove: list[str], kind: str) -> list[int]:
    """Numbers that were chosen, with some more and without some."""
    more = [number for text in add if (number := parse_gid(text, kind)) is not None]
    gone = {parse_gid(text, kind) for text in remove}
    return [number for number in dict.fromkeys([*before, *more]) if number not in gone]


def _apart(given: dict[str, Any], kind: str, adding: str, removing: str) -> None:
    if set(given.get(adding) or ()) & set(given.get(removing) or ()):
        raise fail(_OVERLAP.format(kind), "BAD_REQUEST")


def _invalid(at: list[str], kind: str, ident: str) -> dict[str, Any]:
    label = "Product variant" if kind == "ProductVariant" else kind
    return user_error(at, f"{label} with id: {ident.rsplit('/', 1)[-1]} is invalid", "INVALID")


def _minimum(given: dict[str, Any] | None, values: dict[str, Any]) -> list[dict[str, Any]]:
    values["minimum"] = None
    quantity = ((given or {}).get("quantity") or {}).get("greaterThanOrEqualToQuantity")
    subtotal = ((given or {}).get("subtotal") or {}).get("greaterThanOrEqualToSubtotal")
    at_quantity = [*_MINIMUM, "quantity", "greaterThanOrEqualToQuantity"]
    at_subtotal = [*_MINIMUM, "subtotal", "greaterThanOrEqualToSubtotal"]
    if quantity is not None and subtotal is not None:
        no_money = "Minimum subtotal cannot be defined when minimum quantity is."
        no_count = "Minimum quantity cannot be defined when minimum subtotal is."
        return [
            user_error(at_subtotal, no_money, "CONFLICT"),
            user_error(at_quantity, no_count, "CONFLICT"),
        ]
    if quantity is not None:
        if int(quantity) >= _MOST_QUANTITY:
            message = f"Minimum quantity must be less than {_MOST_QUANTITY}"
            return [user_error(at_quantity, message, "LESS_THAN")]
        values["minimum"] = json.dumps({"quantity": int(quantity)})
    elif subtotal is not None:
        if subtotal >= 10**18:
            message = "Minimum subtotal must be less than 1000000000000000000"
            return [user_error(at_subtotal, message, "LESS_THAN")]
        values["minimum"] = json.dumps({"subtotal": to_scaled(subtotal)})
    return []


def _customers(
    write: Write, context: dict[str, Any], values: dict[str, Any], row: Any
) -> list[dict[str, Any]]:
    if "customers" not in context:
        values["customers"] = None
        return []
    at = [_AT, "context", "customers", "add"]
    _apart(context["customers"], "Customer", "add", "remove")
    given = context["customers"]
    wanted = given.get("add") or []
    errors = [
        _invalid(at, "Customer", text)
        for text in wanted
        if write.row("customers", parse_gid(text, "Customer")) is None
    ]
    before = [] if row is None else json.loads(row["customers"] or "[]")
    chosen = _merged(before, wanted, given.get("remove") or [], "Customer")
    values["customers"] = json.dumps(chosen)
    return errors
