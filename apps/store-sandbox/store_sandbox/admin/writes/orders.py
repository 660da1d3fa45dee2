"""Creating and editing orders."""

# ruff: noqa: S608 - names in SQL are constants of this package, values are bound

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from store_sandbox.admin.wire import gid, join_tags, parse_gid, split_tags
from store_sandbox.admin.writes.fulfilments import add_lines
from store_sandbox.admin.writes.inventory import stock_moved
from store_sandbox.admin.writes.outcome import Payload, Write, refuse, shown
from store_sandbox.state import payments, to_scaled, to_seconds

_FIRST_NUMBER = 1001
_FULFILMENT = {
    "FULFILLED": "FULFILLED",
    "PARTIAL": "PARTIALLY_FULFILLED",
    "RESTOCKED": "RESTOCKED",
    None: "UNFULFILLED",
}


def create(write: Write, args: dict[str, Any]) -> Payload:
    """`orderCreate`: lines of variants or custom lines, discount code, shipping, stock."""
    given = args["order"]
    if not given.get("lineItems"):
        raise refuse(
            ["order", "lineItems"], "Line items must have at least one line item", "INVALID"
        )
    lines = [_line(write, place, item) for place, item in enumerate(given["lineItems"])]
    taxes = [line.pop("taxes") for line in lines]
    codes, free_shipping = _discount(given.get("discountCode"), lines)
    number = write.tx.next_ids("orders")[0]
    row = _order_row(write, given, lines, number)
    row["discount_codes"] = json.dumps(codes)
    if free_shipping:
        row["total"] -= row["shipping"]
        row["shipping"] = 0
    write.tx.insert("orders", [row])
    fulfilled = row["fulfillment_status"] == "FULFILLED"
    idents = write.tx.next_ids("order_lines", len(lines))
    for ident, line in zip(idents, lines, strict=True):
        line.update(id=ident, order_id=number)
        line["unfulfilled_quantity"] = 0 if fulfilled else line["quantity"]
    write.tx.insert("order_lines", lines)
    write.tx.insert(
        "line_taxes",
        [
            {"line_id": ident, "position": place, **tax}
            for ident, told in zip(idents, taxes, strict=True)
            for place, tax in enumerate(told)
        ],
    )
    if fulfilled:
        _shipped(write, number, lines, row["processed_at"])
    behaviour = (args.get("options") or {}).get("inventoryBehaviour") or "BYPASS"
    if behaviour != "BYPASS":
        _take_stock(write, lines, obey=behaviour == "DECREMENT_OBEYING_POLICY", fulfilled=fulfilled)
    _count_customer(write, row)
    write.tx.changed("orders/create", number)
    if row["total"]:
        write.tx.changed(payments.TOPIC, payments.sale_number(number))
    write.journal(gid("Order", number) or "", None, {"total": shown(row["total"])})
    return {"order": number, "userErrors": []}


def _shipped(write: Write, number: int, lines: list[dict[str, Any]], at: int) -> None:
    """An order that came in fulfilled was shipped when it was processed."""
    ident = write.tx.next_ids("fulfillments")[0]
    row = {"id": ident, "order_id": number, "created_at": at, "updated_at": write.tx.now}
    write.tx.insert("fulfillments", [row])
    add_lines(write, ident, [(line["id"], line["quantity"]) for line in lines])


