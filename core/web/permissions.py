"""Each handler says who may call it; what says nothing is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from core.security.principals import PERMISSIONS

Handler = TypeVar("Handler", bound=Callable[..., object])

# Not permissions of a role: anybody at all, and anybody on this machine.
PUBLIC = "public"
PROBE = "probe"
_ATTRIBUTE = "permission"


def requires(permission: str) -> Callable[[Handler], Handler]:
    """Mark a handler with the permission its caller needs, e.g. ``decisions:decide``."""
    if permission not in PERMISSIONS:
        raise ValueError(f"there is no permission {permission!r}")
    return _marking(permission)


def public(handler: Handler) -> Handler:
    """Mark a handler as open to anybody, signed in or not."""
    return _marking(PUBLIC)(handler)


def probe(handler: Handler) -> Handler:
    """Mark a handler as open on loopback; from elsewhere it needs ``connections:read``."""
    return _marking(PROBE)(handler)


def permission_of(handler: object) -> str | None:
    """What ``handler`` was marked with, looking through decorators and bound methods."""
    seen = handler
    while seen is not None:
        found = getattr(seen, _ATTRIBUTE, None)
        if isinstance(found, str):
            return found
        seen = getattr(seen, "__wrapped__", None) or getattr(seen, "func", None)
    return None


def _marking(permission: str) -> Callable[[Handler], Handler]:
    def mark(handler: Handler) -> Handler:
        setattr(handler, _ATTRIBUTE, permission)
        return handler

    return mark
