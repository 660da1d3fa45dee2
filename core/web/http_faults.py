"""The frameworks' own refusals (404, 405, 413 ...) as errors with a remedy."""

# ruff: noqa: N818 - they are named for what happened, as HTTP names it

from __future__ import annotations

from core.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    MethodNotAllowed,
    NotFound,
    RateLimited,
    RoyalError,
    TooLarge,
    Unauthenticated,
    Unavailable,
)


class BadRequest(RoyalError):
    """The request cannot be read at all."""

    status, title, slug = 400, "Bad request", "bad-request"


class UnsupportedMedia(RoyalError):
    """The body is of a type this route does not read."""

    status, title, slug = 415, "Unsupported media type", "unsupported-media-type"


class UpgradeRequired(RoyalError):
    """The route speaks another protocol."""

    status, title, slug = 426, "Upgrade required", "upgrade-required"


_KINDS: dict[int, tuple[type[RoyalError], str, str]] = {
    400: (BadRequest, "The request cannot be read.", "Check its syntax against /docs."),
    401: (Unauthenticated, "Nobody known is calling.", "Send a bearer token."),
    403: (Forbidden, "This is not allowed.", "Ask an admin for a role that may."),
    404: (NotFound, "There is nothing at this address.", "See /docs for the routes of this door."),
    405: (MethodNotAllowed, "This address takes another method.", "See the Allow header."),
    409: (Conflict, "The state changed meanwhile.", "Read it again and retry."),
    410: (Gone, "It is gone.", "Read the list again."),
    413: (TooLarge, "The request's body is too large.", "Send less at once."),
    415: (UnsupportedMedia, "This body's type is not read here.", "Send application/json."),
    422: (Invalid, "The request's content is wrong.", "Check it against /docs."),
    426: (UpgradeRequired, "This address speaks WebSocket.", "Connect with a WebSocket client."),
    429: (RateLimited, "Too many requests.", "Wait and retry."),
    503: (Unavailable, "This is not available now.", "Retry later; see /readyz."),
}


def fault_of(status: int, method: str, path: str) -> RoyalError:
    """The error that stands for a framework's plain ``status``."""
    kind, detail, remedy = _KINDS.get(status, _KINDS[400])
    if status == 405:
        detail = f"{path} does not take {method}."
    elif status == 404:
        detail = f"There is nothing at {path}."
    return kind(detail, remedy=remedy)