def _line(write: Write, place: int, item: dict[str, Any]) -> dict[str, Any]:
    at = ["order", "lineItems", str(place)]
    if item["quantity"] < 1:
        raise refuse([*at, "quantity"], "Quantity must be greater than 0", "INVALID")
    row: dict[str, Any] = {
        "variant_id": None,
        "product_id": None,
        "title": item.get("title"),
        "variant_title": item.get("variantTitle"),
        "sku": item.get("sku"),
        "vendor": item.get("vendor"),
        "quantity": item["quantity"],
        "current_quantity": item["quantity"],
        "discount": 0,
        "requires_shipping": int(item.get("requiresShipping") is not False),
        "taxable": int(item.get("taxable") is not False),
    }
    price = _shop_money(item.get("priceSet"))
    if item.get("variantId") is not None:
        variant = write.row("variants", parse_gid(item["variantId"], "ProductVariant"))
        if variant is None:
            raise refuse([*at, "variantId"], "Variant is invalid", "INVALID")
        product = write.row("products", variant["product_id"])
        row["variant_id"], row["product_id"] = variant["id"], product["id"]
        row["title"] = product["title"]
        row["variant_title"] = variant["title"]
        row["sku"], row["vendor"] = variant["sku"], product["vendor"]
        price = variant["price"] if price is None else price
    if not row["title"]:
        raise refuse([*at, "title"], "Title can't be blank", "INVALID")
    if price is None:
        raise refuse([*at, "priceSet"], "Price can't be blank", "INVALID")
    taxes = [_tax(tax, price * item["quantity"]) for tax in item.get("taxLines") or []]
    return {**row, "unit_price": price, "taxes": taxes, "tax": sum(tax["amount"] for tax in taxes)}


def _tax(given: dict[str, Any], amount: int) -> dict[str, Any]:
    """A tax line; its amount is told or, of an amount before tax, what its rate comes to."""
    rate = Decimal(str(given["rate"]))
    told = _shop_money(given.get("priceSet"))
    return {
        "title": given["title"],
        "rate": round(rate * 10_000),
        "amount": round(amount * rate) if told is None else told,
    }


def _shop_money(given: dict[str, Any] | None) -> int | None:
    return None if given is None else to_scaled(given["shopMoney"]["amount"])


def _discount(given: dict[str, Any] | None, lines: list[dict[str, Any]]) -> tuple[list[str], bool]:
    """Spread a discount code over the lines; (codes, whether shipping is free)."""
    if not given:
        return [], False
    fixed, share = given.get("itemFixedDiscountCode"), given.get("itemPercentageDiscountCode")
    gross = sum(line["unit_price"] * line["quantity"] for line in lines)
    if fixed:
        spread(lines, min(gross, _shop_money(fixed.get("amountSet")) or 0))
        return [fixed["code"]], False
    if share:
        part = Decimal(str(share.get("percentage") or 0)) / 100
        spread(lines, min(gross, round(gross * part)))
        return [share["code"]], False
    free = given.get("freeShippingDiscountCode")
    return ([free["code"]], True) if free else ([], False)


def spread(lines: Sequence[dict[str, Any]], amount: int) -> None:
    """Split a scaled amount over lines by value, in whole cents; the last takes the rest."""
    gross = sum(line["unit_price"] * line["quantity"] for line in lines)
    left = amount
    for line in lines[:-1]:
        share = amount * line["unit_price"] * line["quantity"] // max(1, gross) // 100 * 100
        line["discount"] = share
        left -= share
    lines[-1]["discount"] = left


def _order_row(
    write: Write, given: dict[str, Any], lines: list[dict[str, Any]], number: int
) -> dict[str, Any]:
    db = write.tx.connection
    highest = db.execute("SELECT MAX(number) FROM orders").fetchone()[0]
    net = sum(line["unit_price"] * line["quantity"] - line["discount"] for line in lines)
    shipping = [_shop_money(line["priceSet"]) or 0 for line in given.get("shippingLines") or []]
    titles = [line["title"] for line in given.get("shippingLines") or []]
    taxes = sum(line["tax"] for line in lines)
    processed = given.get("processedAt")
    closed = given.get("closedAt")
    return {
        "id": number,
        "number": highest + 1 if highest else _FIRST_NUMBER,
        "customer_id": _customer(write, given),
        "email": given.get("email"),
        "phone": given.get("phone"),
        "created_at": write.tx.now,
        "processed_at": write.tx.now if processed is None else to_seconds(processed),
        "updated_at": write.tx.now,
        "closed_at": None if closed is None else to_seconds(closed),
        "test": int(bool(given.get("test"))),
        "financial_status": given.get("financialStatus") or "PENDING",
        "fulfillment_status": _FULFILMENT[given.get("fulfillmentStatus")],
        "taxes_included": int(bool(given.get("taxesIncluded"))),
        "subtotal": net,
        "discounts": sum(line["discount"] for line in lines),
        "shipping": sum(shipping),
        "tax": taxes,
        "total": net + sum(shipping) + (0 if given.get("taxesIncluded") else taxes),
        "tags": join_tags(given.get("tags") or []),
        "note": given.get("note"),
        "source_name": given.get("sourceName") or "api",
        "gateway": "manual",
        "shipping_title": titles[0] if titles else None,
        "shipping_address": address_text(given.get("shippingAddress")),
        "billing_address": address_text(given.get("billingAddress")),
    }


