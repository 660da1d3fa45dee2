"""Selection sets with their fragments opened."""

from collections.abc import Mapping

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionSetNode,
)


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """Fragments by name."""
    return {
        one.name.value: one
        for one in document.definitions
        if isinstance(one, FragmentDefinitionNode)
    }


def flatten(
    selections: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    schema: GraphQLSchema,
    owner: GraphQLNamedType | None = None,
) -> list[tuple[GraphQLNamedType | None, FieldNode]]:
    """Every field with the type its fragment names (None outside fragments), in their order."""
    found: list[tuple[GraphQLNamedType | None, FieldNode]] = []
    for node in selections.selections:
        if isinstance(node, FieldNode):
            found.append((owner, node))
        elif isinstance(node, FragmentSpreadNode):
            fragment = fragments[node.name.value]
            kind = schema.get_type(fragment.type_condition.name.value)
            found += flatten(fragment.selection_set, fragments, schema, kind)
        elif isinstance(node, InlineFragmentNode):
            kind = owner
            if node.type_condition is not None:
                kind = schema.get_type(node.type_condition.name.value)
            found += flatten(node.selection_set, fragments, schema, kind)
    return found
