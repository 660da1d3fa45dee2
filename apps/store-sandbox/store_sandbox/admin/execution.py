"""From a request body to a response body: parse, check, price, pay, execute."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    execute_sync,
    parse,
    validate,
)

from store_sandbox.admin.context import Context
from store_sandbox.admin.cost import SINGLE_QUERY_LIMIT, Bucket, Pricing
from store_sandbox.admin.schema import served_schema
from store_sandbox.admin.validation import Checker
from store_sandbox.admin.variables import invalid_variables
from store_sandbox.bulk.selections import fragments_of
from store_sandbox.log import get_logger

_LIMITS = "https://shopify.dev/api/usage/rate-limits"
_log = get_logger(__name__)

Body: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document parsed and checked once for all its requests."""

    document: DocumentNode | None
    errors: tuple[Body, ...]


@lru_cache(maxsize=128)
def prepare(text: str) -> Prepared:
    """Parse and check; the errors of an unsound document are already in wire form."""
    try:
        document = parse(text)
    except GraphQLSyntaxError as error:
        return Prepared(None, ({**_plain(error), "extensions": {"code": "syntaxError"}},))
    schema = served_schema()
    problems = Checker(schema, document).run()
    if problems:
        return Prepared(document, tuple(problem.wire() for problem in problems))
    rest = validate(schema, document)
    return Prepared(document, tuple(_plain(error) for error in rest))


def _plain(error: GraphQLError) -> Body:
    found: Body = {"message": error.message}
    if error.locations:
        found["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    return found


def run(body: Any, context: Context, bucket: Bucket) -> Body:
    """The response of one GraphQL request; business and syntax errors alike are a 200."""
    text = body.get("query") if isinstance(body, dict) else None
    if not isinstance(text, str) or not text.strip():
        return {"errors": [{"message": "No query string was present"}]}
    prepared = prepare(text)
    if prepared.errors or prepared.document is None:
        return {"errors": list(prepared.errors)}
    operation = operation_of(prepared.document, body.get("operationName"))
    if operation is None:
        name = body.get("operationName")
        message = f'No operation named "{name}"' if name else "An operation name is required"
        return {"errors": [{"message": message}]}
    variables = body.get("variables") or {}
    errors = invalid_variables(served_schema(), operation, variables)
    if errors:
        return {"errors": errors}
    try:
        return _paid(prepared.document, operation, variables, context, bucket)
    finally:
        context.release()


def operation_of(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    """The operation to run; None when the name, or its absence, leaves it open."""
    found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name:
        return next((node for node in found if node.name and node.name.value == name), None)
    return found[0] if len(found) == 1 else None


def _paid(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Body,
    context: Context,
    bucket: Bucket,
) -> Body:
    pricing = Pricing(served_schema(), fragments_of(document), variables)
    requested = pricing.requested(operation)
    if requested > SINGLE_QUERY_LIMIT:
        return _too_dear(requested)
    if not bucket.take(requested):
        error = {
            "message": "Throttled",
            "extensions": {"code": "THROTTLED", "documentation": _LIMITS},
        }
        return {"errors": [error], "extensions": _cost(requested, None, bucket)}
    result = execute_sync(
        served_schema(),
        document,
        context_value=context,
        variable_values=variables,
        operation_name=operation.name.value if operation.name else None,
    )
    actual = pricing.actual(operation, result.data)
    bucket.give_back(requested - actual)
    response: Body = {"data": result.data}
    if result.errors:
        response["errors"] = [_executed(error, context) for error in result.errors]
    response["extensions"] = _cost(requested, actual, bucket)
    if context.warnings:
        response["extensions"]["search"] = context.warnings
    return response


def _cost(requested: int, actual: int | None, bucket: Bucket) -> Body:
    return {
        "cost": {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": bucket.status(),
        }
    }


def _too_dear(cost: int) -> Body:
    message = (
        f"Query cost is {cost}, which exceeds the single query max cost limit"
        f" ({SINGLE_QUERY_LIMIT}).\n\nSee {_LIMITS} for more information on how the\n"
        "cost of a query is calculated.\n"
    )
    extensions = {
        "code": "MAX_COST_EXCEEDED",
        "cost": cost,
        "maxCost": SINGLE_QUERY_LIMIT,
        "documentation": _LIMITS,
    }
    return {"errors": [{"message": message, "extensions": extensions}]}


def _executed(error: GraphQLError, context: Context) -> Body:
    found = _plain(error)
    if error.original_error is not None and not error.extensions:
        _log.error(
            "admin.field.failed",
            path=error.path,
            request_id=context.request_id,
            exc_info=error.original_error,
        )
        found["message"] = (
            "Internal error. Looks like something went wrong on our end.\n"
            f"Request ID: {context.request_id} (include this in support requests)."
        )
        found["extensions"] = {
            "code": "INTERNAL_SERVER_ERROR",
            "requestId": context.request_id,
        }
    else:
        found["extensions"] = dict(error.extensions or {})
    if error.path is not None:
        found["path"] = error.path
    return found
