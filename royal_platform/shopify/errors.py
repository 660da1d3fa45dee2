"""The ways a call to Shopify fails: not reachable now (retry), or refused (do not)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from core.errors import NotConfigured, RoyalError, Unavailable
from royal_platform.shopify.refusals import REMEDIES, Refusal, refusal_of


class ShopifyUnavailable(Unavailable):
    """The store did not answer, or asked to wait longer than we may.

    ``maybe_applied`` is True when a write was sent and its outcome is not known: read before
    writing again.
    """

    title, slug = "The store does not answer", "shopify-unavailable"

    def __init__(
        self,
        detail: str,
        *,
        remedy: str = "Nothing is lost: the work is repeated when the store answers again.",
        retry_after: float | None = None,
        maybe_applied: bool = False,
    ) -> None:
        super().__init__(detail, remedy=remedy)
        self.retry_after = retry_after
        self.maybe_applied = maybe_applied


class ShopifyRejected(RoyalError):  # noqa: N818 - named by what happened, as its kin
    """The store refused the request; sending it again would be refused again.

    ``code`` is Shopify's (``INVALID``, ``CHANGE_FROM_QUANTITY_STALE`` ...), ``kind`` what it means,
    ``field`` the path of the input at fault.
    """

    status: ClassVar[int] = 502
    title, slug = "The store refused the request", "shopify-rejected"

    def __init__(
        self,
        detail: str,
        *,
        remedy: str,
        code: str | None = None,
        field: str | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(detail, remedy=remedy, errors=errors)
        self.code = code
        self.kind: Refusal = refusal_of(code)
        self.field = field


class ShopifyUnauthorized(NotConfigured):
    """The store does not accept our credentials, renewed or not."""

    title, slug = "The store does not accept the credentials", "shopify-unauthorized"


def rejected(errors: Sequence[Mapping[str, Any]], *, doing: str) -> ShopifyRejected:
    """The rejection that ``userErrors`` (or top-level errors) speak of."""
    first = errors[0]
    path = first.get("field")
    field = ".".join(str(part) for part in path) if isinstance(path, list) else path
    code = first.get("code") or (first.get("extensions") or {}).get("code")
    where = f" (field {field!r})" if field else ""
    return ShopifyRejected(
        f"The store refused {doing}{where}: {first.get('message', 'no reason given')}",
        remedy=REMEDIES[refusal_of(code)],
        code=str(code) if code else None,
        field=field,
        errors=[
            {
                "field": error.get("field"),
                "message": error.get("message"),
                "code": error.get("code"),
            }
            for error in errors
        ],
    )


def access_denied(error: Mapping[str, Any]) -> ShopifyRejected:
    """The app lacks an access scope."""
    needed = (error.get("extensions") or {}).get("requiredAccess")
    scope = f" Shopify says it needs: {needed}." if needed else ""
    return ShopifyRejected(
        f"The app may not do this: {error.get('message', 'access denied')}{scope}",
        remedy="Grant the app that access scope in the Shopify admin and install it again.",
        code="ACCESS_DENIED",
        errors=[{"message": error.get("message"), "required_access": needed}],
    )
