"""Cursor connections: keyset pages over tables, and slices of lists already loaded."""

# ruff: noqa: S608 - names in SQL are constants of this package, values are bound

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from store_sandbox.admin.context import Context, Info
from store_sandbox.admin.failures import fail
from store_sandbox.admin.nodes import Node, batch_of
from store_sandbox.admin.search import Field, Search, compile_search
from store_sandbox.admin.wire import decode_cursor, encode_cursor

LARGEST_PAGE = 250


@dataclass(frozen=True, slots=True)
class Listing:
    """A table as a connection: `sql` is SELECT ... FROM, `ident` the id's expression in it."""

    kind: str
    sql: str
    ident: str
    fields: Mapping[str, Field]
    sorts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a connection."""

    nodes: Sequence[Any]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool


@dataclass(frozen=True, slots=True)
class Window:
    """Checked paging arguments."""

    size: int
    backward: bool
    after: tuple[int, Any] | None
    before: tuple[int, Any] | None


def window(args: Mapping[str, Any]) -> Window:
    """Paging arguments as Shopify accepts them, else its errors; bulk brings its own window."""
    if "window" in args:
        ready: Window = args["window"]
        return ready
    first, last = args.get("first"), args.get("last")
    if first is None and last is None:
        raise fail("you must provide one of first or last", "BAD_REQUEST")
    if first is not None and last is not None:
        raise fail("providing both first and last is not supported", "BAD_REQUEST")
    backward = first is None
    size = int(first or last or 0)
    if size > LARGEST_PAGE:
        name = "last" if backward else "first"
        raise fail(f"{name} exceeds maximum value of {LARGEST_PAGE}", "MAX_INPUT_SIZE_EXCEEDED")
    if size < 0:
        raise fail("first and last cannot be negative", "BAD_REQUEST")
    return Window(size, backward, _cursor(args.get("after")), _cursor(args.get("before")))


def _cursor(text: str | None) -> tuple[int, Any] | None:
    if text is None:
        return None
    decoded = decode_cursor(text)
    if decoded is None:
        raise fail("Invalid cursor for current pagination sort.", "INVALID_CURSOR")
    return decoded


def search_of(info: Info, listing: Listing, query: str | None) -> Search:
    """Compile `query:` and note the fields it does not know in `extensions.search`."""
    context: Context = info.context
    search = compile_search(query, listing.fields, timezone=context.shop.timezone, now=context.now)
    if search.unknown:
        context.warnings.append(
            {
                "path": info.path.as_list(),
                "query": query,
                "parsed": search.parsed,
                "warnings": [
                    {
                        "field": name,
                        "message": "Invalid search field for this query.",
                        "code": "invalid_field",
                    }
                    for name in search.unknown
                ],
            }
        )
    return search


def page(
    info: Info,
    listing: Listing,
    args: Mapping[str, Any],
    where: str = "1",
    params: Sequence[Any] = (),
) -> Page:
    """A keyset page of a table under the connection's arguments and an extra condition."""
    view = window(args)
    search = search_of(info, listing, args.get("query"))
    sort = "ID" if "window" in args else args.get("sortKey") or "ID"
    key = listing.sorts.get(sort, listing.ident)
    descending = bool(args.get("reverse")) != view.backward
    conditions = [f"({where})", f"({search.sql})"]
    values = [*params, *search.params]
    for bound, ahead in ((view.after, True), (view.before, False)):
        if bound is not None:
            sign = ">" if ahead != bool(args.get("reverse")) else "<"
            conditions.append(f"({key}, {listing.ident}) {sign} (?, ?)")
            values += [bound[1], bound[0]]
    order = "DESC" if descending else "ASC"
    select = listing.sql.replace("SELECT ", f"SELECT {key} AS sort_value, ", 1)
    rows = info.context.db.execute(
        f"{select} WHERE {' AND '.join(conditions)}"
        f" ORDER BY {key} {order}, {listing.ident} {order} LIMIT ?",
        (*values, view.size + 1),
    ).fetchall()
    return _page(listing.kind, rows, view)


def _page(kind: str, rows: list[sqlite3.Row], view: Window) -> Page:
    more = len(rows) > view.size
    rows = rows[: view.size]
    if view.backward:
        rows.reverse()
    nodes = batch_of(kind, rows)
    cursors = [encode_cursor(row["id"], row["sort_value"]) for row in rows]
    has_next = view.before is not None if view.backward else more
    has_previous = more if view.backward else view.after is not None
    return Page(nodes, cursors, has_next, has_previous)


def sliced(nodes: Sequence[Node], args: Mapping[str, Any]) -> Page:
    """A page of siblings already in memory, in their order (or reversed)."""
    view = window(args)
    ordered = list(reversed(nodes)) if args.get("reverse") else list(nodes)
    idents = [node.row["id"] for node in ordered]
    start = _position(idents, view.after, 0, 1)
    stop = _position(idents, view.before, len(ordered), 0)
    if view.backward:
        low, high = max(start, stop - view.size), stop
    else:
        low, high = start, min(stop, start + view.size)
    chosen = ordered[low : max(low, high)]
    cursors = [encode_cursor(node.row["id"], node.row["id"]) for node in chosen]
    return Page(chosen, cursors, high < len(ordered), low > 0)


def _position(idents: list[int], bound: tuple[int, Any] | None, default: int, step: int) -> int:
    if bound is None:
        return default
    return idents.index(bound[0]) + step if bound[0] in idents else default


def count(
    info: Info,
    listing: Listing,
    args: Mapping[str, Any],
    where: str = "1",
    params: Sequence[Any] = (),
) -> dict[str, Any]:
    """The `Count` object; beyond `limit` it only says "at least"."""
    search = search_of(info, listing, args.get("query"))
    limit = args.get("limit")
    table = listing.sql[listing.sql.index(" FROM ") :]
    tail = "" if limit is None else f" LIMIT {int(limit) + 1}"
    row = info.context.db.execute(
        f"SELECT COUNT(*) FROM (SELECT 1{table} WHERE ({where}) AND ({search.sql}){tail})",
        (*params, *search.params),
    ).fetchone()
    if limit is not None and row[0] > limit:
        return {"count": limit, "precision": "AT_LEAST"}
    return {"count": row[0], "precision": "EXACT"}


def edges(value: Page, _info: Info) -> list[dict[str, Any]]:
    """Resolver of every `edges` field."""
    return [
        {"cursor": cursor, "node": node}
        for cursor, node in zip(value.cursors, value.nodes, strict=True)
    ]


def nodes(value: Page, _info: Info) -> Sequence[Any]:
    """Resolver of every `nodes` field."""
    return value.nodes


def page_info(value: Page, _info: Info) -> dict[str, Any]:
    """Resolver of every `pageInfo` field."""
    return {
        "hasNextPage": value.has_next,
        "hasPreviousPage": value.has_previous,
        "startCursor": value.cursors[0] if value.cursors else None,
        "endCursor": value.cursors[-1] if value.cursors else None,
    }
