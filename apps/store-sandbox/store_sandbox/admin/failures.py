"""Errors that end a field or a request, worded and coded as Shopify's."""

from typing import Any

from graphql import GraphQLError


def fail(message: str, code: str, **extensions: Any) -> GraphQLError:
    """A top-level error with `extensions.code`."""
    return GraphQLError(message, extensions={"code": code, **extensions})


def access_denied(field: str, required: str) -> GraphQLError:
    """What a field outside the token's scopes answers."""
    return fail(
        f"Access denied for {field} field. Required access: {required}",
        "ACCESS_DENIED",
        documentation="https://shopify.dev/api/usage/access-scopes",
        requiredAccess=required,
    )


def user_error(field: list[str] | None, message: str, code: str | None = None) -> dict[str, Any]:
    """A business error inside a payload; `code` is dropped by types that have none."""
    return {"field": field, "message": message, "code": code}
