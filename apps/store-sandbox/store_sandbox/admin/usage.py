"""What a part of a document uses: variables and fragments."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import (
    FragmentSpreadNode,
    GraphQLArgument,
    Node,
    Undefined,
    is_non_null_type,
)

Path: TypeAlias = list[str | int]


@dataclass(slots=True)
class Usage:
    """Variables one operation or fragment uses, and the fragments it spreads."""

    variables: dict[str, tuple[Node, Path]] = field(default_factory=dict)
    spreads: dict[str, Node] = field(default_factory=dict)


def required(argument: GraphQLArgument) -> bool:
    """Whether an argument has to be given."""
    return (
        is_non_null_type(argument.type)
        and argument.default_value is Undefined
        and (getattr(argument, "default", None) is None)
    )


def variables_in(value: Any) -> Iterator[str]:
    """Names of the variables inside a value."""
    kind = value.kind
    if kind == "variable":
        yield value.name.value
    elif kind == "list_value":
        for item in value.values:
            yield from variables_in(item)
    elif kind == "object_value":
        for item in value.fields:
            yield from variables_in(item.value)


def spreads_of(node: Any) -> Usage:
    """The fragments an operation spreads directly."""
    usage = Usage()
    stack = [node.selection_set]
    while stack:
        selections = stack.pop()
        for item in selections.selections:
            if isinstance(item, FragmentSpreadNode):
                usage.spreads[item.name.value] = item
            elif item.selection_set is not None:
                stack.append(item.selection_set)
    return usage
