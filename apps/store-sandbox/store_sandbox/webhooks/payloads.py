"""Bodies of webhooks: the REST shapes Shopify still sends."""

# ruff: noqa: S608 - table and column names are constants of this package, values are always bound

import json
from collections.abc import Callable
from typing import Any, TypeAlias

from store_sandbox.admin.reads.shop import rest_shop
from store_sandbox.admin.wire import gid, price, split_tags, when
from store_sandbox.state import Change, Transaction
from store_sandbox.state.store import read_meta

Body: TypeAlias = dict[str, Any]


def payload(tx: Transaction, change: Change) -> Body | None:
    """The body for a change, None when its subject is gone or the topic unknown."""
    builder = _BUILDERS.get(change.topic)
    return None if builder is None else builder(tx, change)


def _row(tx: Transaction, table: str, number: int) -> Any:
    sql = f"SELECT * FROM {table} WHERE id = ?"
    return tx.connection.execute(sql, (number,)).fetchone()


def _rows(tx: Transaction, sql: str, number: int) -> list[Any]:
    return tx.connection.execute(sql, (number,)).fetchall()


def _order(tx: Transaction, change: Change) -> Body | None:
    row = _row(tx, "orders", change.subject_id)
    if row is None:
        return None
    lines = _rows(tx, "SELECT * FROM order_lines WHERE order_id = ? ORDER BY id", row["id"])
    refunds = _rows(tx, "SELECT id FROM refunds WHERE order_id = ? ORDER BY id", row["id"])
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
        "line_items": [_line(line) for line in lines],
        "refunds": [{"id": refund["id"]} for refund in refunds],
    }


def _line(row: Any) -> Body:
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
    }


def _refund(tx: Transaction, change: Change) -> Body | None:
    row = _row(tx, "refunds", change.subject_id)
    if row is None:
        return None
    lines = _rows(tx, "SELECT * FROM refund_lines WHERE refund_id = ? ORDER BY id", row["id"])
    extra = _rows(tx, "SELECT * FROM order_adjustments WHERE refund_id = ? ORDER BY id", row["id"])
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


def _product(tx: Transaction, change: Change) -> Body | None:
    row = _row(tx, "products", change.subject_id)
    if row is None:
        return None
    sql = "SELECT * FROM variants WHERE product_id = ? ORDER BY position, id"
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Product", row["id"]),
        "title": row["title"],
        "handle": row["handle"],
        "vendor": row["vendor"],
        "product_type": row["product_type"],
        "status": row["status"].lower(),
        "body_html": row["description_html"],
        "tags": ", ".join(split_tags(row["tags"])),
        "created_at": when(row["created_at"]),
        "updated_at": when(row["updated_at"]),
        "published_at": when(row["published_at"]),
        "variants": [
            {
                "id": one["id"],
                "admin_graphql_api_id": gid("ProductVariant", one["id"]),
                "title": one["title"],
                "sku": one["sku"],
                "barcode": one["barcode"],
                "position": one["position"],
                "price": price(one["price"]),
                "compare_at_price": price(one["compare_at_price"]),
                "inventory_item_id": one["inventory_item_id"],
                "inventory_policy": one["inventory_policy"].lower(),
                "updated_at": when(one["updated_at"]),
            }
            for one in _rows(tx, sql, row["id"])
        ],
    }


def _deleted(_tx: Transaction, change: Change) -> Body:
    return {"id": change.subject_id}


def _level(tx: Transaction, change: Change) -> Body | None:
    location = change.detail.get("location_id")
    sql = "SELECT * FROM inventory_levels WHERE item_id = ? AND location_id = ?"
    row = tx.connection.execute(sql, (change.subject_id, location)).fetchone()
    if row is None:
        return None
    base = f"gid://shopify/InventoryLevel/{location}?inventory_item_id={row['item_id']}"
    return {
        "inventory_item_id": row["item_id"],
        "location_id": row["location_id"],
        "available": row["available"],
        "updated_at": when(row["updated_at"]),
        "admin_graphql_api_id": base,
    }


def _customer(tx: Transaction, change: Change) -> Body | None:
    row = _row(tx, "customers", change.subject_id)
    if row is None:
        return None
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Customer", row["id"]),
        "email": row["email"],
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "phone": row["phone"],
        "note": row["note"],
        "tags": ", ".join(split_tags(row["tags"])),
        "state": row["state"].lower(),
        "orders_count": row["orders_count"],
        "total_spent": price(row["amount_spent"]),
        "created_at": when(row["created_at"]),
        "updated_at": when(row["updated_at"]),
    }


def _fulfilment(tx: Transaction, change: Change) -> Body | None:
    row = _row(tx, "fulfillments", change.subject_id)
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
            {**_line(line), "quantity": line["shipped"]} for line in _rows(tx, sql, row["id"])
        ],
    }


def _checkout(tx: Transaction, change: Change) -> Body | None:
    row = _row(tx, "abandoned_checkouts", change.subject_id)
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


def _collection(tx: Transaction, change: Change) -> Body | None:
    row = _row(tx, "collections", change.subject_id)
    if row is None:
        return None
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("Collection", row["id"]),
        "title": row["title"],
        "handle": row["handle"],
        "body_html": row["description_html"],
        "sort_order": row["sort_order"].lower(),
        "updated_at": when(row["updated_at"]),
    }


def _mail_consent(tx: Transaction, change: Change) -> Body | None:
    row = _row(tx, "customers", change.subject_id)
    if row is None:
        return None
    return {
        "customer_id": row["id"],
        "email_address": row["email"],
        "email_marketing_consent": {
            "state": row["email_consent"].lower(),
            "opt_in_level": "single_opt_in",
            "consent_updated_at": when(row["email_consent_at"]),
        },
    }


def _bulk_operation(tx: Transaction, change: Change) -> Body | None:
    row = _row(tx, "bulk_operations", change.subject_id)
    if row is None:
        return None
    return {
        "admin_graphql_api_id": gid("BulkOperation", row["id"]),
        "completed_at": when(row["completed_at"]),
        "created_at": when(row["created_at"]),
        "error_code": None if row["error_code"] is None else row["error_code"].lower(),
        "status": row["status"].lower(),
        "type": "query",
    }


_BUILDERS: dict[str, Callable[[Transaction, Change], Body | None]] = {
    "app/uninstalled": lambda tx, _change: rest_shop(tx.connection),
    "bulk_operations/finish": _bulk_operation,
    "orders/create": _order,
    "orders/updated": _order,
    "collections/create": _collection,
    "collections/update": _collection,
    "collections/delete": _deleted,
    "customers_email_marketing_consent/update": _mail_consent,
    "orders/cancelled": _order,
    "orders/fulfilled": _order,
    "orders/paid": _order,
    "orders/partially_fulfilled": _order,
    "fulfillments/create": _fulfilment,
    "fulfillments/update": _fulfilment,
    "checkouts/create": _checkout,
    "checkouts/update": _checkout,
    "refunds/create": _refund,
    "products/update": _product,
    "products/create": _product,
    "products/delete": _deleted,
    "inventory_levels/update": _level,
    "customers/create": _customer,
    "customers/update": _customer,
}
TOPICS = tuple(_BUILDERS)