def address_text(given: dict[str, Any] | None) -> str | None:
    """A `MailingAddressInput` as it is stored."""
    if given is None:
        return None
    stored = {key: value for key, value in given.items() if key != "countryCode"}
    code = given.get("countryCode")
    return json.dumps({**stored, "country": code, "countryCodeV2": code})


def _customer(write: Write, given: dict[str, Any]) -> int | None:
    associate = ((given.get("customer") or {}).get("toAssociate")) or {}
    ident = given.get("customerId") or associate.get("id")
    db = write.tx.connection
    if ident is not None:
        row = write.row("customers", parse_gid(ident, "Customer"))
        if row is None:
            raise refuse(["order", "customerId"], "Customer does not exist", "INVALID")
        return int(row["id"])
    email = associate.get("email") or given.get("email")
    if email is None:
        return None
    found = db.execute(
        "SELECT id FROM customers WHERE email = ? COLLATE NOCASE", (email,)
    ).fetchone()
    return None if found is None else int(found["id"])


def _count_customer(write: Write, row: dict[str, Any]) -> None:
    if row["customer_id"] is None:
        return
    write.tx.connection.execute(
        "UPDATE customers SET orders_count = orders_count + 1, amount_spent = amount_spent + ?,"
        " last_order_id = ?, updated_at = ? WHERE id = ?",
        (row["total"], row["id"], write.tx.now, row["customer_id"]),
    )
    write.tx.changed("customers/update", row["customer_id"])


def _take_stock(
    write: Write, lines: Sequence[dict[str, Any]], *, obey: bool, fulfilled: bool
) -> None:
    """Sell from the first location that stocks the item; unfulfilled units stay committed."""
    for place, line in enumerate(lines):
        row = write.tx.connection.execute(
            "SELECT l.*, v.inventory_policy FROM variants v"
            " JOIN inventory_items i ON i.id = v.inventory_item_id AND i.tracked = 1"
            " JOIN inventory_levels l ON l.item_id = i.id WHERE v.id = ?"
            " ORDER BY l.location_id LIMIT 1",
            (line["variant_id"],),
        ).fetchone()
        if row is None:
            continue
        if obey and row["inventory_policy"] == "DENY" and row["available"] < line["quantity"]:
            at = ["order", "lineItems", str(place), "variantId"]
            raise refuse(at, "Unable to reserve inventory", "INVENTORY_CLAIM_FAILED")
        held = "on_hand = on_hand - :n" if fulfilled else "committed = committed + :n"
        write.tx.connection.execute(
            f"UPDATE inventory_levels SET available = available - :n, {held}, updated_at = :now"
            " WHERE item_id = :item AND location_id = :location",
            {
                "n": line["quantity"],
                "now": write.tx.now,
                "item": row["item_id"],
                "location": row["location_id"],
            },
        )
        stock_moved(write, row["item_id"], row["location_id"])


def update(write: Write, args: dict[str, Any]) -> Payload:
    """`orderUpdate`: note, tags, contact, shipping address."""
    given = args["input"]
    row = write.row("orders", parse_gid(given["id"], "Order"))
    if row is None:
        raise refuse(["id"], "Order does not exist")
    values = {name: given[name] for name in ("note", "email", "phone") if name in given}
    if given.get("tags") is not None:
        values["tags"] = join_tags(given["tags"])
        if len(split_tags(values["tags"])) > 250:
            raise refuse(["tags"], "Tags cannot be more than 250")
    if given.get("shippingAddress") is not None:
        values["shipping_address"] = address_text(given["shippingAddress"])
    write.tx.update("orders", row["id"], values)
    write.tx.changed("orders/updated", row["id"])
    write.journal(gid("Order", row["id"]) or "", None, {"fields": sorted(values)})
    return {"order": row["id"], "userErrors": []}
