"""Bodies of webhooks: the REST shapes Shopify still sends."""

from collections.abc import Callable

from store_sandbox.admin.reads.shop import rest_shop
from store_sandbox.admin.wire import gid, price, split_tags, when
from store_sandbox.state import Change, Transaction
from store_sandbox.webhooks import sales
from store_sandbox.webhooks.rows import Body, row_of, rows_of


def payload(tx: Transaction, change: Change) -> Body | None:
    """The body for a change, None when its subject is gone or the topic unknown."""
    builder = _BUILDERS.get(change.topic)
    return None if builder is None else builder(tx, change)


def _product(tx: Transaction, change: Change) -> Body | None:
    row = row_of(tx, "products", change.subject_id)
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
            for one in rows_of(tx, sql, row["id"])
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
    row = row_of(tx, "customers", change.subject_id)
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


def _collection(tx: Transaction, change: Change) -> Body | None:
    row = row_of(tx, "collections", change.subject_id)
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


def _discount(tx: Transaction, change: Change) -> Body | None:
    row = row_of(tx, "discounts", change.subject_id)
    ident = gid("DiscountCodeNode", change.subject_id)
    if row is None:
        return {"admin_graphql_api_id": ident}
    return {
        "admin_graphql_api_id": ident,
        "title": row["title"],
        "created_at": when(row["created_at"]),
        "updated_at": when(row["updated_at"]),
    }


def _segment(tx: Transaction, change: Change) -> Body:
    row = row_of(tx, "segments", change.subject_id)
    ident = gid("Segment", change.subject_id)
    if row is None:
        return {"id": ident}
    return {
        "id": ident,
        "name": row["name"],
        "query": row["query"],
        "creation_date": when(row["created_at"]),
        "last_edit_date": when(row["updated_at"]),
    }


def _opt_in_level(tx: Transaction, number: int, channel: str) -> str:
    sql = "SELECT opt_in_level FROM consents WHERE customer_id = ? AND channel = ?"
    found = tx.connection.execute(sql, (number, channel)).fetchone()
    return str((found and found[0]) or "SINGLE_OPT_IN").lower()


def _mail_consent(tx: Transaction, change: Change) -> Body | None:
    row = row_of(tx, "customers", change.subject_id)
    if row is None:
        return None
    return {
        "customer_id": row["id"],
        "email_address": row["email"],
        "email_marketing_consent": {
            "state": row["email_consent"].lower(),
            "opt_in_level": _opt_in_level(tx, row["id"], "email"),
            "consent_updated_at": when(row["email_consent_at"]),
        },
    }


def _sms_consent(tx: Transaction, change: Change) -> Body | None:
    row = row_of(tx, "customers", change.subject_id)
    if row is None:
        return None
    return {
        "id": row["id"],
        "phone": row["phone"],
        "sms_marketing_consent": {
            "state": row["sms_consent"].lower(),
            "opt_in_level": _opt_in_level(tx, row["id"], "sms"),
            "consent_updated_at": when(row["sms_consent_at"]),
            "consent_collected_from": "other",
        },
    }


def _bulk_operation(tx: Transaction, change: Change) -> Body | None:
    row = row_of(tx, "bulk_operations", change.subject_id)
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
    "orders/create": sales.order,
    "orders/updated": sales.order,
    "collections/create": _collection,
    "collections/update": _collection,
    "collections/delete": _deleted,
    "discounts/create": _discount,
    "discounts/update": _discount,
    "discounts/delete": _discount,
    "customers_email_marketing_consent/update": _mail_consent,
    "customers_marketing_consent/update": _sms_consent,
    "orders/cancelled": sales.order,
    "orders/fulfilled": sales.order,
    "orders/paid": sales.order,
    "orders/partially_fulfilled": sales.order,
    "fulfillments/create": sales.fulfilment,
    "fulfillments/update": sales.fulfilment,
    "checkouts/create": sales.checkout,
    "checkouts/delete": _deleted,
    "checkouts/update": sales.checkout,
    "order_transactions/create": sales.transaction,
    "refunds/create": sales.refund,
    "returns/approve": sales.goods_return,
    "returns/cancel": sales.goods_return,
    "returns/close": sales.goods_return,
    "returns/reopen": sales.goods_return,
    "segments/create": _segment,
    "segments/update": _segment,
    "segments/delete": _segment,
    "products/update": _product,
    "products/create": _product,
    "products/delete": _deleted,
    "inventory_levels/update": _level,
    "customers/create": _customer,
    "customers/update": _customer,
}
TOPICS = tuple(_BUILDERS)
