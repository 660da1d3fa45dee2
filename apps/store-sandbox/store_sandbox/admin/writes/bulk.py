"""Starting and cancelling bulk operations."""

from typing import Any

from store_sandbox.admin.failures import user_error
from store_sandbox.admin.wire import gid, parse_gid
from store_sandbox.admin.writes.outcome import Payload, Refused, Write, refuse
from store_sandbox.bulk.checks import UnfitQueryError, check

AT_ONCE = 5
_FIRST_WITH_FIVE = "2026-01"
_BUSY = "A bulk query operation for this app and shop is already in progress: {}."


def run_query(write: Write, args: dict[str, Any]) -> Payload:
    """`bulkOperationRunQuery`: checked, then left to the runner."""
    try:
        check(args["query"], write.schema)
    except UnfitQueryError as unfit:
        errors = [user_error(["query"], message, "INVALID") for message in unfit.messages]
        raise Refused(*errors) from None
    db = write.tx.connection
    running = db.execute(
        "SELECT id FROM bulk_operations WHERE client_id = ?"
        " AND status IN ('CREATED', 'RUNNING', 'CANCELING') ORDER BY id",
        (write.client_id,),
    ).fetchall()
    most = AT_ONCE if write.version >= _FIRST_WITH_FIVE else 1
    if len(running) >= most:
        listed = ", ".join(gid("BulkOperation", row["id"]) or "" for row in running)
        raise refuse(None, _BUSY.format(listed), "OPERATION_IN_PROGRESS")
    number = write.tx.next_ids("bulk_operations")[0]
    row = {
        "id": number,
        "client_id": write.client_id,
        "scopes": ",".join(sorted(write.scopes)),
        "version": write.version,
        "query": args["query"],
        "created_at": write.tx.now,
        "updated_at": write.tx.now,
    }
    write.tx.insert("bulk_operations", [row])
    write.tx.changed("bulk_operations/started", number)
    return {"bulkOperation": number, "userErrors": []}


def cancel(write: Write, args: dict[str, Any]) -> Payload:
    """`bulkOperationCancel`: what is running stops at its next page."""
    row = write.row("bulk_operations", parse_gid(args["id"], "BulkOperation"))
    if row is None or row["client_id"] != write.client_id:
        raise refuse(["id"], "Bulk operation does not exist")
    if row["status"] in ("CREATED", "RUNNING"):
        write.tx.update("bulk_operations", row["id"], {"status": "CANCELING"})
    elif row["status"] != "CANCELING":
        message = f"A bulk operation cannot be canceled when it is {row['status'].lower()}"
        return {"bulkOperation": row["id"], "userErrors": [user_error(None, message)]}
    return {"bulkOperation": row["id"], "userErrors": []}
