"""What a route may reach: the platform of this application and who is calling."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

from core.errors import Forbidden
from core.security.principals import Principal
from core.web.flask_binding import current_principal as caller
from core.web.opening import Opening
from core.web.permissions import public, requires

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

__all__ = [
    "caller", "for_caller", "installation", "look_again", "platform", "public", "requires",
    "sees_installation",
]  # fmt: skip


def platform() -> Platform:
    """The platform as this caller sees it, opened at first use."""
    opening = cast("Opening[Platform]", current_app.extensions["royal.platform"])
    return for_caller(opening.get(), caller())


def sees_installation() -> bool:
    """Whether the caller sees the store that is served, so what concerns which one that is."""
    opening = cast("Opening[Platform]", current_app.extensions["royal.platform"])
    return caller().store_id in (None, opening.get().store_id)


def installation() -> Platform:
    """The platform, for changing which store is served.

    Raises ``Forbidden`` for a caller bound to another store.
    """
    if not sees_installation():
        raise Forbidden(
            f"{caller().name!r} is bound to a store that is not served here.",
            remedy="Ask an admin of this installation to change its connection.",
        )
    return platform()


def look_again() -> None:
    """Another store may be served now: every later request sees that one."""
    opening = cast("Opening[Platform]", current_app.extensions["royal.platform"])
    opening.look_again()


def for_caller(found: Platform, principal: Principal) -> Platform:
    """A caller bound to a store sees that store and no other."""
    if principal.store_id in (None, found.store_id):
        return found
    return found.of_store(principal.store_id)
