"""Tags on products, orders and customers."""

from typing import Any

from store_sandbox.admin.failures import fail
from store_sandbox.admin.wire import gid_kind, join_tags, parse_gid, split_tags
from store_sandbox.admin.writes.outcome import Payload, Write, refuse

_TABLES = {
    "Product": ("products", "products/update"),
    "Order": ("orders", "orders/updated"),
    "Customer": ("customers", "customers/update"),
}


def add(write: Write, args: dict[str, Any]) -> Payload:
    """`tagsAdd`: repeats (in any case) are kept once."""
    return _retag(write, args["id"], lambda old: join_tags([*old, *args["tags"]]))


def remove(write: Write, args: dict[str, Any]) -> Payload:
    """`tagsRemove`: tags that are not there are no error."""
    gone = {tag.strip().lower() for text in args["tags"] for tag in text.split(",")}
    return _retag(
        write, args["id"], lambda old: join_tags([tag for tag in old if tag.lower() not in gone])
    )


def _retag(write: Write, ident: str, change: Any) -> Payload:
    kind = gid_kind(ident)
    if kind is None or kind not in _TABLES:
        raise fail(f"Invalid id: {ident}", "RESOURCE_NOT_FOUND")
    table, topic = _TABLES[kind]
    row = write.row(table, parse_gid(ident, kind))
    if row is None:
        raise refuse(["id"], f"{kind} does not exist")
    tags = change(split_tags(row["tags"]))
    if len(split_tags(tags)) > 250:
        raise refuse(["tags"], "Tags cannot be more than 250")
    if tags != row["tags"]:
        write.tx.update(table, row["id"], {"tags": tags})
        write.tx.changed(topic, row["id"])
        write.journal(ident, {"tags": split_tags(row["tags"])}, {"tags": split_tags(tags)})
    return {"node": ident, "userErrors": []}
