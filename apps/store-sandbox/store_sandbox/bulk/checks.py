"""What Shopify accepts as a bulk query, in its words.

One top-level field that is not `node`, at least one and at most five connections, read by
`edges { node }`, nested two deep at most, never inside a list, under parents that select `id`.
"""

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
    parse,
    validate,
)

from store_sandbox.admin.validation import Checker
from store_sandbox.bulk.selections import flatten, fragments_of

MOST_CONNECTIONS = 5
DEEPEST = 2
_ONE_ROOT = "Bulk queries must contain exactly one top level field."
_NO_ID = (
    "The parent 'node' field for a nested connection must select the 'id' field without an alias"
    " and must be of 'ID' return type. Connection fields without 'id': {}."
)
_NODES = (
    "All connection fields in a bulk query must select their contents using 'edges' > 'node',"
    " e.g: '{0} {{ edges {{ node {{'. Selecting via 'nodes' is not supported."
    " Invalid connection fields: {1}."
)
_IN_LIST = (
    "Queries that contain a connection field within a list field are not currently supported."
)


class UnfitQueryError(Exception):
    """The query cannot run in bulk; `messages` say why, one each."""

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


@dataclass(slots=True)
class _Survey:
    """What a walk over the selected fields met."""

    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    connections: int = 0
    deepest: int = 0
    in_list: bool = False
    by_nodes: list[str] = field(default_factory=list)
    without_id: list[str] = field(default_factory=list)

    def fields(self, selections: SelectionSetNode) -> list[Any]:
        """(type named by a fragment, field) of a selection."""
        return flatten(selections, self.fragments, self.schema)

    def walk(self, kind: Any, selections: SelectionSetNode, depth: int, in_list: bool) -> None:
        """Survey the fields of a type; `depth` is that of the connection around (root 0)."""
        for owner, node in self.fields(selections):
            definition = getattr(owner or kind, "fields", {}).get(node.name.value)
            if definition is None or node.selection_set is None:
                continue
            inner: Any = get_named_type(definition.type)
            if inner.name.endswith("Connection"):
                self._connection(inner, node, depth + 1, in_list)
            else:
                listed = is_list_type(get_nullable_type(definition.type))
                self.walk(inner, node.selection_set, depth, in_list or listed)

    def _connection(self, kind: Any, node: Any, depth: int, in_list: bool) -> None:
        self.connections += 1
        self.deepest = max(self.deepest, depth)
        self.in_list = self.in_list or in_list
        before = self.connections
        parts = [part for _, part in self.fields(node.selection_set)]
        names = {part.name.value for part in parts}
        if "nodes" in names or "edges" not in names:
            self.by_nodes.append(node.name.value)
        inner = get_named_type(kind.fields["nodes"].type)
        for content in self._contents(parts):
            self.walk(inner, content.selection_set, depth, False)
            if self.connections > before and not self._selects_id(content):
                self.without_id.append(node.name.value)

    def _contents(self, parts: list[Any]) -> list[Any]:
        edges = [part for part in parts if part.name.value == "edges"]
        nodes = [part for part in parts if part.name.value == "nodes"]
        inside = [one for edge in edges for _, one in self.fields(edge.selection_set)]
        found = nodes + [one for one in inside if one.name.value == "node"]
        return [one for one in found if one.selection_set is not None]

    def _selects_id(self, node: Any) -> bool:
        return any(
            one.name.value == "id" and one.alias is None
            for _, one in self.fields(node.selection_set)
        )


def check(text: str, schema: GraphQLSchema) -> DocumentNode:
    """The parsed document; UnfitQueryError for one that Shopify would refuse."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        raise UnfitQueryError(f"Invalid bulk query: {error.message}") from None
    operations = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)]
    if any(one.operation is not OperationType.QUERY for one in operations):
        raise UnfitQueryError("Invalid operation type. Only `query` operations are supported.")
    wrong = [one.message for one in Checker(schema, document).run()]
    wrong = wrong or [error.message for error in validate(schema, document)]
    if wrong or len(operations) != 1:
        raise UnfitQueryError(*(f"Invalid bulk query: {one}" for one in wrong or [_ONE_ROOT]))
    survey = _Survey(schema, fragments_of(document))
    messages = _messages(survey, operations[0])
    if messages:
        raise UnfitQueryError(*messages)
    return document


def _messages(found: _Survey, operation: OperationDefinitionNode) -> list[str]:
    roots = [node for _, node in found.fields(operation.selection_set)]
    found.walk(found.schema.query_type, operation.selection_set, -1, False)
    messages = [
        f"Bulk queries cannot contain a top level `{node.name.value}` field."
        for node in roots
        if node.name.value in ("node", "nodes")
    ]
    if len(roots) > 1:
        messages.append(_ONE_ROOT)
    if not found.connections:
        messages.append("Bulk queries must contain at least one connection.")
    if found.connections > MOST_CONNECTIONS:
        messages.append(f"Bulk queries cannot contain more than {MOST_CONNECTIONS} connections.")
    if found.deepest > DEEPEST:
        messages.append(
            f"Bulk queries cannot contain connections with a nesting depth greater than {DEEPEST}."
        )
    if found.in_list:
        messages.append(_IN_LIST)
    if found.by_nodes:
        listed = ", ".join(f"'{name}'" for name in found.by_nodes)
        messages.append(_NODES.format(found.by_nodes[0], listed))
    elif found.without_id:
        messages.append(_NO_ID.format(", ".join(found.without_id)))
    return messages
