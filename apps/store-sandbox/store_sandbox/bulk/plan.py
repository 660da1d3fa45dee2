"""A checked bulk query compiled once: which resolver fills which key, and where connections are.

The GraphQL engine prices, paths and completes every value of every object; over millions of
objects that is most of the time. A plan calls the same resolvers of the same schema and leaves
out the rest, which a checked document does not need.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import orjson
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    default_field_resolver,
    get_named_type,
    get_nullable_type,
    is_interface_type,
    is_list_type,
    is_object_type,
)
from graphql.execution.values import get_argument_values
from graphql.language import DocumentNode

from store_sandbox.admin.connections import Page, Window
from store_sandbox.admin.context import Context
from store_sandbox.admin.nodes import Node, Tagged
from store_sandbox.bulk.selections import flatten, fragments_of

_PAGING = frozenset({"first", "last", "after", "before"})
_EVERYTHING = Window(2**62, False, None, None)
Row: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """What a resolver may ask of its field's place: the caller and the path for warnings."""

    context: Context
    field_name: str

    @property
    def path(self) -> "Place":
        """Itself: a bulk query has no response to point into."""
        return self

    def as_list(self) -> list[str | int]:
        """The field alone."""
        return [self.field_name]


@dataclass(frozen=True, slots=True)
class Step:
    """One selected field; `only` are the kinds it applies to, None for all."""

    key: str
    name: str
    resolve: Any
    arguments: Mapping[str, Any]
    only: frozenset[str] | None
    listed: bool
    connection: bool
    inner: "tuple[Step, ...] | None"

    def value(self, source: Any, context: Context, window: Window) -> Any:
        """What the resolver answers for an object; a connection answers its page."""
        extra = {**self.arguments, "window": window} if self.connection else self.arguments
        return self.resolve(source, Place(context, self.name), **extra)


@dataclass(slots=True)
class Counts:
    """Objects written so far, and those at the root."""

    objects: int = 0
    roots: int = 0


@dataclass(slots=True)
class _Below:
    """Connections met while an object was built."""

    pages: list[tuple[Step, Page]] = field(default_factory=list)


def compile_plan(document: DocumentNode, schema: GraphQLSchema) -> Step:
    """The root field of a checked document as a step."""
    operation = next(
        one for one in document.definitions if isinstance(one, OperationDefinitionNode)
    )
    (root,) = _Compiler(schema, document).steps(schema.query_type, operation.selection_set)
    return root


class _Compiler:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.schema = schema
        self.fragments = fragments_of(document)

    def steps(self, kind: Any, selections: Any) -> tuple[Step, ...]:
        return tuple(
            self._step(kind, owner, node)
            for owner, node in flatten(selections, self.fragments, self.schema)
        )

    def _step(self, kind: Any, owner: Any, node: FieldNode) -> Step:
        key = node.alias.value if node.alias else node.name.value
        only = None if owner is None or owner is kind else self._kinds(owner)
        if node.name.value == "__typename":
            fixed = kind.name
            return Step(key, "__typename", _typename(fixed), {}, only, False, False, None)
        holder = kind if owner is None else owner
        definition = holder.fields[node.name.value]
        inner: Any = get_named_type(definition.type)
        connection = inner.name.endswith("Connection")
        given = get_argument_values(definition, node)
        arguments = {
            name: value for name, value in given.items() if not (connection and name in _PAGING)
        }
        below = None
        if node.selection_set is not None:
            selections = node.selection_set
            below = self._contents(inner, node) if connection else self.steps(inner, selections)
        resolve = definition.resolve or default_field_resolver
        if is_interface_type(holder):
            resolve = self._by_kind(node.name.value)
        listed = is_list_type(get_nullable_type(definition.type))
        return Step(key, node.name.value, resolve, arguments, only, listed, connection, below)

    def _by_kind(self, name: str) -> Any:
        """A field of an interface is resolved as the object's own type resolves it."""

        def resolve(source: Any, place: Any, **args: Any) -> Any:
            kind: Any = self.schema.type_map[source.kind]
            return (kind.fields[name].resolve or default_field_resolver)(source, place, **args)

        return resolve

    def _contents(self, connection: Any, node: FieldNode) -> tuple[Step, ...]:
        """The steps of `edges { node { ... } }`; cursors and page info have no place in a file."""
        kind = get_named_type(connection.fields["nodes"].type)
        found: tuple[Step, ...] = ()
        for edge in self._fields(node):
            for one in self._fields(edge) if edge.name.value == "edges" else ():
                if one.name.value == "node" and one.selection_set is not None:
                    found += self.steps(kind, one.selection_set)
        return found

    def _fields(self, node: FieldNode) -> list[FieldNode]:
        if node.selection_set is None:
            return []
        return [one for _, one in flatten(node.selection_set, self.fragments, self.schema)]

    def _kinds(self, owner: Any) -> frozenset[str]:
        if is_object_type(owner):
            return frozenset({owner.name})
        return frozenset(one.name for one in self.schema.get_possible_types(owner))


def _typename(name: str) -> Any:
    def resolve(source: Any, _place: Any) -> str:
        return source.kind if isinstance(source, Node | Tagged) else name

    return resolve


def root_page(root: Step, context: Context, window: Window) -> Page:
    """One page of the root connection."""
    found = root.value(None, context, window)
    if not isinstance(found, Page):
        raise GraphQLError("the root of a paged bulk query is a connection")
    return found


def lines(
    steps: Sequence[Step], source: Any, parent: str | None, context: Context, counts: Counts
) -> Iterator[bytes]:
    """The object's line, then those of what hangs below it, each with its `__parentId`."""
    below = _Below()
    row = _object(steps, source, context, below)
    counts.objects += 1
    if parent is None:
        counts.roots += 1
    else:
        row["__parentId"] = parent
    yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
    for step, page in below.pages:
        for node in page.nodes:
            yield from lines(step.inner or (), node, row.get("id"), context, counts)


def _object(steps: Sequence[Step], source: Any, context: Context, below: _Below) -> Row:
    row: Row = {}
    for step in steps:
        if step.only is not None and getattr(source, "kind", None) not in step.only:
            continue
        value = step.value(source, context, _EVERYTHING)
        if step.connection:
            if value is not None:
                below.pages.append((step, value))
        elif step.inner is None or value is None:
            row[step.key] = value
        elif step.listed:
            row[step.key] = [
                None if one is None else _object(step.inner, one, context, below) for one in value
            ]
        else:
            row[step.key] = _object(step.inner, value, context, below)
    return row
