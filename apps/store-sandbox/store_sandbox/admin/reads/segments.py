"""Segments: named groups of customers, each a query."""

# ruff: noqa: A006, ARG005 - resolvers take what GraphQL hands them

from graphql import GraphQLError

from store_sandbox.admin.connections import Listing, count, page
from store_sandbox.admin.context import Context
from store_sandbox.admin.nodes import Node
from store_sandbox.admin.reads.columns import Resolver, moment, plain, typed
from store_sandbox.admin.search import Field
from store_sandbox.admin.wire import gid, parse_gid

SEGMENTS = Listing(
    "Segment",
    "SELECT segments.* FROM segments",
    "segments.id",
    {
        "": Field("words", "segments.name {}"),
        "id": Field("id", "segments.id {}"),
        "name": Field("text", "segments.name {}"),
    },
    {
        "ID": "segments.id",
        "CREATION_DATE": "segments.created_at",
        "LAST_EDIT_DATE": "segments.updated_at",
    },
)


def find_segment(context: Context, number: int | None) -> Node | None:
    """The segment with this id."""
    return context.one("Segment", "SELECT * FROM segments WHERE id = ?", number)


def _asked(context: Context, ident: str) -> Node:
    """The segment asked for by its id: unlike others, one that is not there is an error."""
    found = find_segment(context, parse_gid(ident, "Segment"))
    if found is None:
        raise GraphQLError("Segment does not exist", extensions={"code": "NOT_FOUND"})
    return found


RESOLVERS: dict[str, Resolver] = {
    **typed(
        "Segment",
        {
            "id": lambda node, info: gid("Segment", node.row["id"]),
            "name": plain("name"),
            "query": plain("query"),
            "creationDate": moment("created_at"),
            "lastEditDate": moment("updated_at"),
        },
    ),
    "QueryRoot.segment": lambda root, info, id: _asked(info.context, id),
    "QueryRoot.segments": lambda root, info, **args: page(info, SEGMENTS, args),
    "QueryRoot.segmentsCount": lambda root, info, **args: count(info, SEGMENTS, args),
}
NODES = {"Segment": find_segment}
