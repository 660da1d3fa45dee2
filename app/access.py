"""What a route may reach: the platform of this application and who is calling."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import current_app

from core.security.principals import Principal
from core.web.flask_binding import current_principal as caller
from core.web.opening import Opening
from core.web.permissions import public, requires

if TYPE_CHECKING:
    from royal_platform.bootstrap import Platform

__all__ = ["caller", "for_caller", "look_again", "platform", "public", "requires"]


def platform() -> Platform:
    """The platform as this caller sees it, opened at first use."""
    opening = cast("Opening[Platform]", current_app.extensions["royal.platform"])
    return for_caller(opening.get(), caller())


def look_again() -> None:
    """Another store may be served now: every later request sees that one."""
    opening = cast("Opening[Platform]", current_app.extensions["royal.platform"])
    opening.look_again()


def for_caller(found: Platform, principal: Principal) -> Platform:
    """A caller bound to a store sees that store and no other."""
    if principal.store_id in (None, found.store_id):
        return found
    return found.of_store(principal.store_id)
