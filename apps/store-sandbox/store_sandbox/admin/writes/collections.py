"""Making collections and filling them."""

import re
from typing import Any

from store_sandbox.admin.failures import user_error
from store_sandbox.admin.wire import gid, parse_gid
from store_sandbox.admin.writes.outcome import Payload, Refused, Write, refuse

_LONGEST = 255


def slug(title: str) -> str:
    """A title as a handle."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def free_handle(write: Write, table: str, wanted: str) -> str:
    """The handle, or with the first number that nobody has behind it."""
    sql = f"SELECT 1 FROM {table} WHERE handle = ?"  # noqa: S608 - our own table names
    found, number = wanted, 1
    while write.tx.connection.execute(sql, (found,)).fetchone():
        found = f"{wanted}-{number}"
        number += 1
    return found


def create(write: Write, args: dict[str, Any]) -> Payload:
    """`collectionCreate`: a collection filled by hand."""
    given = args.get("collection") or args.get("input") or {}
    title = (given.get("title") or "").strip()
    if not title:
        raise refuse(["title"], "Title can't be blank")
    if len(title) > _LONGEST:
        raise refuse(["title"], f"Title is too long (maximum is {_LONGEST} characters)")
    products = [parse_gid(text, "Product") for text in given.get("products") or []]
    errors = [
        user_error(["products", str(place)], "Product does not exist")
        for place, number in enumerate(products)
        if write.row("products", number) is None
    ]
    if errors:
        raise Refused(*errors)
    number = write.tx.next_ids("collections")[0]
    row = {
        "id": number,
        "title": title,
        "handle": free_handle(write, "collections", given.get("handle") or slug(title)),
        "description_html": given.get("descriptionHtml") or "",
        "sort_order": given.get("sortOrder") or "BEST_SELLING",
        "created_at": write.tx.now,
        "updated_at": write.tx.now,
    }
    write.tx.insert("collections", [row])
    join(write, number, [one for one in products if one is not None])
    write.tx.changed("collections/create", number)
    write.journal(gid("Collection", number) or "", None, {"title": title})
    return {"collection": number, "userErrors": []}


def join(write: Write, collection: int, products: list[int]) -> None:
    """Put products at the end of a collection; those in it stay where they are."""
    db = write.tx.connection
    sql = "SELECT COALESCE(MAX(position), 0) FROM collection_products WHERE collection_id = ?"
    last = db.execute(sql, (collection,)).fetchone()[0]
    for place, product in enumerate(products, last + 1):
        db.execute(
            "INSERT OR IGNORE INTO collection_products VALUES (?, ?, ?)",
            (collection, product, place),
        )


def _existing(write: Write, ident: str) -> Any:
    row = write.row("collections", parse_gid(ident, "Collection"))
    if row is None:
        raise refuse(["id"], "Collection does not exist")
    return row


def add_products(write: Write, args: dict[str, Any]) -> Payload:
    """`collectionAddProducts`: none of them may be in it already."""
    row = _existing(write, args["id"])
    numbers = [parse_gid(text, "Product") for text in args["productIds"]]
    known = [number for number in numbers if write.row("products", number) is not None]
    if len(known) != len(numbers):
        raise refuse(["productIds"], "Product does not exist")
    sql = "SELECT 1 FROM collection_products WHERE collection_id = ? AND product_id = ?"
    for number in known:
        if write.tx.connection.execute(sql, (row["id"], number)).fetchone():
            raise refuse(["productIds"], "Product is already in the collection")
    join(write, row["id"], [number for number in known if number is not None])
    _touch(write, row["id"], {"added": args["productIds"]})
    return {"collection": row["id"], "userErrors": []}


def remove_products(write: Write, args: dict[str, Any]) -> Payload:
    """`collectionRemoveProducts`: done at once; the job it answers is done when asked."""
    row = _existing(write, args["id"])
    for text in args["productIds"]:
        write.tx.connection.execute(
            "DELETE FROM collection_products WHERE collection_id = ? AND product_id = ?",
            (row["id"], parse_gid(text, "Product")),
        )
    _touch(write, row["id"], {"removed": args["productIds"]})
    return {"job": write.job(), "userErrors": []}


def _touch(write: Write, number: int, what: dict[str, Any]) -> None:
    write.tx.update("collections", number, {})
    write.tx.changed("collections/update", number)
    write.journal(gid("Collection", number) or "", None, what)


def delete(write: Write, args: dict[str, Any]) -> Payload:
    """`collectionDelete`: its products stay."""
    row = _existing(write, args["input"]["id"])
    write.tx.connection.execute("DELETE FROM collections WHERE id = ?", (row["id"],))
    write.tx.changed("collections/delete", row["id"])
    write.journal(gid("Collection", row["id"]) or "", {"title": row["title"]}, None)
    return {"deletedCollectionId": gid("Collection", row["id"]), "userErrors": []}
