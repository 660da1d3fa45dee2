"""Variables checked before execution, with Shopify's `INVALID_VARIABLE` problems."""

import json
from typing import Any, TypeAlias

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    is_non_null_type,
    is_required_input_field,
    print_ast,
    type_from_ast,
)

from store_sandbox.admin.literals import place

Found: TypeAlias = list[tuple[list[str | int], str]]


def invalid_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: dict[str, Any]
) -> list[dict[str, Any]]:
    """One error per variable whose value does not fit; empty when all do."""
    errors = []
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        kind = type_from_ast(schema, definition.type)
        if name not in given and (
            definition.default_value is not None or not is_non_null_type(kind)
        ):
            continue
        found: Found = []
        _check(given.get(name), kind, [], found)
        if found:
            errors.append(
                {
                    "message": _message(name, print_ast(definition.type), found),
                    "locations": place(definition),
                    "extensions": {
                        "code": "INVALID_VARIABLE",
                        "value": given.get(name),
                        "problems": [{"path": path, "explanation": text} for path, text in found],
                    },
                }
            )
    return errors


def _message(name: str, kind: str, found: Found) -> str:
    head = f"Variable ${name} of type {kind} was provided invalid value"
    parts = [f"{'.'.join(str(step) for step in path)} ({text})" for path, text in found if path]
    return f"{head} for {', '.join(parts)}" if parts else head


def _check(value: Any, kind: Any, path: list[str | int], found: Found) -> None:
    if is_non_null_type(kind):
        if value is None:
            found.append((path, "Expected value to not be null"))
            return
        kind = kind.of_type
    if value is None:
        return
    if isinstance(kind, GraphQLList):
        items = value if isinstance(value, list) else [value]
        for index, item in enumerate(items):
            _check(item, kind.of_type, [*path, index], found)
    elif isinstance(kind, GraphQLInputObjectType):
        _object(value, kind, path, found)
    else:
        _leaf(value, kind, path, found)


def _leaf(value: Any, kind: Any, path: list[str | int], found: Found) -> None:
    if isinstance(kind, GraphQLEnumType):
        if not isinstance(value, str) or value not in kind.values:
            allowed = ", ".join(kind.values)
            found.append((path, f"Expected {json.dumps(value)} to be one of: {allowed}"))
    elif isinstance(kind, GraphQLScalarType):
        try:
            kind.coerce_input_value(value)
        except (GraphQLError, ValueError, TypeError):
            found.append((path, f"Could not coerce value {json.dumps(value)} to {kind.name}"))


def _object(value: Any, kind: GraphQLInputObjectType, path: list[str | int], found: Found) -> None:
    if not isinstance(value, dict):
        text = f"Expected {json.dumps(value)} to be a key-value object."
        found.append((path, text))
        return
    for key in value:
        if key not in kind.fields:
            found.append(([*path, key], f"Field is not defined on {kind.name}"))
    if kind.is_one_of and len(value) != 1:
        text = f"'{kind.name}' requires exactly one argument, but {len(value)} were provided."
        found.append((path, text))
    for key, known in kind.fields.items():
        if key in value:
            _check(value[key], known.type, [*path, key], found)
        elif is_required_input_field(known):
            found.append(([*path, key], "Expected value to not be null"))
