"""Customer edits."""

from typing import Any

from store_sandbox.admin.failures import user_error
from store_sandbox.admin.wire import gid, join_tags, parse_gid, split_tags
from store_sandbox.admin.writes.outcome import Payload, Refused, Write, refuse

_COLUMNS = {
    "firstName": "first_name",
    "lastName": "last_name",
    "email": "email",
    "phone": "phone",
    "note": "note",
    "locale": "locale",
}


def update(write: Write, args: dict[str, Any]) -> Payload:
    """`customerUpdate`: names, addresses to reach, note, tags."""
    given = args["input"]
    row = write.row("customers", parse_gid(given.get("id") or "", "Customer"))
    if row is None:
        raise refuse(["id"], "Customer does not exist")
    values = {column: given[name] for name, column in _COLUMNS.items() if name in given}
    if given.get("tags") is not None:
        values["tags"] = join_tags(given["tags"])
    if given.get("taxExempt") is not None:
        values["tax_exempt"] = int(given["taxExempt"])
    errors = _problems(write, row, values)
    if errors:
        raise Refused(*errors)
    write.tx.update("customers", row["id"], values)
    write.tx.changed("customers/update", row["id"])
    changed = sorted(values)
    write.journal(gid("Customer", row["id"]) or "", None, {"fields": changed})
    return {"customer": row["id"], "userErrors": []}


def _problems(write: Write, row: Any, values: dict[str, Any]) -> list[dict[str, Any]]:
    errors = []
    after = {**dict(row), **values}
    if not any(after[name] for name in ("first_name", "last_name", "email", "phone")):
        message = "A name, phone number, or email address must be present"
        errors.append(user_error(None, message))
    if len(values.get("note") or "") > 5000:
        errors.append(user_error(["note"], "Note is too long (maximum is 5000 characters)"))
    if len(split_tags(values.get("tags", ""))) > 250:
        errors.append(user_error(["tags"], "Customers must have 250 tags or less."))
    email = values.get("email")
    if email:
        if "@" not in email:
            errors.append(user_error(["email"], "Email is invalid"))
        sql = "SELECT 1 FROM customers WHERE email = ? COLLATE NOCASE AND id <> ?"
        if write.tx.connection.execute(sql, (email, row["id"])).fetchone():
            errors.append(user_error(["email"], "Email has already been taken"))
    return errors
