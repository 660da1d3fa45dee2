"""What a route may reach: the platform of this application, its caller, and its permission."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from flask import current_app, g

if TYPE_CHECKING:
    from core.security import Principal
    from royal_platform.bootstrap import Platform

View = TypeVar("View", bound=Callable[..., object])


def requires(permission: str) -> Callable[[View], View]:
    """Mark a view with the permission its caller needs."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def platform() -> Platform:
    """The platform this application runs on, opened at first use."""
    return cast("Platform", current_app.extensions["royal.platform"].get())


def caller() -> Principal:
    """Who is calling; routes reach this only after authentication."""
    return cast("Principal", g.principal)
