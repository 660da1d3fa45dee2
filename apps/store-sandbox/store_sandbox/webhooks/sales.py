"""Bodies of webhooks about orders, refunds, parcels and checkouts."""

import json
from typing import Any

from store_sandbox.admin.reads.payments import refund_of, sale_of
from store_sandbox.admin.wire import gid, price, split_tags, when
from store_sandbox.state import Change, Transaction
from store_sandbox.state.payments import owner_of, sale_number
from store_sandbox.state.store import read_meta
from store_sandbox.state.taxes import usual_tax
from store_sandbox.webhooks.rows import Body, row_of, rows_of


def order(tx: Transaction, change: Change) -> Body | None:
    """The order as REST shows it, None when it is gone."""
    row = row_of(tx, "orders", change.subject_id)
    if row is None:
        return None
    lines = rows_of(tx, "SELECT * FROM order_lines WHERE order_id = ? ORDER BY id", row["id"])
    refunds = rows_of(tx, "SELECT id FROM refunds WHERE order_id = ? ORDER BY id", row["id"])
    fulfilled = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Order", row["id"]),
        "name": f"#{row['number']}",
        "order_number": row["number"],
        "email": row["email"],
        "created_at": when(row["created_at"]),
        "processed_at": when(row["processed_at"]),
        "updated_at": when(row["updated_at"]),
        "cancelled_at": when(row["cancelled_at"]),
        "closed_at": when(row["closed_at"]),
        "currency": read_meta(tx.connection, "shop.currency") or "USD",
        "financial_status": row["financial_status"].lower(),
        "fulfillment_status": fulfilled.get(row["fulfillment_status"]),
        "subtotal_price": price(row["subtotal"]),
        "total_price": price(row["total"]),
        "total_discounts": price(row["discounts"]),
        "total_tax": price(row["tax"]),
        "taxes_included": bool(row["taxes_included"]),
        "test": bool(row["test"]),
        "tags": ", ".join(split_tags(row["tags"])),
        "note": row["note"],
        "source_name": row["source_name"],
        "customer": None if row["customer_id"] is None else {"id": row["customer_id"]},
        "discount_codes": [{"code": code} for code in json.loads(row["discount_codes"])],
        "line_items": [_line(tx, line) for line in lines],
        "refunds": [{"id": refund["id"]} for refund in refunds],
    }


def _line(tx: Transaction, row: Any) -> Body:
    sql = "SELECT * FROM line_taxes WHERE line_id = ? ORDER BY position"
    taxes = rows_of(tx, sql, row["id"]) or usual_tax(row)
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("LineItem", row["id"]),
        "variant_id": row["variant_id"],
        "product_id": row["product_id"],
        "title": row["title"],
        "variant_title": row["variant_title"],
        "sku": row["sku"],
        "vendor": row["vendor"],
        "quantity": row["quantity"],
        "current_quantity": row["current_quantity"],
        "price": price(row["unit_price"]),
        "total_discount": price(row["discount"]),
        "taxable": bool(row["taxable"]),
        "requires_shipping": bool(row["requires_shipping"]),
        "tax_lines": [
            {"title": tax["title"], "rate": tax["rate"] / 10_000, "price": price(tax["amount"])}
            for tax in taxes
        ],
    }


def refund(tx: Transaction, change: Change) -> Body | None:
    """The refund as REST shows it, None when it is gone."""
    row = row_of(tx, "refunds", change.subject_id)
    if row is None:
        return None
    lines = rows_of(tx, "SELECT * FROM refund_lines WHERE refund_id = ? ORDER BY id", row["id"])
    extra = rows_of(
        tx, "SELECT * FROM order_adjustments WHERE refund_id = ? ORDER BY id", row["id"]
    )
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Refund", row["id"]),
        "order_id": row["order_id"],
        "created_at": when(row["created_at"]),
        "processed_at": when(row["created_at"]),
        "note": row["note"],
        "refund_line_items": [
            {
                "id": line["id"],
                "line_item_id": line["line_id"],
                "quantity": line["quantity"],
                "restock_type": line["restock_type"].lower(),
                "subtotal": price(line["subtotal"]),
                "total_tax": price(line["tax"]),
            }
            for line in lines
        ],
        "order_adjustments": [
            {"id": one["id"], "amount": price(one["amount"]), "reason": one["reason"]}
            for one in extra
        ],
    }


