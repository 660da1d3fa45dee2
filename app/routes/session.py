"""Who is signed in, and signing out."""

from __future__ import annotations

from flask import Response

from app import signin
from app.access import caller, platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.operations import SessionOut
from app.views import session as view

api = group("session", "The caller, their permissions and their store.")


@api.get("/session", responses={200: SessionOut})
@requires("session:read")
def get_session() -> Response:
    """The caller, their permissions and their store."""
    return reply(view.current(platform(), caller()))


@api.delete("/session", responses={204: None})
@requires("session:read")
def sign_out() -> Response:
    """End the browser session."""
    return signin.close(platform())
