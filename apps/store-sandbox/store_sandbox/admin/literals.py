"""Whether a literal in a document fits its input type, said as graphql-ruby says it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from graphql import (
    EnumValueNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLScalarType,
    GraphQLSchema,
    ListValueNode,
    Node,
    NullValueNode,
    ObjectValueNode,
    ValueNode,
    VariableNode,
    get_location,
    is_list_type,
    is_non_null_type,
    is_required_input_field,
    print_ast,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of a response's `errors`."""

    message: str
    locations: list[dict[str, int]]
    path: list[str | int]
    extensions: dict[str, Any]

    def wire(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "message": self.message,
            "locations": self.locations,
            "path": self.path,
            "extensions": self.extensions,
        }


def place(node: Node) -> list[dict[str, int]]:
    """Line and column of a node in its document."""
    if node.loc is None:
        return []
    at = get_location(node.loc.source, node.loc.start)
    return [{"line": at.line, "column": at.column}]


def problem(message: str, node: Node, path: list[str | int], code: str, **extra: Any) -> Problem:
    """A problem at a node."""
    return Problem(message, place(node), path, {"code": code, **extra})


UseVariable: TypeAlias = Callable[[str, GraphQLInputType, str, Node, list[str | int]], None]


class Literals:
    """Checks argument values; variables inside them are handed to `use`."""

    def __init__(self, schema: GraphQLSchema, problems: list[Problem], use: UseVariable) -> None:
        self.schema = schema
        self.problems = problems
        self.use = use

    def check(
        self,
        value: ValueNode,
        kind: GraphQLInputType,
        owner: tuple[str, str, str],
        node: Node,
        path: list[str | int],
    ) -> None:
        """Report what is wrong with the value of one argument (or input field) of `owner`."""
        if isinstance(value, VariableNode):
            self.use(value.name.value, kind, owner[2], node, path)
            return
        if not self._fits(value, kind, owner, node, path):
            level, name, key = owner
            text = (
                f"Argument '{key}' on {level} '{name}' has an invalid value"
                f" ({print_ast(value)}). Expected type '{kind}'."
            )
            extra = {"typeName": level, "argumentName": key}
            self.problems.append(problem(text, node, path, "argumentLiteralsIncompatible", **extra))

    def _fits(
        self,
        value: ValueNode,
        kind: Any,
        owner: tuple[str, str, str],
        node: Node,
        path: list[str | int],
    ) -> bool:
        if is_non_null_type(kind):
            if isinstance(value, NullValueNode):
                return False
            kind = kind.of_type
        if isinstance(value, NullValueNode):
            return True
        if isinstance(value, VariableNode):
            self.use(value.name.value, kind, owner[2], node, path)
            return True
        if isinstance(kind, GraphQLList):
            return self._list(value, kind, owner, node, path)
        if isinstance(kind, GraphQLInputObjectType):
            if not isinstance(value, ObjectValueNode):
                return False
            self._object(value, kind, path)
            return True
        return _leaf(value, kind)

    def _list(
        self,
        value: ValueNode,
        kind: GraphQLList[Any],
        owner: tuple[str, str, str],
        node: Node,
        path: list[str | int],
    ) -> bool:
        if not isinstance(value, ListValueNode):
            return self._fits(value, kind.of_type, owner, node, path)
        return all(
            self._fits(item, kind.of_type, owner, node, [*path, index])
            for index, item in enumerate(value.values)
        )

    def _object(
        self, value: ObjectValueNode, kind: GraphQLInputObjectType, path: list[str | int]
    ) -> None:
        given = {item.name.value: item for item in value.fields}
        for key, known in kind.fields.items():
            if key not in given and is_required_input_field(known):
                text = (
                    f"Argument '{key}' on InputObject '{kind.name}' is required."
                    f" Expected type {known.type}"
                )
                extra = {
                    "argumentName": key,
                    "argumentType": str(known.type),
                    "inputObjectType": kind.name,
                }
                code = "missingRequiredInputObjectAttribute"
                self.problems.append(problem(text, value, [*path, key], code, **extra))
        if kind.is_one_of and len(given) != 1:
            text = f"'{kind.name}' requires exactly one argument, but {len(given)} were provided."
            extra = {"inputObjectType": kind.name}
            self.problems.append(problem(text, value, path, "invalidOneOfInputObject", **extra))
        for key, item in given.items():
            found = kind.fields.get(key)
            if found is None:
                text = f"InputObject '{kind.name}' doesn't accept argument '{key}'"
                extra = {"name": kind.name, "typeName": "InputObject", "argumentName": key}
                self.problems.append(
                    problem(text, item, [*path, key], "argumentNotAccepted", **extra)
                )
                continue
            owner = ("InputObject", kind.name, key)
            self.check(item.value, found.type, owner, value, [*path, key])

    def mismatch(self, declared: Any, wanted: Any, has_default: bool) -> str | None:
        """Why a variable of this type may not stand where that type is wanted."""
        if is_non_null_type(wanted):
            if is_non_null_type(declared):
                return self.mismatch(declared.of_type, wanted.of_type, False)
            if not has_default:
                inner = self.mismatch(declared, wanted.of_type, False)
                return inner or "Nullability mismatch"
            return self.mismatch(declared, wanted.of_type, False)
        if is_non_null_type(declared):
            return self.mismatch(declared.of_type, wanted, False)
        if is_list_type(wanted):
            if is_list_type(declared):
                return self.mismatch(declared.of_type, wanted.of_type, False)
            return "List dimension mismatch"
        if is_list_type(declared):
            return "List dimension mismatch"
        return None if declared is wanted else "Type mismatch"


def _leaf(value: ValueNode, kind: Any) -> bool:
    if isinstance(kind, GraphQLEnumType):
        return isinstance(value, EnumValueNode) and value.value in kind.values
    if not isinstance(kind, GraphQLScalarType) or isinstance(value, EnumValueNode):
        return str(kind.name) == "JSON"
    literal: Any = value
    try:
        if kind.coerce_input_literal is not None:
            kind.coerce_input_literal(literal)
        else:
            kind.parse_literal(literal)
    except (GraphQLError, ValueError, TypeError):
        return False
    return True
