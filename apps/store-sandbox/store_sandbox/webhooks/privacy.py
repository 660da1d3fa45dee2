"""The three privacy topics every app has to obey; their addresses are part of an app's settings.

A test names the address; Shopify's own dashboard would.
"""

import json
import uuid
from typing import Any

from store_sandbox.admin.context import Shop
from store_sandbox.admin.reads.shop import SHOP_ID
from store_sandbox.admin.wire import parse_gid
from store_sandbox.state import Transaction

TOPICS = ("customers/data_request", "customers/redact", "shop/redact")
_OWNER = "compliance"


def request_privacy(tx: Transaction, topic: str, uri: str, customer: str | None) -> str:
    """Queue one delivery; its webhook id. ValueError for another topic or an unknown customer."""
    if topic not in TOPICS:
        raise ValueError(f"topic must be one of {', '.join(TOPICS)}")
    row = {
        "webhook_id": str(uuid.uuid4()),
        "event_id": str(uuid.uuid4()),
        "subscription_id": _address(tx, topic, uri),
        "topic": topic,
        "body": json.dumps(_body(tx, topic, customer)),
        "triggered_at": tx.wall,
        "due_at": tx.wall,
    }
    tx.insert("webhook_deliveries", [row])
    tx.changed("privacy/requested", 0)
    return str(row["webhook_id"])


def _address(tx: Transaction, topic: str, uri: str) -> int:
    name = topic.replace("/", "_").upper()
    known = tx.connection.execute(
        "SELECT id FROM webhook_subscriptions WHERE client_id = ? AND topic = ? AND uri = ?",
        (_OWNER, name, uri),
    ).fetchone()
    if known is not None:
        return int(known["id"])
    number = tx.next_ids("webhook_subscriptions")[0]
    row = {
        "id": number,
        "client_id": _OWNER,
        "topic": name,
        "uri": uri,
        "created_at": tx.now,
        "updated_at": tx.now,
    }
    tx.insert("webhook_subscriptions", [row])
    return number


def _body(tx: Transaction, topic: str, customer: str | None) -> dict[str, Any]:
    db = tx.connection
    body: dict[str, Any] = {"shop_id": SHOP_ID, "shop_domain": Shop.load(db).domain}
    if topic == "shop/redact":
        return body
    number = parse_gid(customer or "", "Customer")
    row = db.execute("SELECT * FROM customers WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise ValueError("customer must be the id of a customer of this store")
    orders = db.execute("SELECT id FROM orders WHERE customer_id = ? ORDER BY id", (number,))
    idents = [order["id"] for order in orders]
    body["customer"] = {"id": row["id"], "email": row["email"], "phone": row["phone"]}
    if topic == "customers/redact":
        return {**body, "orders_to_redact": idents}
    return {**body, "orders_requested": idents, "data_request": {"id": tx.next_ids("requests")[0]}}
