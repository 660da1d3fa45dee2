"""Segments made, changed and removed by an app."""

from itertools import chain, count
from typing import Any

from store_sandbox.admin.failures import user_error
from store_sandbox.admin.wire import gid, parse_gid
from store_sandbox.admin.writes.outcome import Payload, Refused, Write, refuse

_LONGEST_QUERY = 5_000


def create(write: Write, args: dict[str, Any]) -> Payload:
    """`segmentCreate`: a query, and a name; one that is taken gets a number behind it."""
    _check(args)
    number = write.tx.next_ids("segments")[0]
    row = {"id": number, "name": _free(write, args["name"].strip()), "query": args["query"]}
    write.tx.insert("segments", [{**row, "created_at": write.tx.now, "updated_at": write.tx.now}])
    write.tx.changed("segments/create", number)
    write.journal(gid("Segment", number) or "", None, {"name": row["name"], "query": row["query"]})
    return {"segment": number, "userErrors": []}


def update(write: Write, args: dict[str, Any]) -> Payload:
    """`segmentUpdate`: what is not given stays."""
    given = {name: args[name] for name in ("name", "query") if args.get(name) is not None}
    if not given:
        raise refuse(None, "At least one attribute to change must be present")
    _check(given)
    row = _own(write, args)
    if "name" in given:
        given["name"] = given["name"].strip()
        if _taken(write, given["name"], row["id"]):
            raise refuse(["name"], "Name has already been taken")
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


def _check(given: dict[str, Any]) -> None:
    """Everything that is wrong with what is given, at once."""
    errors = [
        user_error([name], f"{name.capitalize()} can't be blank", None)
        for name, text in given.items()
        if name in ("name", "query") and not text.strip()
    ]
    if len(given.get("query", "")) > _LONGEST_QUERY:
        limit = f"Query is too long (maximum is {_LONGEST_QUERY} characters)"
        errors.append(user_error(["query"], limit, None))
    if errors:
        raise Refused(*errors)


def _free(write: Write, name: str) -> str:
    """The name, or the first `name (2)`, `name (3)` that nobody has."""
    numbered = (f"{name} ({number})" for number in count(2))
    return next(each for each in chain([name], numbered) if not _taken(write, each, None))


def _taken(write: Write, name: str, own: int | None) -> bool:
    sql = "SELECT 1 FROM segments WHERE name = ? COLLATE NOCASE AND id IS NOT ?"
    return write.tx.connection.execute(sql, (name, own)).fetchone() is not None
