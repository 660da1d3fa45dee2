"""The audit log in pages; the same rows travel live over ``/ws``."""

from __future__ import annotations

from flask import Response

from app.access import platform, requires
from app.documented import api as group
from app.documented import reply
from app.schemas.operations import EventPage, EventQuery
from app.views import events as view

api = group("events", "The append-only log of everything that happened.")


@api.get("/events", responses={200: EventPage})
@requires("events:read")
def list_events(query: EventQuery) -> Response:
    """Ascending after a sequence number, or descending before one."""
    return reply(view.page(platform(), query))
