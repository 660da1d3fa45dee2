"""Webhook subscriptions; plain http is accepted only for loopback addresses."""

import ipaddress
import json
from typing import Any
from urllib.parse import urlsplit

from store_sandbox.admin.protected import NO_TOPIC, TOPICS
from store_sandbox.admin.wire import gid, parse_gid
from store_sandbox.admin.writes.outcome import Payload, Write, refuse

_AT = ["webhookSubscription", "callbackUrl"]


def create(write: Write, args: dict[str, Any]) -> Payload:
    """`webhookSubscriptionCreate`."""
    given = args["webhookSubscription"]
    if "customer" in write.unapproved and args["topic"].startswith(TOPICS):
        raise refuse(["topic"], NO_TOPIC)
    _check(write, given)
    if not given.get("uri"):
        raise refuse(_AT, "Address can't be blank")
    taken = write.tx.connection.execute(
        "SELECT 1 FROM webhook_subscriptions WHERE client_id = ? AND topic = ? AND uri = ?",
        (write.client_id, args["topic"], given["uri"]),
    ).fetchone()
    if taken:
        raise refuse(_AT, "Address for this topic has already been taken")
    number = write.tx.next_ids("webhook_subscriptions")[0]
    row = {
        "id": number,
        "client_id": write.client_id,
        "topic": args["topic"],
        "uri": given["uri"],
        "include_fields": json.dumps(given.get("includeFields") or []),
        "created_at": write.tx.now,
        "updated_at": write.tx.now,
    }
    write.tx.insert("webhook_subscriptions", [row])
    return {"webhookSubscription": number, "userErrors": []}


def update(write: Write, args: dict[str, Any]) -> Payload:
    """`webhookSubscriptionUpdate`: address and fields."""
    row = _own(write, args["id"])
    given = args["webhookSubscription"]
    _check(write, given)
    values: dict[str, Any] = {"failures": 0}
    if given.get("uri"):
        values["uri"] = given["uri"]
    if given.get("includeFields") is not None:
        values["include_fields"] = json.dumps(given["includeFields"])
    write.tx.update("webhook_subscriptions", row["id"], values)
    return {"webhookSubscription": row["id"], "userErrors": []}


def delete(write: Write, args: dict[str, Any]) -> Payload:
    """`webhookSubscriptionDelete`: pending deliveries are dropped with it."""
    row = _own(write, args["id"])
    db = write.tx.connection
    db.execute("DELETE FROM webhook_subscriptions WHERE id = ?", (row["id"],))
    db.execute(
        "UPDATE webhook_deliveries SET state = 'dropped'"
        " WHERE subscription_id = ? AND state = 'pending'",
        (row["id"],),
    )
    return {"deletedWebhookSubscriptionId": gid("WebhookSubscription", row["id"]), "userErrors": []}


def _own(write: Write, ident: str) -> Any:
    row = write.row("webhook_subscriptions", parse_gid(ident, "WebhookSubscription"))
    if row is None or row["client_id"] != write.client_id:
        raise refuse(["id"], "Webhook subscription does not exist")
    return row


def _check(write: Write, given: dict[str, Any]) -> None:
    if given.get("format") == "XML":
        at = ["webhookSubscription", "format"]
        raise refuse(at, "Format can only be used with format: 'json'")
    uri = given.get("uri")
    if not uri:
        return
    parts = urlsplit(uri)
    if not parts.hostname:
        raise refuse(_AT, "Address is invalid")
    if parts.scheme == "https" and not is_loopback(parts.hostname):
        return
    if parts.scheme == "http" and not (write.loopback_http and is_loopback(parts.hostname)):
        raise refuse(_AT, "Address protocol http:// is not supported")
    if parts.scheme not in ("http", "https"):
        raise refuse(_AT, f"Address protocol {parts.scheme}:// is not supported")
    if not write.loopback_http:
        raise refuse(_AT, "Address cannot be a Shopify or an internal domain")


def is_loopback(host: str) -> bool:
    """Whether a host name or address never leaves this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
