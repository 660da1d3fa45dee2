"""Bulk operations as their app sees them."""

# ruff: noqa: A002, A006, ARG005 - resolvers take what GraphQL hands them

from typing import Any

from store_sandbox.admin.connections import Listing, Page, page
from store_sandbox.admin.context import Context, Info
from store_sandbox.admin.nodes import Batch, Node
from store_sandbox.admin.reads.columns import Resolver, moment, plain, typed
from store_sandbox.admin.search import Field
from store_sandbox.admin.wire import gid, parse_gid

OPERATIONS = Listing(
    "BulkOperation",
    "SELECT bulk_operations.* FROM bulk_operations",
    "bulk_operations.id",
    {
        "id": Field("id", "bulk_operations.id {}"),
        "status": Field("text", "status {}"),
        "operation_type": Field("choice", "query=1|mutation=0"),
        "created_at": Field("time", "bulk_operations.created_at {}"),
        "completed_at": Field("time", "completed_at {}"),
    },
    {
        "CREATED_AT": "bulk_operations.created_at",
        "COMPLETED_AT": "COALESCE(bulk_operations.completed_at, 0)",
    },
)


def find_operation(context: Context, number: int | None) -> Node | None:
    """The caller's own operation with this id."""
    found = context.one("BulkOperation", "SELECT * FROM bulk_operations WHERE id = ?", number)
    return None if found is None or found.row["client_id"] != context.client_id else found


def _expired(node: Node, info: Info) -> bool:
    ends = node.row["expires_wall"]
    return ends is not None and info.context.state.wall() >= ends


def _status(node: Node, info: Info) -> str:
    status: str = node.row["status"]
    return "EXPIRED" if status == "COMPLETED" and _expired(node, info) else status


def _link(wanted: str) -> Resolver:
    def url(node: Node, info: Info) -> str | None:
        row = node.row
        links = info.context.links
        if links is None or row["status"] != wanted or not row["file_size"]:
            return None
        return None if _expired(node, info) else links.make(row["id"], row["expires_wall"])

    return url


def _size(node: Node, _info: Info) -> str | None:
    row = node.row
    return str(row["file_size"]) if row["status"] == "COMPLETED" and row["file_size"] else None


def _current(_root: Any, info: Info, type: str = "QUERY") -> Node | None:
    if type != "QUERY":
        return None
    row = info.context.db.execute(
        "SELECT * FROM bulk_operations WHERE client_id = ? ORDER BY id DESC LIMIT 1",
        (info.context.client_id,),
    ).fetchone()
    return None if row is None else Node("BulkOperation", row, Batch())


def _operations(_root: Any, info: Info, **args: Any) -> Page:
    # newest first is the default, so `reverse` turns it
    turned = {**args, "reverse": not args.get("reverse")}
    return page(info, OPERATIONS, turned, "client_id = ?", (info.context.client_id,))


RESOLVERS: dict[str, Resolver] = {
    **typed(
        "BulkOperation",
        {
            "id": lambda node, info: gid("BulkOperation", node.row["id"]),
            "status": _status,
            "type": lambda node, info: "QUERY",
            "errorCode": plain("error_code"),
            "createdAt": moment("created_at"),
            "completedAt": moment("completed_at"),
            "objectCount": lambda node, info: str(node.row["object_count"]),
            "rootObjectCount": lambda node, info: str(node.row["root_object_count"]),
            "fileSize": _size,
            "query": plain("query"),
            "url": _link("COMPLETED"),
            "partialDataUrl": _link("FAILED"),
        },
    ),
    "QueryRoot.bulkOperation": lambda root, info, id: find_operation(
        info.context, parse_gid(id, "BulkOperation")
    ),
    "QueryRoot.bulkOperations": _operations,
    "QueryRoot.currentBulkOperation": _current,
}
NODES = {"BulkOperation": find_operation}
