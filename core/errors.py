"""Errors that know their HTTP status and what the reader can do about them (RFC 9457)."""

# ruff: noqa: N818 - they are named for what happened, as HTTP names it

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

PROBLEM_CONTENT_TYPE = "application/problem+json"
_TYPE_PREFIX = "urn:royal:problem:"


class RoyalError(Exception):
    """Something went wrong that a person can act on.

    ``detail`` says what happened in this case, ``remedy`` what to do about it, ``errors`` lists
    the single faults of a document (each a small JSON object). None of them may hold a secret.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal error"
    slug: ClassVar[str] = "internal"

    def __init__(
        self,
        detail: str,
        *,
        remedy: str,
        errors: Sequence[Mapping[str, Any]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy
        self.errors = [dict(error) for error in errors]
        self.headers = dict(headers or {})

    def __str__(self) -> str:
        return f"{self.detail} {self.remedy}".strip()


class Invalid(RoyalError):
    """The request is understood but its content is wrong."""

    status, title, slug = 422, "Invalid content", "invalid"


class Unauthenticated(RoyalError):
    """Nobody known is calling."""

    status, title, slug = 401, "Not signed in", "unauthenticated"


class Forbidden(RoyalError):
    """The caller is known and may not do this."""

    status, title, slug = 403, "Not allowed", "forbidden"


class NotFound(RoyalError):
    """There is no such thing, or not for this caller."""

    status, title, slug = 404, "Not found", "not-found"


class MethodNotAllowed(RoyalError):
    """The address exists, the method does not."""

    status, title, slug = 405, "Method not allowed", "method-not-allowed"


class Conflict(RoyalError):
    """The state changed, so the request no longer fits it."""

    status, title, slug = 409, "Conflict", "conflict"


class Gone(RoyalError):
    """It existed and has been used up or removed."""

    status, title, slug = 410, "Gone", "gone"


class TooLarge(RoyalError):
    """The request is larger than this door accepts."""

    status, title, slug = 413, "Too large", "too-large"


class RateLimited(RoyalError):
    """Too many requests; ``Retry-After`` is in ``headers`` when it is known."""

    status, title, slug = 429, "Too many requests", "rate-limited"


class NotConfigured(RoyalError):
    """A setting or credential is missing; the remedy names it."""

    status, title, slug = 503, "Not configured", "not-configured"


class Unavailable(RoyalError):
    """Something this process depends on does not answer now; trying again later may work."""

    status, title, slug = 503, "Unavailable", "unavailable"


class SettingsError(RoyalError):
    """A setting is wrong or missing; names the variable, never its value."""

    status, title, slug = 500, "Wrong setting", "settings"


def problem(
    error: RoyalError, *, instance: str | None = None, request_id: str | None = None
) -> dict[str, Any]:
    """The problem document of ``error``; ``instance`` is the request's path."""
    return {
        "type": f"{_TYPE_PREFIX}{error.slug}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "remedy": error.remedy,
        "instance": instance,
        "request_id": request_id,
        "errors": error.errors,
    }