def transaction(tx: Transaction, change: Change) -> Body | None:
    """What was paid or given back as REST shows it, None when its order is gone."""
    table, ident = owner_of(change.subject_id)
    row = None if table is None or ident is None else row_of(tx, table, ident)
    is_sale = table == "orders"
    sold = row if is_sale or row is None else row_of(tx, "orders", row["order_id"])
    if sold is None:
        return None
    one = sale_of(sold) if is_sale else refund_of(sold, row)
    return {
        "id": one["id"],
        "admin_graphql_api_id": gid("OrderTransaction", one["id"]),
        "order_id": sold["id"],
        "parent_id": None if is_sale else sale_number(sold["id"]),
        "kind": one["kind"].lower(),
        "status": one["status"].lower(),
        "gateway": one["gateway"],
        "amount": price(one["amount"]),
        "currency": read_meta(tx.connection, "shop.currency") or "USD",
        "test": bool(one["test"]),
        "created_at": when(one["at"]),
        "processed_at": when(one["at"]),
    }


def fulfilment(tx: Transaction, change: Change) -> Body | None:
    """The parcel as REST shows it, None when it is gone."""
    row = row_of(tx, "fulfillments", change.subject_id)
    if row is None:
        return None
    sql = (
        "SELECT o.*, f.quantity AS shipped FROM fulfillment_lines f"
        " JOIN order_lines o ON o.id = f.line_id WHERE f.fulfillment_id = ? ORDER BY f.id"
    )
    tracking = json.loads(row["tracking"])
    numbers = [one["number"] for one in tracking if one["number"]]
    urls = [one["url"] for one in tracking if one["url"]]
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Fulfillment", row["id"]),
        "order_id": row["order_id"],
        "status": row["status"].lower(),
        "location_id": row["location_id"],
        "tracking_company": tracking[0]["company"] if tracking else None,
        "tracking_number": numbers[0] if numbers else None,
        "tracking_numbers": numbers,
        "tracking_url": urls[0] if urls else None,
        "tracking_urls": urls,
        "created_at": when(row["created_at"]),
        "updated_at": when(row["updated_at"]),
        "line_items": [
            {**_line(tx, line), "quantity": line["shipped"]} for line in rows_of(tx, sql, row["id"])
        ],
    }


def checkout(tx: Transaction, change: Change) -> Body | None:
    """The abandoned checkout as REST shows it, None when it is gone."""
    row = row_of(tx, "abandoned_checkouts", change.subject_id)
    if row is None:
        return None
    return {
        "id": row["id"],
        "email": row["email"],
        "customer": None if row["customer_id"] is None else {"id": row["customer_id"]},
        "created_at": when(row["created_at"]),
        "updated_at": when(row["updated_at"]),
        "completed_at": when(row["completed_at"]),
        "currency": read_meta(tx.connection, "shop.currency") or "USD",
        "subtotal_price": price(row["subtotal"]),
        "total_tax": price(row["tax"]),
        "total_discounts": price(row["discounts"]),
        "total_price": price(row["total"]),
        "line_items": [
            {
                "variant_id": line["variant_id"],
                "product_id": line["product_id"],
                "title": line["title"],
                "sku": line["sku"],
                "quantity": line["quantity"],
                "price": price(line["unit_price"]),
            }
            for line in json.loads(row["lines"])
        ],
    }


def goods_return(tx: Transaction, change: Change) -> Body | None:
    """The return as its webhooks show it, None when it is gone."""
    row = row_of(tx, "returns", change.subject_id)
    if row is None:
        return None
    lines = rows_of(tx, "SELECT * FROM return_lines WHERE return_id = ? ORDER BY id", row["id"])
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Return", row["id"]),
        "name": row["name"],
        "status": row["status"].lower(),
        "order": {"id": row["order_id"], "admin_graphql_api_id": gid("Order", row["order_id"])},
        "total_return_line_items": sum(line["quantity"] for line in lines),
        "return_line_items": [
            {
                "id": line["id"],
                "admin_graphql_api_id": gid("ReturnLineItem", line["id"]),
                "quantity": line["quantity"],
                "return_reason": line["reason"].lower(),
                "return_reason_note": line["note"],
            }
            for line in lines
        ],
    }
