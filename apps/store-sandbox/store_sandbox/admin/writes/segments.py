"""Segments made, changed and removed by an app."""

from typing import Any

from store_sandbox.admin.wire import gid, parse_gid
from store_sandbox.admin.writes.outcome import Payload, Write, refuse


def create(write: Write, args: dict[str, Any]) -> Payload:
    """`segmentCreate`: a name nobody has, and a query."""
    _check(write, args, None)
    number = write.tx.next_ids("segments")[0]
    row = {"id": number, "name": args["name"], "query": args["query"]}
    write.tx.insert("segments", [{**row, "created_at": write.tx.now, "updated_at": write.tx.now}])
    write.tx.changed("segments/create", number)
    write.journal(gid("Segment", number) or "", None, {"name": row["name"], "query": row["query"]})
    return {"segment": number, "userErrors": []}


def update(write: Write, args: dict[str, Any]) -> Payload:
    """`segmentUpdate`: what is not given stays."""
    row = _own(write, args)
    given = {name: args[name] for name in ("name", "query") if args.get(name) is not None}
    _check(write, {"name": row["name"], "query": row["query"], **given}, row["id"])
    write.tx.update("segments", row["id"], given)
    write.tx.changed("segments/update", row["id"])
    write.journal(gid("Segment", row["id"]) or "", {"name": row["name"]}, given)
    return {"segment": row["id"], "userErrors": []}


def delete(write: Write, args: dict[str, Any]) -> Payload:
    """`segmentDelete`."""
    row = _own(write, args)
    write.tx.connection.execute("DELETE FROM segments WHERE id = ?", (row["id"],))
    write.tx.changed("segments/delete", row["id"])
    write.journal(gid("Segment", row["id"]) or "", {"name": row["name"]}, None)
    return {"deletedSegmentId": gid("Segment", row["id"]), "userErrors": []}


def _own(write: Write, args: dict[str, Any]) -> Any:
    row = write.row("segments", parse_gid(args["id"], "Segment"))
    if row is None:
        raise refuse(["id"], "Segment does not exist")
    return row


def _check(write: Write, given: dict[str, Any], own: int | None) -> None:
    for name in ("name", "query"):
        if not given[name].strip():
            raise refuse([name], f"{name.capitalize()} can't be blank")
    taken = write.tx.connection.execute(
        "SELECT 1 FROM segments WHERE name = ? COLLATE NOCASE AND id IS NOT ?", (given["name"], own)
    ).fetchone()
    if taken:
        raise refuse(["name"], "Name has already been taken")
